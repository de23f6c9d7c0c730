from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.law.calendar import Calendar

CALENDAR = Calendar()
days = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2025-11-01", True),
        ("2025-05-02", False),
        ("2025-05-08", False),
        ("2025-06-13", False),
        ("2025-12-31", False),
        ("2026-01-09", False),
        ("2026-11-22", False),
        ("2026-11-23", True),
    ],
)
def test_reference_days(day, working):
    assert CALENDAR.is_working(date.fromisoformat(day)) is working


def test_overrides_win_both_ways():
    monday, sunday = date(2026, 11, 23), date(2026, 11, 22)
    calendar = Calendar({monday: False, sunday: True})
    assert (calendar.is_working(monday), calendar.is_working(sunday)) == (False, True)
    assert CALENDAR.is_working(monday)


@given(days, st.integers(0, 60))
def test_adding_and_counting_agree(day, n):
    reached = CALENDAR.add_working_days(day, n)
    assert CALENDAR.working_days_between(day, reached) == n
    assert CALENDAR.working_days_between(reached, day) == -n
    assert n == 0 or CALENDAR.is_working(reached)


@given(days)
def test_next_working_is_the_nearest(day):
    found = CALENDAR.next_working(day)
    assert CALENDAR.is_working(found)
    between = (day + timedelta(days=i) for i in range((found - day).days))
    assert not any(CALENDAR.is_working(d) for d in between)


def test_years_without_a_decree_are_told():
    assert CALENDAR.has_decree(2026)
    assert not CALENDAR.has_decree(2035)
    assert Calendar({date(2035, 1, 9): False}).has_decree(2035)


def test_negative_counts_are_a_mistake():
    with pytest.raises(ValueError):
        CALENDAR.add_working_days(date(2026, 11, 22), -1)
