"""What was typed, and what it means: kept apart, each in its own column.

`typed` is exactly what came from the keyboard; `answers` are cleaned values, fixed at
submission. JSON has no dates: a date lies there as ISO text, and the field knows it is one.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from oms.catalog.declaration import PublicService, Step

LONGEST = 4000
MOST_VALUES = 50
TRAIL = 5
_UNKEEPABLE = re.compile(r"[\x00\ud800-\udfff]")


def keepable(value: Any) -> Any:
    """Return the typed value as it can be kept and shown again.

    Text and lists of text are kept as they are. Three things no database or page can hold
    are changed, and every field refuses the result in words: NUL and lone surrogates become
    U+FFFD; text longer than 4000 signs (no field takes even 1000) is cut there.
    """
    if isinstance(value, list | tuple):
        return [keepable(item) for item in value[:MOST_VALUES]]
    if value is None or isinstance(value, bool | int):
        return value
    return _UNKEEPABLE.sub("\N{REPLACEMENT CHARACTER}", str(value)[:LONGEST])


def own_values(step: type[Step], typed: Mapping[str, Any]) -> dict[str, Any]:
    """The step's own fields among what a page sent; an unticked box sends nothing."""
    values = {name: keepable(typed[name]) for name in step.base_fields if name in typed}
    for name, field in step.base_fields.items():
        if name not in values and isinstance(field.widget, forms.CheckboxInput):
            values[name] = False
    return values


def merged(
    *,
    kept: Mapping[str, Any],
    typed: Mapping[str, Any],
    trail: Mapping[str, Any],
    seen: int | None,
    revision: int,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Join what two tabs typed; return the values and the new trail, both by field.

    A page opened at revision `seen` sends all its fields. A field that another tab changed
    since, and that this page sends as it was before, was not typed here: the newer value
    stays. A field typed in both takes what came last. The trail keeps the last five values
    of each field, so what was typed over is not lost either.
    """
    values, changes = dict(kept), {name: list(rows) for name, rows in trail.items()}
    for name, value in typed.items():
        before, rows = kept.get(name), changes.get(name, [])
        if value == before or (seen is not None and _as_seen(rows, seen) == [value]):
            continue
        values[name] = value
        changes[name] = [*rows, [revision, before]][-TRAIL:]
    return values, changes


def _as_seen(rows: list[Any], seen: int) -> list[Any]:
    """The value a page of revision `seen` showed, if it changed since: [value] or []."""
    return next(([before] for revision, before in rows if revision > seen), [])


def fixed(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Cleaned values as JSON keeps them."""
    return {name: v.isoformat() if isinstance(v, date) else v for name, v in answers.items()}


def read(service: PublicService, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Fixed answers as values again."""
    found = dict(answers)
    for step in service.steps:
        for name, field in step.base_fields.items():
            if isinstance(field, forms.DateField) and isinstance(found.get(name), str):
                found[name] = date.fromisoformat(found[name])
    return found
