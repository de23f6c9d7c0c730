"""Search parameters: what was typed, and the rows it means.

A parameter told twice narrows (and); values parted by commas widen (or).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import and_, or_

from django.db.models import Q
from django.utils import timezone

from oms.faces.api.fhir.caller import Caller
from oms.faces.api.fhir.outcome import Problem

NOTHING = Q(pk__in=[])
_ESCAPED = re.compile(r"(?<!\\),")
_MOMENT = re.compile(
    r"(eq|ne|gt|lt|ge|le|sa|eb)?(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?"
    r"(Z|[+-]\d\d:\d\d)?)?)?)?"
)
Meaning = Callable[[str, str, Caller], Q]
"""Of one value: the value, the modifier, who asks."""


@dataclass(frozen=True)
class Parameter:
    """One search parameter of a kind of resources."""

    kind: str
    """As FHIR calls it: token, reference, string, date."""
    meaning: Meaning
    modifiers: frozenset[str] = field(default=frozenset())
    targets: frozenset[str] = field(default=frozenset())
    """Kinds a reference may point at."""


def rows(name: str, parameter: Parameter, modifier: str, told: str, caller: Caller) -> Q:
    """Return what one parameter as it was told asks of rows. Raises `Problem`."""
    if modifier and modifier not in parameter.modifiers | parameter.targets:
        raise Problem(
            400, f"{name}: уточнение «:{modifier}» не поддерживается. Уберите его.",
            code="not-supported",
        )  # fmt: skip
    values = [one.replace("\\,", ",").strip() for one in _ESCAPED.split(told)]
    wanted = [parameter.meaning(one, modifier, caller) for one in values if one]
    found = reduce(or_, wanted) if wanted else Q()
    return ~found if modifier == "not" and wanted else found


def all_of(conditions: list[Q]) -> Q:
    """Return the conditions together."""
    return reduce(and_, conditions, Q())


def token(by_system: Mapping[str, Callable[[str], Q]], *, default: str = "") -> Parameter:
    """Return a token parameter: `system|code`; a code alone is sought in the default or in all."""

    def meaning(value: str, _modifier: str, _caller: Caller) -> Q:
        system, bar, code = value.rpartition("|")
        if system or bar:
            return by_system[system](code) if system in by_system else NOTHING
        if default:
            return by_system[default](code)
        return reduce(or_, [one(code) for one in by_system.values()])

    return Parameter("token", meaning, frozenset({"not"}))


def code(of: Callable[[str, Caller], Q]) -> Parameter:
    """Return a token parameter of one code system, whose name may be left out or told."""

    def meaning(value: str, _modifier: str, caller: Caller) -> Q:
        return of(value.rpartition("|")[2], caller)

    return Parameter("token", meaning, frozenset({"not"}))


def reference(targets: Mapping[str, Callable[[str], Q]]) -> Parameter:
    """Return a reference parameter: `Kind/id`, a whole address of ours, or an id alone."""

    def meaning(value: str, modifier: str, caller: Caller) -> Q:
        kind, key = split_reference(value, caller)
        if modifier in targets:
            kind = kind or modifier
            if kind != modifier:
                return NOTHING
        if kind:
            return targets[kind](key) if kind in targets else NOTHING
        return reduce(or_, [one(key) for one in targets.values()])

    return Parameter("reference", meaning, targets=frozenset(targets))


def split_reference(value: str, caller: Caller) -> tuple[str, str]:
    """Return kind and id of a reference; the kind is empty when only an id is told."""
    mine = value.removeprefix(caller.base).strip("/")
    kind, _, key = mine.rpartition("/")
    return kind, key


def number(column: str) -> Callable[[str], Q]:
    """Return the meaning of an id that is a row's number."""
    return lambda key: Q(**{column: int(key)}) if key.isdecimal() and len(key) < 18 else NOTHING


def equal(column: str) -> Callable[[str], Q]:
    """Return the meaning of an id or code that stands in a column."""
    return lambda key: Q(**{column: key})


def string(*columns: str) -> Parameter:
    """Return a string parameter: a part's beginning; `:contains` anywhere, `:exact` all of it."""
    ways = {"": "istartswith", "contains": "icontains", "exact": "exact"}

    def meaning(value: str, modifier: str, _caller: Caller) -> Q:
        told = {value, value.lower(), value.capitalize(), value.title(), value.upper()}
        spelt = {value} if modifier == "exact" else told  # SQLite: one case of Russian letters
        wanted = [(f"{column}__{ways[modifier]}", one) for column in columns for one in spelt]
        return reduce(or_, [Q(**{column: one}) for column, one in wanted])

    return Parameter("string", meaning, frozenset({"contains", "exact"}))


def date(column: str) -> Parameter:
    """Return a date parameter on a column of moments."""

    def meaning(value: str, _modifier: str, _caller: Caller) -> Q:
        prefix, since, until = stretch(value)
        at_or_after, before = Q(**{f"{column}__gte": since}), Q(**{f"{column}__lt": until})
        from_end, until_begin = Q(**{f"{column}__gte": until}), Q(**{f"{column}__lt": since})
        return {
            "eq": at_or_after & before,
            "ne": until_begin | from_end,
            "ge": at_or_after,
            "gt": from_end,
            "sa": from_end,
            "lt": until_begin,
            "eb": until_begin,
            "le": before,
        }[prefix]

    return Parameter("date", meaning)


def stretch(value: str) -> tuple[str, datetime, datetime]:
    """Return the prefix and the stretch of time a date of some precision means, half-open.

    Without an offset it goes by the portal's clock. Raises `Problem`.
    """
    found = _MOMENT.fullmatch(value.replace(" ", "+"))
    if found is None:
        raise _bad(value)
    prefix, *parts, offset = found.groups()
    given = [int(part) for part in parts if part is not None]
    try:
        since = datetime(*[*given, *(1, 1, 1)[len(given) :]])  # type: ignore[arg-type]  # noqa: DTZ001
        until = _end(since, len(given))
        return prefix or "eq", _aware(since, offset), _aware(until, offset)
    except (ValueError, OverflowError):
        raise _bad(value) from None


def _end(since: datetime, parts: int) -> datetime:
    if parts == 1:
        return since.replace(year=since.year + 1)
    if parts == 2:
        return (since + timedelta(days=31)).replace(day=1)
    steps = {3: timedelta(days=1), 5: timedelta(minutes=1)}
    return since + steps.get(parts, timedelta(seconds=1))


def _aware(moment: datetime, offset: str | None) -> datetime:
    if not offset:
        return timezone.make_aware(moment)
    if offset == "Z":
        return moment.replace(tzinfo=UTC)
    return datetime.fromisoformat(f"{moment.isoformat()}{offset}")


def _bad(value: str) -> Problem:
    text = f"Дата «{value[:40]}» написана неверно. Пример: ge2026-11-24 или 2026-11-24T09:00:00Z"
    return Problem(400, text, code="value")
