"""Choosing doctor, day and time on one page, by links: it works without script and by keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from oms.domain.booking import finding
from oms.domain.booking.finding import Found, FreeTime
from oms.domain.booking.models import Quota
from oms.domain.directory.models import MedicalOrganization
from oms.domain.register.models import InsuredPerson
from oms.faces.desk.booking import words
from oms.law.visits import RULES
from oms.law.zones import zone

DOCTORS = 60
LONGEST = 12
"""Figures of a key in an address."""


@dataclass(frozen=True)
class Choice:
    """One link: its words, its address, whether it is chosen."""

    title: str
    url: str
    small: str = ""
    current: bool = False


@dataclass(frozen=True)
class Chosen:
    """What the page offers and what is chosen so far."""

    doctors: Sequence[tuple[Found, Choice]]
    days: Sequence[Choice] = ()
    times: Sequence[Choice] = ()
    found: Found | None = None
    time: FreeTime | None = None
    when: str = ""


def choose(
    *,
    clinic: MedicalOrganization,
    person: InsuredPerson,
    channel: str,
    asked: Mapping[str, str],
    at: datetime,
    speciality: str = "",
) -> Chosen:
    """Return the doctors who suit, the free days of the one chosen, the times of the day.

    `asked` has `position`, `day`, `slot` of the address. Two queries, five when a day is chosen.
    """
    quotas = finding.QUOTAS[channel]
    rows = finding.positions(
        at=at, clinic=clinic.pk, person=person, quotas=quotas, speciality=speciality,
        sort="name" if not speciality else "nearest", limit=DOCTORS,
    )  # fmt: skip
    clock = zone(clinic.region_id)
    today = timezone.localdate(at, clock)
    found = next((one for one in rows if str(one.position.pk) == asked.get("position")), None)
    doctors = [(one, _doctor(one, found, today)) for one in rows]
    if found is None:
        return Chosen(doctors)
    days = _days(found, today, at, quotas)
    day = _day(asked.get("day", ""), days)
    if day is None:
        return Chosen(doctors, _day_links(found, days, None, today), found=found)
    times = finding.free_times(position=found.position, day=day, at=at, quotas=quotas)
    time = next((one for one in times if str(one.slot.pk) == asked.get("slot")), None)
    return Chosen(
        doctors,
        _day_links(found, days, day, today),
        [_time(found, day, one, time) for one in times],
        found,
        time,
        words.moment_words(time.begins, clock=clock, today=today) if time else "",
    )


def address(position: int, **more: Any) -> str:
    """Return the query of a choice, and the part of the page to go on at."""
    told = {"position": position, **{name: value for name, value in more.items() if value}}
    return f"?{urlencode(told)}#{'sure' if 'slot' in told else 'choose'}"


def _doctor(one: Found, found: Found | None, today: date) -> Choice:
    if one.nearest is None:
        small = "свободного времени нет"
    else:
        small = words.near_words(one.nearest, clock=one.clock, today=today)
    return Choice(one.position.doctor.name, address(one.position.pk), small, one == found)


def _days(found: Found, today: date, at: datetime, quotas: Sequence[str]) -> dict[date, int]:
    """Free days ahead: of this month and of the one the horizon ends in."""
    last = today + timedelta(days=RULES.ahead_days)
    months = dict.fromkeys((today.replace(day=1), last.replace(day=1)))
    days: dict[date, int] = {}
    for month in months:
        days |= finding.free_days(position=found.position, month=month, at=at, quotas=quotas)
    return dict(sorted(days.items()))


def _day(text: str, days: Mapping[date, int]) -> date | None:
    """The day asked for if it is free, else the nearest free one."""
    return next((one for one in days if one.isoformat() == text), next(iter(days), None))


def _day_links(
    found: Found, days: Mapping[date, int], day: date | None, today: date
) -> list[Choice]:
    return [
        Choice(
            f"{words.SHORT_DAYS[one.weekday()]}, {words.without_year(one, today=today)}",
            address(found.position.pk, day=one.isoformat()),
            str(count),
            one == day,
        )
        for one, count in days.items()
    ]


def _time(found: Found, day: date, one: FreeTime, chosen: FreeTime | None) -> Choice:
    quota = one.slot.quota
    small = "" if quota == Quota.INTERNET else str(one.slot.get_quota_display()).lower()
    url = address(found.position.pk, day=day.isoformat(), slot=one.slot.pk)
    return Choice(f"{one.begins:%H:%M}", url, small, chosen is not None and one == chosen)
