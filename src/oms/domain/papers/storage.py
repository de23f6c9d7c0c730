"""Where the bytes of papers lie: under their own SHA-256, written once, never overwritten."""

import hashlib
import os
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from oms.kit.denied import Denied


class Damaged(Denied):
    """The stored bytes are gone or are not the ones that were signed."""

    status = 500
    text = "Файл документа повреждён. Мы уже знаем и восстановим его, напишите в поддержку."


def digest(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def keep(content: bytes) -> str:
    """Store the bytes and return their SHA-256. A file on disk appears whole or not at all."""
    sha256 = digest(content)
    storage, name = storages["papers"], _name(sha256)
    if storage.exists(name):
        return sha256
    try:
        path = Path(storage.path(name))
    except NotImplementedError:  # a store of objects: its writes are whole by themselves
        storage.save(name, ContentFile(content))
    else:
        _write_whole(path, content)
    return sha256


def fetch(sha256: str) -> bytes:
    """Return the bytes kept under the SHA-256; raise `Damaged` when they are not the same."""
    try:
        with storages["papers"].open(_name(sha256)) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        raise Damaged from None
    if digest(content) != sha256:
        raise Damaged
    return content


def _name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}.pdf"


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)  # the name is the content's hash: whoever comes second brings the same
        _sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make the new name itself survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
