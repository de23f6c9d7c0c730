"""Texts people agree to: one file a version, hashed when agreed to (152-ФЗ ст. 9).

A changed text is a new file `<kind>-<version>.txt`; old ones stay, for those who agreed to
them. First line: title; `## ` begins a section, `- ` a list item, anything else a paragraph.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from oms.domain.accounts.models import Consent

FOLDER = Path(__file__).parent
CURRENT = {Consent.Kind.TERMS: "1", Consent.Kind.PERSONAL_DATA: "1"}


@dataclass(frozen=True)
class Block:
    """One piece of a text: `heading`, `item` or `paragraph`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Text:
    """One version of a text."""

    kind: Consent.Kind
    version: str
    title: str
    blocks: tuple[Block, ...]
    hash: str


def current(*, kind: Consent.Kind) -> Text:
    """Return the text in force."""
    return load(kind=kind, version=CURRENT[kind])


def find(*, kind: Consent.Kind, version: str) -> Text:
    """Return a version by its number, the one in force for an empty one; `FileNotFoundError`."""
    if version and not version.isalnum():
        raise FileNotFoundError(version)
    return load(kind=kind, version=version or CURRENT[kind])


@cache
def load(*, kind: Consent.Kind, version: str) -> Text:
    """Read one version of a text; `FileNotFoundError` when there is none."""
    body = (FOLDER / f"{kind.value}-{version}.txt").read_text(encoding="utf-8")
    title, *lines = [line.strip() for line in body.splitlines() if line.strip()]
    digest = hashlib.sha256(body.encode()).hexdigest()
    return Text(kind, version, title, tuple(map(_block, lines)), digest)


def _block(line: str) -> Block:
    if line.startswith("## "):
        return Block("heading", line[3:])
    if line.startswith("- "):
        return Block("item", line[2:])
    return Block("paragraph", line)
