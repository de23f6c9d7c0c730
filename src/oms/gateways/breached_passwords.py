"""Passwords known from leaks: a sorted file of SHA-1 sums, or a service asked by five signs of one.

The list is that of Have I Been Pwned: lines `SHA1[:COUNT]` in hex, sorted by the sum; a file of
it is 40 GB, so it is searched by halving and never read whole. The service answers
`GET /range/ABCDE` with the ends of all sums that begin so (k-anonymity): neither the password
nor its whole sum leaves. Who cannot answer stops nobody: a new password is then not compared.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import httpx
import structlog
from django.conf import settings

from oms.gateways.errors import Permanent, Temporary
from oms.gateways.sms import trusted

TIMEOUT = httpx.Timeout(2)
LARGEST_ANSWER = 4 * 1024 * 1024
_PREFIX = 5
_LINE = 120
_SUM = 40

log = structlog.get_logger(__name__)


class BreachedPasswords(Protocol):
    """Whatever knows leaked passwords."""

    def has(self, digest: str) -> bool:
        """Tell whether the upper-case hex SHA-1 is of a leaked one. Raises `Temporary`."""


def is_breached(password: str) -> bool:
    """Tell whether a password is known from leaks; False when nothing is set up or answers."""
    source = gateway()
    if source is None:
        return False
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    try:
        return source.has(digest)
    except (Temporary, Permanent) as no:
        log.warning("breached_passwords.unknown", reason=str(no))
        return False


def gateway() -> BreachedPasswords | None:
    """The list in force, or None."""
    where: str = settings.BREACHED_PASSWORDS
    if not where:
        return None
    parts = urlsplit(where)
    return ListFile(Path(parts.path)) if parts.scheme == "file" else Service(where)


@dataclass(frozen=True)
class ListFile:
    """The list as a file, sorted."""

    path: Path

    def has(self, digest: str) -> bool:
        """Halve the file until the line is found or cannot be there."""
        wanted = digest.encode()
        try:
            with self.path.open("rb", buffering=0) as file:
                low, high = 0, os.fstat(file.fileno()).st_size
                while low < high:
                    middle = (low + high) // 2
                    start, line = _line_around(file.fileno(), middle)
                    found = line[:_SUM].upper()
                    if found == wanted:
                        return True
                    if found < wanted:
                        low = start + len(line) + 1
                    else:
                        high = start
        except OSError as error:
            raise Temporary(f"Список не читается ({type(error).__name__})") from error
        return False


@dataclass(frozen=True)
class Service:
    """The list behind a door that is told five signs only."""

    url: str

    def has(self, digest: str) -> bool:
        """Ask for all sums that begin alike, padded so that the length tells nothing."""
        address = f"{self.url.rstrip('/')}/{digest[:_PREFIX]}"
        try:
            with httpx.Client(timeout=TIMEOUT, trust_env=False, verify=trusted()) as client:
                answer = client.get(address, headers={"Add-Padding": "true"})
        except httpx.HTTPError as error:
            raise Temporary(f"Служба не отвечает ({type(error).__name__})") from error
        if answer.status_code != httpx.codes.OK or len(answer.content) > LARGEST_ANSWER:
            raise Temporary(f"Служба ответила не списком ({answer.status_code})")
        rows = (row.strip().partition(":") for row in answer.text.upper().splitlines())
        return any(end == digest[_PREFIX:] and count != "0" for end, _, count in rows)


def _line_around(file: int, place: int) -> tuple[int, bytes]:
    """Return the line that holds the byte at `place`, and where it begins."""
    begin = max(0, place - _LINE)
    piece = os.pread(file, 2 * _LINE + 1, begin)
    offset = place - begin
    start = piece.rfind(b"\n", 0, offset) + 1
    end = piece.find(b"\n", offset)
    line = piece[start : end if end >= 0 else len(piece)]
    return begin + start, line
