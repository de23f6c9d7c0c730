"""What a doctor's shift comes to on a day: stretches of time, one for each patient.

Days: ТК РФ, ст. 112 (holidays), ст. 95 and 153 (a working Saturday goes as the day that was
freed instead of it), through `law.calendar`. The rest is the house's: an hour before the end is
no slot unless it fits whole, quotas are spread over the shift, not given to its first hours.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from oms.law import zones
from oms.law.calendar import Calendar

REST = "internet"
"""The quota of all slots that no other quota was given."""
ORDER = ("phone", "registrar", "referral")
HOLIDAYS = frozenset(
    {*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}
)
"""Months and days of ТК РФ, ст. 112."""
_FRIDAY, _WEEK = 4, 7


@dataclass(frozen=True)
class Hours:
    """A shift: weekday (0 Monday), weeks (every, odd, even), wall times, minutes of one slot.

    `quotas` tells how many slots of the whole shift a quota gets; the rest are of the internet.
    """

    weekday: int
    begins: time
    ends: time
    minutes: int
    weeks: str = "every"
    break_begins: time | None = None
    break_ends: time | None = None
    quotas: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    on_holidays: bool = False
    from_day: date = date.min
    until_day: date | None = None


@dataclass(frozen=True)
class Other:
    """A day that differs: without hours, nobody is seen; `clips` cuts a shift, else it moves it."""

    begins: time | None = None
    ends: time | None = None
    clips: bool = False


@dataclass(frozen=True)
class Stretch:
    """One patient's time (UTC) and who may take it."""

    begins: datetime
    ends: datetime
    quota: str = REST


def goes_as(day: date, calendar: Calendar) -> int | None:
    """Return by which weekday's shifts a day is worked; None on holidays and on days moved off.

    >>> goes_as(date(2025, 11, 1), Calendar())  # a Saturday, worked for Monday the third
    0
    >>> goes_as(date(2025, 11, 3), Calendar()), goes_as(date(2025, 11, 8), Calendar())
    (None, 5)
    """
    weekday = day.weekday()
    if weekday <= _FRIDAY:
        return weekday if calendar.is_working(day) else None
    if calendar.is_working(day):
        return _freed_for(day, calendar)
    is_off = (day.month, day.day) in HOLIDAYS or day in calendar.overrides
    return None if is_off else weekday


def falls_on(shift: Hours, day: date, calendar: Calendar) -> bool:
    """Tell whether the shift is worked on a day.

    >>> shift = Hours(weekday=0, begins=time(9), ends=time(12), minutes=15, weeks="odd")
    >>> [falls_on(shift, date(2026, 11, day), Calendar()) for day in (16, 23)]  # weeks 47, 48
    [True, False]
    """
    if day < shift.from_day or (shift.until_day is not None and day > shift.until_day):
        return False
    is_odd = day.isocalendar().week % 2 == 1
    if (shift.weeks == "odd" and not is_odd) or (shift.weeks == "even" and is_odd):
        return False
    worked_as = goes_as(day, calendar)
    if worked_as is None:
        return shift.on_holidays and day.weekday() == shift.weekday
    return worked_as == shift.weekday


def stretches(
    shift: Hours, day: date, *, clock: ZoneInfo, calendar: Calendar, other: Other | None = None
) -> list[Stretch]:
    """Return the stretches of a shift on a day, in order; none on a day that is not worked.

    Wall times are the clock's; a slot lasts its minutes even while the clock is moved. Hours of a
    day that differs cut the shift (`clips`) or stand instead of its own, quotas in proportion.
    """
    if not falls_on(shift, day, calendar):
        return []
    return on_day(shift, day, clock=clock, other=other)


def on_day(
    shift: Hours, day: date, *, clock: ZoneInfo, other: Other | None = None
) -> list[Stretch]:
    """Return the stretches of a shift as if it fell on the day."""
    whole = list(_times(shift, day, clock))
    times = whole if other is None else list(_changed(shift, other, day, clock))
    asked = {code: _share(count, len(times), len(whole)) for code, count in shift.quotas.items()}
    quotas = spread(asked, len(times))
    return [Stretch(*both, quota) for both, quota in zip(times, quotas, strict=True)]


def how_many(shift: Hours) -> int:
    """Return how many slots a shift has on a usual day.

    >>> how_many(Hours(0, time(9), time(12), 15, break_begins=time(10), break_ends=time(10, 30)))
    10
    """
    return len(list(_times(shift, date(2026, 1, 12), zones.zone("77"))))


def spread(asked: Mapping[str, int], total: int) -> list[str]:
    """Return a quota for each of `total` slots, every quota evenly over all of them.

    More than there are slots are cut in the order of `ORDER`.

    >>> spread({"phone": 2}, 6)
    ['internet', 'phone', 'internet', 'internet', 'phone', 'internet']
    """
    return list(_spread(tuple(max(asked.get(code, 0), 0) for code in ORDER), total))


@lru_cache(maxsize=4096)  # a region's shifts are alike, and asked for by thousands
def _spread(asked: tuple[int, ...], total: int) -> tuple[str, ...]:
    given: dict[str, int] = {}
    for code, count in zip(ORDER, asked, strict=True):
        given[code] = min(count, total - sum(given.values()))
    given[REST] = total - sum(given.values())
    places = [
        ((place + 0.5) / count, order, code)
        for order, (code, count) in enumerate(given.items())
        for place in range(count)
    ]
    return tuple(code for _, _, code in sorted(places))


def _freed_for(day: date, calendar: Calendar) -> int:
    """The weekday of the nearest day off within a week after a worked Saturday or Sunday."""
    following = (day + timedelta(days=ahead) for ahead in range(1, _WEEK))
    freed = (one for one in following if one.weekday() <= _FRIDAY and not calendar.is_working(one))
    return next((one.weekday() for one in freed), _FRIDAY)


def _share(count: int, slots: int, whole: int) -> int:
    """A quota of a day that was changed: in proportion, half a slot upwards."""
    return count if slots >= whole or not whole else (2 * count * slots + whole) // (2 * whole)


def _changed(
    shift: Hours, other: Other, day: date, clock: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    if other.begins is None or other.ends is None:
        return
    begins, ends = other.begins, other.ends
    if other.clips:
        begins, ends = max(begins, shift.begins), min(ends, shift.ends)
    if begins < ends:
        yield from _between(begins, ends, shift, day, clock)


def _times(shift: Hours, day: date, clock: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    return _between(shift.begins, shift.ends, shift, day, clock)


def _between(
    begins: time, ends: time, shift: Hours, day: date, clock: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    length, last = timedelta(minutes=shift.minutes), datetime.min.replace(tzinfo=UTC)
    for opens, closes in _parts(begins, ends, shift):
        now = max(zones.moment(day, opens, clock).astimezone(UTC), last)
        until = zones.moment(day, closes, clock).astimezone(UTC)
        while now + length <= until:
            yield now, now + length
            now += length
        last = max(last, until)


def _parts(begins: time, ends: time, shift: Hours) -> Sequence[tuple[time, time]]:
    """The hours without the break."""
    first, last = shift.break_begins, shift.break_ends
    if first is None or last is None or last <= begins or ends <= first:
        return [(begins, ends)]
    return [part for part in ((begins, first), (last, ends)) if part[0] < part[1]]
