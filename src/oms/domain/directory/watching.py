"""Terms of licences and accreditations: how each stands on a day, which are soon over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.db.models import Q

from oms.domain.directory.models import Insurer, MedicalOrganization
from oms.law import dates
from oms.law.plural import counted
from oms.law.typed import NBSP  # noqa: F401  for the doctest

Standing = Literal["unknown", "fine", "near", "over"]
STEPS = (60, 30, 7)
"""Days before the end on which those on duty are told."""
NEAR = timedelta(days=STEPS[0])
LATE = timedelta(days=30)
"""What ended longer ago is told no more: it is seen in the list."""


@dataclass(frozen=True)
class Term:
    """How a paper stands: `words` for people, empty when its end is not known."""

    standing: Standing
    words: str


@dataclass(frozen=True)
class Watched:
    """A paper of an organisation that is soon over, or over."""

    key: str
    name: str
    region: str
    paper: str
    until: date
    term: Term
    left: int
    """Whole days of the paper to come; below zero when it is over."""


def term(until: date | None, *, on: date) -> Term:
    """Say how a paper stands whose last day is `until`.

    >>> term(date(2026, 3, 9), on=date(2026, 3, 2)).words.split(NBSP)
    ['заканчивается 09.03.2026, ещё 7', 'дней']
    >>> term(date(2026, 3, 1), on=date(2026, 3, 2)).words
    'срок закончился 01.03.2026'
    >>> term(date(2030, 3, 1), on=date(2026, 3, 2)).words
    'действует до 01.03.2030'
    """
    if until is None:
        return Term("unknown", "")
    left = (until - on).days
    if left < 0:
        return Term("over", f"срок закончился {dates.short(until)}")
    if left > NEAR.days:
        return Term("fine", f"действует до {dates.short(until)}")
    rest = "сегодня последний день" if left == 0 else f"ещё {days(left)}"
    return Term("near", f"заканчивается {dates.short(until)}, {rest}")


def days(count: int) -> str:
    """Return a number of days in words."""
    return counted(count, "день", "дня", "дней")


def step(left: int) -> int | None:
    """Return which of `STEPS` has come when so many days are left; 0 when it is over.

    >>> [step(left) for left in (61, 60, 31, 30, 7, 0, -1)]
    [None, 60, 60, 30, 7, 7, 0]
    """
    if left < 0:
        return 0
    return min((one for one in STEPS if left <= one), default=None)


def watched(*, on: date, region: str = "", limit: int = 200) -> list[Watched]:
    """Papers over or soon over of organisations still at work, the earliest first; 2 queries."""
    found = [*_of_insurers(on, region, limit), *_of_clinics(on, region, limit)]
    return sorted(found, key=lambda one: (one.until, one.key, one.paper))[:limit]


def due(*, on: date, region: str = "") -> Iterator[Watched]:
    """Papers whose step has come and of which those on duty may still have to be told."""
    for one in watched(on=on, region=region, limit=10_000):
        if one.until >= on - LATE:
            yield one


def _of_insurers(on: date, region: str, limit: int) -> Iterator[Watched]:
    rows = Insurer.objects.filter(licence_until__lte=on + NEAR)
    rows = rows.filter(Q(excluded_on=None) | Q(excluded_on__gt=on)).order_by("licence_until", "pk")
    for one in (rows.filter(region_id=region) if region else rows)[:limit]:
        if one.licence_until:
            yield _watched(one, "Лицензия", one.licence_until, on)


def _of_clinics(on: date, region: str, limit: int) -> Iterator[Watched]:
    soon = Q(licence_until__lte=on + NEAR) | Q(accredited_until__lte=on + NEAR)
    rows = MedicalOrganization.objects.filter(soon).filter(Q(ends_on=None) | Q(ends_on__gte=on))
    for one in (rows.filter(region_id=region) if region else rows).order_by("pk")[:limit]:
        for paper, until in (
            ("Лицензия", one.licence_until), ("Аккредитация", one.accredited_until),
        ):  # fmt: skip
            if until and until <= on + NEAR:
                yield _watched(one, paper, until, on)


def _watched(one: Insurer | MedicalOrganization, paper: str, until: date, on: date) -> Watched:
    left = (until - on).days
    name, region = one.short_name, one.region_id
    return Watched(one.key, name, region, paper, until, term(until, on=on), left)
