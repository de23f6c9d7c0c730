"""Where the bytes of documents lie: under the SHA-256 of the original, encrypted, whole.

A blob is `OMS1`, the key's name, a random nonce, and AES-256-GCM of the content. What it is
(its label) and the head are authenticated too: no blob can stand in for another.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files.storage import Storage, storages

from oms.kit.denied import Denied
from oms.kit.files import write_whole
from oms.kit.keyring import ID_LENGTH

log = structlog.get_logger(__name__)
MAGIC = b"OMS1"
_HEAD = len(MAGIC) + ID_LENGTH
_NONCE = 12
ORIGINALS, QUARANTINE, PREVIEWS = "originals", "quarantine", "previews"


class Damaged(Denied):
    """The stored bytes are gone, or are not the ones that were stored."""

    status = 500
    text = "Файл документа повреждён. Мы уже знаем и восстановим его, напишите в поддержку."


class NotKept(Denied):
    """The store takes nothing now: its disk is full, or it cannot be reached."""

    status = 503
    text = "Сохранить файл сейчас не получилось. Попробуйте ещё раз через несколько минут."


def digest(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def keep(content: bytes) -> str:
    """Store an original and return its SHA-256; it appears whole or not at all.

    Raises `NotKept` when the store fails, whatever kind of store it is.
    """
    sha256 = digest(content)
    try:
        write_whole(storage=_store(), name=_name(sha256), content=_seal(content, label=sha256))
    except Exception as error:
        log.exception("document.not_kept")
        raise NotKept from error
    return sha256


def exists(sha256: str) -> bool:
    """Tell whether the original is there to be served."""
    return _store().exists(_name(sha256))


def fetch(sha256: str) -> bytes:
    """Return an original as it came; raise `Damaged` when it is gone or changed."""
    content = _open(_read(_name(sha256)), label=sha256)
    if digest(content) != sha256:
        raise Damaged
    return content


def key_id(sha256: str) -> str:
    """Return which key encrypted the original."""
    return _key_id(_read(_name(sha256)))


def newest_key_id() -> str:
    """Return the name of the key that encrypts now."""
    name: str = settings.DOCUMENT_KEYS.newest().id
    return name


def erase(sha256: str) -> None:
    """Delete an original, wherever it lies, and its previews; nothing happens twice."""
    store = _store()
    store.delete(_name(sha256))
    store.delete(f"{QUARANTINE}/{sha256}")
    _drop_previews(sha256)


def quarantine(sha256: str) -> None:
    """Move an infected original to where nothing is served from."""
    if exists(sha256):
        write_whole(storage=_store(), name=f"{QUARANTINE}/{sha256}", content=_read(_name(sha256)))
        _store().delete(_name(sha256))
        _drop_previews(sha256)


def reseal(sha256: str) -> str:
    """Encrypt an original anew with the newest key, wherever it lies; return the key's name.

    Its previews are dropped: they are drawn again, under the new key.
    """
    key = newest_key_id()
    for name in (_name(sha256), f"{QUARANTINE}/{sha256}"):
        if _store().exists(name):
            blob = _read(name)
            if _key_id(blob) != key:
                content = _open(blob, label=sha256)
                write_whole(storage=_store(), name=name, content=_seal(content, label=sha256))
    _drop_previews(sha256)
    return key


def check(sha256: str) -> bool:
    """Tell whether an original, served or shut away, is still what was stored."""
    for name in (_name(sha256), f"{QUARANTINE}/{sha256}"):
        if _store().exists(name):
            try:
                return digest(_open(_read(name), label=sha256)) == sha256
            except Damaged:
                return False
    return False


def names(folder: str) -> Iterator[str]:
    """Yield the names of what lies in a folder of the store, at any depth."""
    try:
        folders, files = _store().listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files)
    for inner in folders:
        yield from names(f"{folder}/{inner}")


def since(name: str) -> datetime:
    """Return when a stored thing was written."""
    moment: datetime = _store().get_modified_time(name)
    return moment


def delete(name: str) -> None:
    """Delete one stored thing by its name."""
    _store().delete(name)


def keep_preview(sha256: str, *, page: int, width: int, content: bytes) -> None:
    """Keep a drawn page, encrypted like the original; nothing stays of one erased meanwhile."""
    label = _preview_name(sha256, page, width)
    with suppress(FileNotFoundError):  # its folder was swept while we wrote
        write_whole(storage=_store(), name=label, content=_seal(content, label=label))


def fetch_preview(sha256: str, *, page: int, width: int) -> bytes | None:
    """Return a drawn page, or None when it must be drawn."""
    label = _preview_name(sha256, page, width)
    try:
        return _open(_read(label), label=label)
    except Damaged:
        return None


def _seal(content: bytes, *, label: str) -> bytes:
    key = settings.DOCUMENT_KEYS.newest()
    head, nonce = MAGIC + key.id.encode(), os.urandom(_NONCE)
    sealed = AESGCM(key.secret).encrypt(nonce, content, head + label.encode())
    return head + nonce + sealed


def _open(blob: bytes, *, label: str) -> bytes:
    head, nonce, sealed = blob[:_HEAD], blob[_HEAD : _HEAD + _NONCE], blob[_HEAD + _NONCE :]
    key = settings.DOCUMENT_KEYS.get(_key_id(head))
    if key is None or not head.startswith(MAGIC):
        raise Damaged
    try:
        return AESGCM(key.secret).decrypt(nonce, sealed, head + label.encode())
    except (InvalidTag, ValueError):
        raise Damaged from None


def _read(name: str) -> bytes:
    try:
        with _store().open(name) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        raise Damaged from None
    return content


def _key_id(blob: bytes) -> str:
    return blob[len(MAGIC) : _HEAD].decode("ascii", "replace")


def _drop_previews(sha256: str) -> None:
    for name in list(names(_folder(sha256))):
        _store().delete(name)


def _store() -> Storage:
    return storages["documents"]


def _name(sha256: str) -> str:
    return f"{ORIGINALS}/{sha256[:2]}/{sha256}"


def _folder(sha256: str) -> str:
    return f"{PREVIEWS}/{sha256[:2]}/{sha256}"


def _preview_name(sha256: str, page: int, width: int) -> str:
    return f"{_folder(sha256)}/{page}-{width}"
