"""Where the bytes of papers lie: under their own SHA-256, written once, never overwritten."""

import hashlib

from django.core.files.storage import storages

from oms.kit.denied import Denied
from oms.kit.files import write_whole


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
    write_whole(storage=storage, name=name, content=content)
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
