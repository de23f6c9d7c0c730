"""A month as a table of weeks: which days have free times, and how many."""

from calendar import Calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from oms.faces.portal.booking.words import free
from oms.law import dates
from oms.law.typed import NBSP

MONTHS = (
    "Январь", "Февраль", "Март", "Апрель", "Май", "Июнь",
    "Июль", "Август", "Сентябрь", "Октябрь", "Ноябрь", "Декабрь",
)  # fmt: skip


@dataclass(frozen=True)
class Day:
    """One cell: its number, and where it leads when somebody may come that day."""

    number: int
    count: int = 0
    url: str = ""
    words: str = ""
    is_today: bool = False
    is_chosen: bool = False


@dataclass(frozen=True)
class Month:
    """A month, week by week; None is a day of another month."""

    title: str
    weeks: Sequence[Sequence[Day | None]]
    previous_url: str
    next_url: str
    total: int


def first_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def asked(typed: str, *, first: date, last: date) -> date:
    """Return the first day of the month typed as 2026-11, kept within the first and last."""
    try:
        found = date.fromisoformat(f"{typed}-01")
    except ValueError:
        found = first
    return min(max(first_of(found), first_of(first)), first_of(last))


def table(
    month: date,
    counts: Mapping[date, int],
    *,
    today: date,
    last: date,
    url: Callable[[date], str],
    month_url: Callable[[date], str],
    chosen: date | None = None,
) -> Month:
    """Lay the month out; only days with free times lead anywhere."""
    weeks = [
        [
            _day(day, counts.get(day, 0), today, url, chosen) if day.month == month.month else None
            for day in week
        ]
        for week in Calendar().monthdatescalendar(month.year, month.month)
    ]
    before, after = month - timedelta(days=1), month + timedelta(days=31)
    return Month(
        title=f"{MONTHS[month.month - 1]} {month.year}",
        weeks=weeks,
        previous_url=month_url(first_of(before)) if before >= first_of(today) else "",
        next_url=month_url(first_of(after)) if first_of(after) <= last else "",
        total=sum(n for day, n in counts.items() if first_of(day) == month),
    )


def _day(
    day: date, count: int, today: date, url: Callable[[date], str], chosen: date | None
) -> Day:
    words = NBSP.join(dates.long(day).split(NBSP)[:2])
    said = f"{words}: {free(count)}" if count else f"{words}: свободных талонов нет"
    return Day(day.day, count, url(day) if count else "", said, day == today, day == chosen)
