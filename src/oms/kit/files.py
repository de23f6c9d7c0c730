"""Files that appear whole or not at all, in a folder or in a store of objects."""

import os
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import Storage


def write_whole(*, storage: Storage, name: str, content: bytes) -> None:
    """Store the bytes under the name, in the place of what was there."""
    try:
        path = Path(storage.path(name))
    except NotImplementedError:  # a store of objects: its writes are whole by themselves
        storage.save(name, ContentFile(content))
    else:
        _replace(path, content)


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
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
