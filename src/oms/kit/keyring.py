"""Keys of one purpose, newest first, in a file of secrets that an administrator may change.

A running process sees a new key at once: the file is read anew when it has changed.
"""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from oms.kit import files

ID_LENGTH = 8
GRACE = timedelta(hours=1)
"""How long a key is kept after its successor: a process may still be writing with it."""


@dataclass(frozen=True)
class Key:
    """256 random bits and the short name they are found by."""

    id: str
    secret: bytes
    since: datetime | None = None


def new_key(*, at: datetime | None = None) -> dict[str, str]:
    """Return a fresh key as the file keeps it."""
    return {
        "id": secrets.token_hex(ID_LENGTH // 2),
        "key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "since": at.isoformat() if at else "",
    }


class Keyring:
    """The list `name` in the JSON file at `path`."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._stamp: tuple[int, int] | None = None
        self._keys: tuple[Key, ...] = ()

    def all(self) -> tuple[Key, ...]:
        """Return every key, newest first."""
        state = self._path.stat()
        stamp = (state.st_mtime_ns, state.st_ino)
        if stamp != self._stamp:
            self._keys = tuple(_read(entry) for entry in self._load()[self._name])
            self._stamp = stamp
        return self._keys

    def newest(self) -> Key:
        """Return the key that encrypts."""
        return self.all()[0]

    def get(self, key_id: str) -> Key | None:
        """Return the key of this name."""
        return next((key for key in self.all() if key.id == key_id), None)

    def add(self, *, at: datetime) -> Key:
        """Put a new key before the others and return it."""
        content = self._load()
        content[self._name] = [new_key(at=at), *content[self._name]]
        self._store(content)
        return self.newest()

    def retired(self, *, at: datetime) -> tuple[Key, ...]:
        """Return the older keys nobody can be writing with any more."""
        newest, *older = self.all()
        settled = newest.since is not None and at - newest.since >= GRACE
        return tuple(older) if settled else ()

    def drop(self, *, key_id: str) -> None:
        """Forget an older key for good."""
        content = self._load()
        first, *older = content[self._name]
        content[self._name] = [first, *(entry for entry in older if entry["id"] != key_id)]
        self._store(content)

    def _load(self) -> dict[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = json.loads(self._path.read_text())
        return found

    def _store(self, content: dict[str, list[dict[str, str]]]) -> None:
        files.replace(self._path, [json.dumps(content, indent=1).encode()])


def _read(entry: dict[str, str]) -> Key:
    since = datetime.fromisoformat(entry["since"]) if entry.get("since") else None
    return Key(entry["id"], base64.urlsafe_b64decode(entry["key"]), since)
