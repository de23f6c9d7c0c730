"""Repairs that rules suggest: what would be written, before and after.

Each way is an act of the register. Only the person's own fields can be put back: the register
keeps documents in one form, and a row brought in line has no former state worth having.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oms.domain.quality.sheet import Sheet

FIELDS, DOCUMENT, SYNCHRONISE = "fields", "document", "synchronise"
WAYS = (FIELDS, DOCUMENT, SYNCHRONISE)
UNDOABLE = frozenset({FIELDS})


@dataclass(frozen=True)
class Suggestion:
    """A repair: `before` and `after` map fields to values as JSON keeps them."""

    way: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """What tells this suggestion from another: a page that shows it sends it back."""
        told = json.dumps([self.way, self.before, self.after], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    @property
    def can_undo(self) -> bool:
        """Whether the repair can be taken back."""
        return self.way in UNDOABLE


def nothing(_sheet: Sheet) -> Suggestion | None:
    """Suggest nothing: a person has to look into it."""
    return None


def own(sheet: Sheet, **values: str) -> Suggestion | None:
    """Suggest other values of the person's own text fields; None when they are the same."""
    before = {name: getattr(sheet.person, name) for name in values}
    changed = {name: new for name, new in values.items() if new != before[name]}
    if not changed:
        return None
    return Suggestion(FIELDS, {name: before[name] for name in changed}, changed)
