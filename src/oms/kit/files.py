"""Files that appear whole or not at all, in a folder or in a store of objects."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
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
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace(path, [content])


def replace(path: Path, pieces: Iterable[bytes]) -> None:
    """Write the file, its owner's alone, in the place of what was there; the folder exists."""
    with _draft(path, pieces) as draft:
        draft.rename(path)
        _sync(path.parent)


def once(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return what the file holds, made at first use, its owner's alone; the folder is made too.

    Of several processes at once one is first, and its content is everybody's.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _draft(path, [make()]) as draft, suppress(FileExistsError):
            os.link(draft, path)
    return path.read_bytes()


@contextmanager
def _draft(path: Path, pieces: Iterable[bytes]) -> Iterator[Path]:
    """The content beside the place it is for, under a name that nobody takes for a file."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make the new name itself survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
