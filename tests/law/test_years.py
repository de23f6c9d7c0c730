"""Two years of terms against a table worked out by hand from the decrees on moved days off.

Постановления Правительства РФ № 1335 от 04.10.2024 (2025) and № 1466 от 24.09.2025 (2026); the
counts by month are those of the production calendars.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from oms.law.calendar import Calendar
from oms.law.terms import Term, Unit, due_at

MOSCOW = ZoneInfo("Europe/Moscow")
OFF_ON_WEEKDAYS = {
    2025: "01-01 01-02 01-03 01-06 01-07 01-08 05-01 05-02 05-08 05-09 06-12 06-13 11-03 11-04"
    " 12-31",
    2026: "01-01 01-02 01-05 01-06 01-07 01-08 01-09 02-23 03-09 05-01 05-11 06-12 11-04 12-31",
}
WORKING_SATURDAYS = {2025: "11-01", 2026: ""}
BY_MONTH = {
    2025: (17, 20, 21, 22, 18, 19, 23, 21, 22, 23, 19, 22),
    2026: (15, 19, 21, 22, 19, 21, 23, 21, 22, 22, 20, 22),
}


def by_hand(day: date) -> bool:
    """Whether the table says that people work on the day."""
    if f"{day:%m-%d}" in WORKING_SATURDAYS[day.year].split():
        return True
    return day.weekday() < 5 and f"{day:%m-%d}" not in OFF_ON_WEEKDAYS[day.year].split()


@pytest.mark.parametrize("year", BY_MONTH)
def test_every_day_of_the_year_is_as_the_decree_says(year: int) -> None:
    calendar, first = Calendar(), date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range(365)]
    assert [d for d in days if calendar.is_working(d) != by_hand(d)] == []
    for month, count in enumerate(BY_MONTH[year], 1):
        own = [date(year, month, n + 1) for n in range(monthrange(year, month)[1])]
        assert sum(map(by_hand, own)) == count, month


@pytest.mark.parametrize(
    ("received", "amount", "unit", "last"),
    [
        # the New Year: nobody works from 31 December 2025 to 11 January 2026
        ("2025-12-24", 5, "working_days", "2026-01-12"),
        ("2025-12-30", 5, "working_days", "2026-01-16"),
        ("2026-01-05", 5, "working_days", "2026-01-16"),
        ("2025-12-01", 30, "calendar_days", "2026-01-12"),
        ("2025-12-10", 30, "calendar_days", "2026-01-12"),
        ("2025-12-14", 30, "calendar_days", "2026-01-13"),
        ("2026-12-23", 4, "working_days", "2026-12-29"),
        # February and March: 23 February is a Monday, 8 March a Sunday
        ("2026-02-18", 5, "working_days", "2026-02-26"),
        ("2026-01-24", 30, "calendar_days", "2026-02-24"),
        ("2026-03-04", 3, "working_days", "2026-03-10"),
        ("2026-02-06", 30, "calendar_days", "2026-03-10"),
        # May: bridges on 2 and 8 May 2025, a Monday off on 11 May 2026
        ("2025-04-28", 5, "working_days", "2025-05-07"),
        ("2025-05-06", 3, "working_days", "2025-05-13"),
        ("2025-04-01", 30, "calendar_days", "2025-05-05"),
        ("2025-04-08", 30, "calendar_days", "2025-05-12"),
        ("2026-04-29", 5, "working_days", "2026-05-07"),
        ("2026-05-07", 2, "working_days", "2026-05-12"),
        ("2026-04-10", 30, "calendar_days", "2026-05-12"),
        # June: a bridge in 2025
        ("2025-06-10", 2, "working_days", "2025-06-16"),
        ("2026-06-10", 2, "working_days", "2026-06-15"),
        # November: Saturday the 1st of 2025 is worked for Monday the 3rd
        ("2025-10-30", 3, "working_days", "2025-11-05"),
        ("2025-10-31", 1, "working_days", "2025-11-01"),
        ("2025-10-02", 30, "calendar_days", "2025-11-01"),
        ("2025-10-03", 30, "calendar_days", "2025-11-05"),
        ("2026-11-02", 2, "working_days", "2026-11-05"),
        ("2026-10-05", 30, "calendar_days", "2026-11-05"),
    ],
)
def test_terms_end_as_counted_by_hand(received: str, amount: int, unit: Unit, last: str) -> None:
    at = datetime.combine(date.fromisoformat(received), datetime.min.time(), MOSCOW)
    for hour in (0, 12, 23):
        moment = at + timedelta(hours=hour)
        due = due_at(Term("", amount, unit), received_at=moment, calendar=Calendar(), zone=MOSCOW)
        assert f"{due:%Y-%m-%d %H:%M:%S}" == f"{last} 23:59:59"
