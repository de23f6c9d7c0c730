"""The bytes of files of the exchange: sealed piece by piece, so that size costs no memory.

A stored file is `OEX1` and pieces: length, nonce, AES-256-GCM of half a megabyte. The file's name,
the place of the piece and whether it is the last are authenticated: nothing can be cut, swapped or
put in. Keys come from `settings.FIELD_KEYS`.
"""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

from oms.kit.denied import Denied

MAGIC, _NONCE, _LENGTH = b"OEX1", 12, 4
PIECE = 512 * 1024
LARGEST = 4 * 1024 * 1024 * 1024
"""Bytes of a file: three million records."""


class TooLarge(Denied):
    """More bytes than any real file has."""

    status = 413
    text = "Файл больше 4\N{NO-BREAK SPACE}ГБ. Разделите его на несколько."


class Gone(Denied):
    """The stored bytes are erased or damaged."""

    status = 410
    text = "Исходный файл уже удалён. Протоколы остались."


@dataclass(frozen=True)
class Stored:
    """Where the bytes lie, and what they are."""

    name: str
    digest: str
    size: int


def keep(pieces: Iterable[bytes], *, largest: int = LARGEST) -> Stored:
    """Store the bytes as they come; raise `TooLarge`. Nothing is left of a failure."""
    name, digest, size = f"exchange/{secrets.token_hex(16)}", hashlib.sha256(), 0
    with tempfile.TemporaryFile() as draft:
        draft.write(MAGIC)
        count, held = 0, b""
        for piece in pieces:
            size += len(piece)
            if size > largest:
                raise TooLarge
            digest.update(piece)
            held += piece
            while len(held) > PIECE:
                _seal(draft, held[:PIECE], name, count, last=False)
                held, count = held[PIECE:], count + 1
        _seal(draft, held, name, count, last=True)
        draft.seek(0)
        _store().save(name, File(draft))
    return Stored(name, digest.hexdigest(), size)


def read(name: str) -> Iterator[bytes]:
    """Yield the bytes piece by piece; raise `Gone` when they are not those that were kept."""
    try:
        file = _store().open(name)
    except (FileNotFoundError, ValueError):
        raise Gone from None
    with file:
        if file.read(len(MAGIC)) != MAGIC:
            raise Gone
        count, last = 0, False
        while not last:
            content, last = _open(file, name, count)
            count += 1
            if content:
                yield content


def erase(name: str) -> None:
    """Delete the bytes; nothing happens twice."""
    if name:
        _store().delete(name)


def _seal(draft: IO[bytes], content: bytes, name: str, count: int, *, last: bool) -> None:
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(_keys()[0]).encrypt(nonce, content, _label(name, count, last=last))
    draft.write(len(sealed).to_bytes(_LENGTH, "big") + nonce + sealed)


def _open(file: IO[bytes], name: str, count: int) -> tuple[bytes, bool]:
    length = int.from_bytes(file.read(_LENGTH), "big")
    if not 0 < length <= PIECE + 16:
        raise Gone
    nonce, sealed = file.read(_NONCE), file.read(length)
    for key in _keys():
        for last in (False, True):
            with suppress(InvalidTag, ValueError):
                return AESGCM(key).decrypt(nonce, sealed, _label(name, count, last=last)), last
    raise Gone


def _label(name: str, count: int, *, last: bool) -> bytes:
    return f"{name}:{count}:{'end' if last else 'more'}".encode()


def _keys() -> list[bytes]:
    return [hashlib.sha256(f"exchange:{key}".encode()).digest() for key in settings.FIELD_KEYS]


def _store() -> Storage:
    return storages["documents"]
