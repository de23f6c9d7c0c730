"""Anchors: the heads of all chains, kept outside the database, in a chain of files of their own.

Each file holds the SHA-256 of the one before and has an Ed25519 signature beside it, so that one
digest known to somebody outside vouches for all files up to it. Anybody can check one:

    openssl pkeyutl -verify -pubin -inkey journal.pub -rawin -in X.json -sigfile X.json.sig
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from oms.domain.journal.verify import Anchor
from oms.kit.files import once

PUBLIC = "journal.pub"
_PEM, _PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


@dataclass(frozen=True)
class Kept:
    """One anchor as its file tells it."""

    path: Path
    at: datetime
    heads: Anchor
    previous: str
    digest: str

    @property
    def entries(self) -> int:
        """How many entries the journal had."""
        return sum(number for number, _ in self.heads.values())


def key(path: Path) -> Ed25519PrivateKey:
    """Return the signing key kept at `path`, made at first use; its owner alone may read it."""
    found = serialization.load_pem_private_key(once(path, _new_key), password=None)
    assert isinstance(found, Ed25519PrivateKey)
    return found


def _new_key() -> bytes:
    made = Ed25519PrivateKey.generate()
    return made.private_bytes(_PEM, _PKCS8, serialization.NoEncryption())


def write(
    *, folder: Path, key: Ed25519PrivateKey, heads: Mapping[int, tuple[int, str]], at: datetime,
    on: date,
) -> Kept:  # fmt: skip
    """Write the anchor of a moment, signed; a second one of a day `on` gets a number.

    Raises `OSError` when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    earlier = files(folder)
    before = hashlib.sha256(earlier[-1].read_bytes()).hexdigest() if earlier else ""
    told = {
        "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "previous": before,
        "heads": {str(chain): list(head) for chain, head in sorted(heads.items())},
    }
    content = json.dumps(told, indent=1).encode() + b"\n"
    today = [path for path in earlier if _place(path)[0] == on.isoformat()]
    number = _place(today[-1])[1] + 1 if today else 1
    path = folder / f"{on.isoformat()}{f'-{number}' if number > 1 else ''}.json"
    _write(path.with_suffix(".json.sig"), key.sign(content))
    _write(path, content)
    public = key.public_key().public_bytes(_PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / PUBLIC).write_bytes(public)
    return read(path)


def files(folder: Path) -> list[Path]:
    """Return the anchors of a folder, oldest first."""
    return sorted(folder.glob("????-??-??*.json"), key=_place)


def read(path: Path) -> Kept:
    """Read one anchor. Raises `ValueError` when the file is none."""
    content = path.read_bytes()
    try:
        told = json.loads(content)
        heads = {int(chain): (int(n), str(digest)) for chain, (n, digest) in told["heads"].items()}
        at, before = datetime.fromisoformat(told["at"]), str(told["previous"])
    except (KeyError, TypeError, AttributeError, ValueError):
        raise ValueError(f"{path.name} is not an anchor") from None
    return Kept(path, at, heads, before, hashlib.sha256(content).hexdigest())


def check(paths: Iterable[Path], *, public: Ed25519PublicKey) -> tuple[list[Kept], list[str]]:
    """Read anchors of a folder in their order; tell which are sound and what is wrong."""
    sound: list[Kept] = []
    wrong: list[str] = []
    before: str | None = None
    for path in paths:
        try:
            kept = read(path)
            public.verify(path.with_suffix(".json.sig").read_bytes(), path.read_bytes())
        except (ValueError, OSError, InvalidSignature) as error:
            wrong.append(f"{path.name}: {_said(error)}")
            before = None
            continue
        if before is not None and kept.previous != before:
            wrong.append(f"{path.name}: does not continue the anchor before it")
        sound.append(kept)
        before = kept.digest
    return sound, wrong


def _said(error: Exception) -> str:
    if isinstance(error, InvalidSignature):
        return "the signature does not fit"
    return str(error) if isinstance(error, ValueError) else "it has no signature"


def _place(path: Path) -> tuple[str, int]:
    number = path.stem[11:]
    return path.stem[:10], int(number) if number.isdigit() else 1


def _write(path: Path, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
