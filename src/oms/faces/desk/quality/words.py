"""How the desk says a finding, its repair, its age."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from oms.domain.quality import naming
from oms.domain.quality.catalogue import RULES
from oms.domain.quality.declaration import SEVERITIES, Rule, Severity
from oms.domain.quality.following import Progress
from oms.domain.quality.models import Finding, Repair
from oms.domain.quality.suggestions import Suggestion
from oms.domain.register import history
from oms.faces.design.parts import Difference
from oms.faces.design.parts import State as Tint
from oms.law import dates
from oms.law.plural import counted

TINTS: dict[Severity, Tint] = {
    Severity.ERROR: "danger",
    Severity.WARNING: "warn",
    Severity.NOTE: "neutral",
}
_TITLES = {
    **history.TITLES,
    "series": "серия",
    "number": "номер",
    "enp": "ЕНП",
    "insurer_id": "страховая организация",
}


@dataclass(frozen=True)
class Line:
    """A finding as the lists show it; `differences` are filled where values may be shown."""

    finding: Finding
    rule: Rule
    word: str
    tint: Tint
    age: str
    suggestion: Suggestion | None = None
    differences: Sequence[Difference] = ()


@dataclass(frozen=True)
class Mended:
    """A repair made: what was corrected, and whether it can still be taken back."""

    repair: Repair
    title: str
    fields: str
    can_undo: bool
    differences: Sequence[Difference] = ()


def line(finding: Finding, *, at: datetime, suggestion: Suggestion | None = None) -> Line:
    """Return a finding in words. No query."""
    severity = Severity(finding.severity)
    told = differences(suggestion.before, suggestion.after) if suggestion else ()
    return Line(
        finding,
        RULES[finding.rule],
        SEVERITIES[severity],
        TINTS[severity],
        age(finding.found_at, at=at),
        suggestion,
        told,
    )


def mended(repair: Repair, *, values: bool) -> Mended:
    """Return a repair in words; `values` only on a page that a purpose opens. No query."""
    changed = [name for name in repair.after if repair.before.get(name) != repair.after[name]]
    return Mended(
        repair,
        RULES[repair.finding.rule].title,
        ", ".join(_TITLES[name] for name in changed if name in _TITLES) or "сверка с источником",
        repair.undone_at is None and repair.way == "fields",
        differences(repair.before, repair.after) if values else (),
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return what changes, field by field: what will be, what is."""
    return [
        Difference(_TITLES[name].capitalize(), _said(name, value), _said(name, before.get(name)))
        for name, value in after.items()
        if name in _TITLES and value != before.get(name)
    ]


def age(since: datetime, *, at: datetime) -> str:
    """Return for how long a fault is known."""
    days = (at - since).days
    return counted(days, "день", "дня", "дней") if days else "сегодня"


def share(part: int, whole: int) -> str:
    """Return the percentage with one digit after the comma."""
    return f"{part * 100 / (whole or 1):.1f}".replace(".", ",").removesuffix(",0")


def change(now: int, before: int | None) -> str:
    """Return how a number changed since a week ago.

    >>> change(5, 7), change(7, 7), change(7, None)
    ('−2', 'без перемен', 'нет данных')
    """
    if before is None:
        return "нет данных"
    more = now - before
    return "без перемен" if not more else f"{'+' if more > 0 else '−'}{abs(more)}"


def sweep(progress: Progress | None) -> str:
    """Return how far the check of all records has come, or when it was over."""
    if progress is None:
        return ""
    row = progress.sweep
    many = counted(row.checked, "запись", "записи", "записей")
    if row.finished_at is None:
        return f"Идёт проверка всех записей: {share(round(progress.share * 1000), 1000)} %, {many}."
    minutes = max(1, round((row.finished_at - row.started_at).total_seconds() / 60))
    took = counted(minutes, "минуту", "минуты", "минут")
    return f"Последняя проверка всех записей заняла {took}: {many}."


def day(on: date | None) -> str:
    """Return the day in words."""
    return dates.long(on) if on else ""


def _said(name: str, value: Any) -> str:
    """Return a value in words; Latin letters among Russian ones are named, they look the same."""
    if name in naming.PARTS and (letters := naming.latin_among(str(value or ""))):
        return f"{value} (латинские буквы: {', '.join(letters)})"
    return history.say(name, value) if name in history.TITLES else str(value or "не указано")
