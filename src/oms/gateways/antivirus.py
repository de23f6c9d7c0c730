"""The antivirus: clamd (ClamAV), asked over its own protocol."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings

from oms.gateways.errors import GatewayError, Temporary

CONNECT_SECONDS = 5
ANSWER_SECONDS = 60
CHUNK = 64 * 1024
PORT = 3310
MAX_ANSWER = 4096


class Verdict(StrEnum):
    """What the antivirus says of a file."""

    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not-scanned"


class Antivirus(Protocol):
    """Whatever looks for viruses."""

    def scan(self, content: bytes) -> Verdict:
        """Judge the bytes. Raises `Temporary` when it cannot be asked now."""

    def version(self) -> str:
        """Return name and age of the virus data, as the antivirus tells them."""


def gateway() -> Antivirus:
    """The antivirus in force: clamd when configured, memory in tests, else none that says so."""
    if settings.CLAMD_URL:
        return Clamd(settings.CLAMD_URL)
    return MEMORY if settings.ENV.is_test else Unconfigured()


@dataclass(frozen=True)
class Clamd:
    """A clamd at `unix:/path` or `tcp://host:port`."""

    url: str

    def scan(self, content: bytes) -> Verdict:
        """Send the bytes in chunks (INSTREAM); no wait is longer than a minute."""
        with self._connected() as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                chunk = content[start : start + CHUNK]
                line.sendall(struct.pack("!I", len(chunk)) + chunk)
            line.sendall(struct.pack("!I", 0))
            return _meaning(_answer(line))

    def version(self) -> str:
        """Ask VERSION."""
        with self._connected() as line:
            line.sendall(b"zVERSION\0")
            return _answer(line)

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        try:
            with _open(self.url) as line:
                line.settimeout(ANSWER_SECONDS)
                yield line
        except OSError as error:
            raise Temporary(f"Антивирус не отвечает ({type(error).__name__})") from error


def _open(url: str) -> socket.socket:
    if url.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(CONNECT_SECONDS)
        try:
            line.connect(url.removeprefix("unix:").removeprefix("//"))
        except OSError:
            line.close()
            raise
        return line
    parts = urlsplit(url)
    return socket.create_connection(
        (parts.hostname or "", parts.port or PORT), timeout=CONNECT_SECONDS
    )


def _answer(line: socket.socket) -> str:
    """One answer, up to its NUL. One cut short is no answer."""
    got = b""
    while not got.endswith(b"\0"):
        more = line.recv(MAX_ANSWER)
        if not more or len(got) > MAX_ANSWER:
            raise Temporary("Антивирус оборвал ответ")
        got += more
    return got.rstrip(b"\0\n").decode("utf-8", "replace")


def _meaning(answer: str) -> Verdict:
    if answer == "stream: OK":
        return Verdict.CLEAN
    if answer.endswith(" FOUND"):
        return Verdict.INFECTED
    raise Temporary("Антивирус не смог проверить файл")


class Unconfigured:
    """No antivirus is named: files are marked as not scanned, and that is shown."""

    def scan(self, content: bytes) -> Verdict:
        """Say that nobody looked."""
        return Verdict.NOT_SCANNED

    def version(self) -> str:
        """Say that there is none."""
        return ""


EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The sign every antivirus knows and that harms nobody."""


@dataclass
class Memory:
    """For tests: knows EICAR, fails when told to."""

    failures: list[GatewayError] = field(default_factory=list)

    def scan(self, content: bytes) -> Verdict:
        """Look for EICAR, or raise the next of `failures`."""
        if self.failures:
            raise self.failures.pop(0)
        return Verdict.INFECTED if EICAR in content else Verdict.CLEAN

    def version(self) -> str:
        """Name itself."""
        return "Memory"


MEMORY = Memory()
