"""A shift on a day: whose day it is, and the stretches of it."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.law.calendar import Calendar
from oms.law.shift import Hours, Other, falls_on, goes_as, how_many, on_day, spread, stretches
from oms.law.zones import moment

MOSCOW = ZoneInfo("Europe/Moscow")
MONDAY, CALENDAR = date(2026, 11, 23), Calendar()
MORNING = Hours(weekday=0, begins=time(9), ends=time(12), minutes=30)


def walls(found, clock=MOSCOW) -> list[str]:
    return [
        f"{one.begins.astimezone(clock):%H:%M}–{one.ends.astimezone(clock):%H:%M}" for one in found
    ]


@pytest.mark.parametrize(
    ("day", "weekday", "why"),
    [
        (date(2026, 11, 23), 0, "a Monday"),
        (date(2026, 11, 21), 5, "a Saturday like any other has its own shifts"),
        (date(2026, 11, 22), 6, "and a Sunday"),
        (date(2026, 11, 4), None, "the Day of National Unity"),
        (date(2026, 1, 3), None, "a Saturday of the New Year's holidays"),
        (date(2026, 3, 8), None, "the eighth of March on a Sunday"),
        (date(2026, 3, 9), None, "the Monday it is moved to"),
        (date(2025, 11, 1), 0, "a Saturday worked for Monday the third"),
        (date(2025, 11, 3), None, "that Monday"),
        (date(2024, 4, 27), 0, "a Saturday worked for Monday the 29th"),
        (date(2024, 12, 28), 0, "a Saturday worked for Monday the 30th"),
    ],
)
def test_days(day: date, weekday: int | None, why: str) -> None:
    assert goes_as(day, CALENDAR) == weekday, why


def test_a_decree_moves_days() -> None:
    calendar = Calendar({MONDAY: False, date(2026, 11, 21): True, date(2026, 11, 28): False})
    assert goes_as(date(2026, 11, 21), calendar) == 0, "worked for that Monday"
    assert goes_as(MONDAY, calendar) is None
    assert goes_as(date(2026, 11, 28), calendar) is None, "a Saturday the region has off"
    lone = Calendar({date(2026, 11, 21): True})
    assert goes_as(date(2026, 11, 21), lone) == 4, "for no day at all: as a Friday"


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({}, [2, 9, 16, 23, 30]),
        ({"weeks": "odd"}, [2, 16, 30]),  # ISO weeks 45, 47 and 49
        ({"weeks": "even"}, [9, 23]),
        ({"from_day": date(2026, 11, 10), "until_day": date(2026, 11, 29)}, [16, 23]),
        ({"from_day": MONDAY, "until_day": MONDAY}, [23]),
        ({"weekday": 5}, [7, 14, 21, 28]),
        ({"weekday": 2}, [11, 18, 25]),  # not on the fourth, a holiday
        ({"weekday": 2, "on_holidays": True}, [4, 11, 18, 25]),
    ],
)
def test_shifts_fall_on(changes: dict, days: list[int]) -> None:
    shift = Hours(**{**vars(MORNING), **changes})
    november = [date(2026, 11, 1) + timedelta(days=ahead) for ahead in range(30)]
    assert [day.day for day in november if falls_on(shift, day, CALENDAR)] == days


def test_after_a_year_of_53_weeks_two_odd_weeks_follow_each_other() -> None:
    changes = {"weeks": "odd", "weekday": 3, "on_holidays": True}
    odd = Hours(**{**vars(MORNING), **changes})
    days = [date(2026, 12, 24) + timedelta(weeks=ahead) for ahead in range(4)]
    assert [day.isocalendar().week for day in days] == [52, 53, 1, 2]
    assert [falls_on(odd, day, CALENDAR) for day in days] == [False, True, True, False]


def test_a_break_and_a_rest_that_does_not_fit() -> None:
    shift = Hours(0, time(9), time(12, 50), 30, break_begins=time(10, 15), break_ends=time(11))
    found = stretches(shift, MONDAY, clock=MOSCOW, calendar=CALENDAR)
    assert walls(found) == [
        "09:00–09:30", "09:30–10:00", "11:00–11:30", "11:30–12:00", "12:00–12:30",
    ]  # fmt: skip
    assert found[0].begins == datetime(2026, 11, 23, 6, tzinfo=UTC)
    assert how_many(shift) == 5


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Other(), []),
        (Other(time(10), time(11), clips=True), ["10:00–10:30", "10:30–11:00"]),
        (Other(time(11, 30), time(18), clips=True), ["11:30–12:00"]),
        (Other(time(14), time(18), clips=True), []),
        (Other(time(14), time(15)), ["14:00–14:30", "14:30–15:00"]),
    ],
)
def test_a_day_that_differs(other: Other, expected: list[str]) -> None:
    assert walls(on_day(MORNING, MONDAY, clock=MOSCOW, other=other)) == expected


def test_quotas_are_spread_and_shrink_with_the_day() -> None:
    quotas = {"phone": 3, "registrar": 3}
    shift = Hours(0, time(8), time(14), 30, quotas=quotas)
    whole = [one.quota for one in on_day(shift, MONDAY, clock=MOSCOW)]
    assert Counter(whole) == {"internet": 6, "phone": 3, "registrar": 3}
    for third in (whole[:4], whole[4:8], whole[8:]):
        assert Counter(third) == {"internet": 2, "phone": 1, "registrar": 1}
    short = on_day(shift, MONDAY, clock=MOSCOW, other=Other(time(8), time(10), clips=True))
    assert Counter(one.quota for one in short) == {"internet": 2, "phone": 1, "registrar": 1}


SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # clocks of Berlin: 2 → 3, 3 → 2


@pytest.mark.parametrize("day", [SPRING, AUTUMN, SPRING - timedelta(days=1)])
def test_shifts_keep_the_wall_time_across_a_change_of_summer_time(day: date) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    shift = Hours(6, time(9), time(10), 20)
    found = on_day(shift, day, clock=berlin)
    assert walls(found, berlin) == ["09:00–09:20", "09:20–09:40", "09:40–10:00"]


def test_a_night_shift_is_as_long_as_the_night() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = Hours(6, time(1), time(5), 60)
    usual = on_day(night, date(2026, 6, 7), clock=berlin)
    assert [len(on_day(night, day, clock=berlin)) for day in (SPRING, AUTUMN)] == [3, 5]
    assert len(usual) == 4
    into_the_gap = Hours(6, time(2, 15), time(4), 15, break_begins=time(2, 45), break_ends=time(3))
    assert_in_order(on_day(into_the_gap, SPRING, clock=berlin))


def assert_in_order(found) -> None:
    assert all(one.begins < one.ends for one in found)
    assert all(one.ends <= two.begins for one, two in pairwise(found))


minutes_of_day = st.integers(0, 24 * 60 - 1)
clocks = st.sampled_from(
    ["Europe/Moscow", "Asia/Kamchatka", "Europe/Berlin", "Australia/Lord_Howe"]
)
days = st.dates(date(2010, 1, 1), date(2030, 12, 31))


def wall(minute: int) -> time:
    return time(minute // 60, minute % 60)


@st.composite
def shifts(draw) -> Hours:
    edges = sorted(draw(st.sets(minutes_of_day, min_size=4, max_size=4)))
    has_break = draw(st.booleans())
    counts = st.dictionaries(
        st.sampled_from(["phone", "registrar", "referral"]), st.integers(0, 30)
    )
    return Hours(
        weekday=draw(st.integers(0, 6)),
        begins=wall(edges[0]),
        ends=wall(edges[3]),
        minutes=draw(st.integers(5, 240)),
        break_begins=wall(edges[1]) if has_break else None,
        break_ends=wall(edges[2]) if has_break else None,
        quotas=draw(counts),
    )


@given(shifts(), days, clocks, st.none() | st.tuples(minutes_of_day, minutes_of_day, st.booleans()))
def test_stretches_hold_what_they_promise(shift: Hours, day: date, name: str, said) -> None:
    clock = ZoneInfo(name)
    other = said and Other(wall(said[0]), wall(said[1]), clips=said[2])
    found = on_day(shift, day, clock=clock, other=other)
    assert_in_order(found)
    begins = other.begins if other and not other.clips else shift.begins
    ends = other.ends if other and not other.clips else shift.ends
    if other and other.clips:
        begins, ends = max(begins, other.begins), min(ends, other.ends)
    for one in found:
        assert one.ends - one.begins == timedelta(minutes=shift.minutes)
        assert moment(day, begins, clock).astimezone(UTC) <= one.begins
        assert one.ends <= moment(day, ends, clock).astimezone(UTC)
        if shift.break_begins and shift.break_ends:
            opens = moment(day, shift.break_begins, clock).astimezone(UTC)
            closes = moment(day, shift.break_ends, clock).astimezone(UTC)
            assert one.ends <= opens or one.begins >= closes
    told = Counter(one.quota for one in found)
    assert set(told) <= {"internet", "phone", "registrar", "referral"}
    if other is None and sum(shift.quotas.values()) <= len(found):
        assert {code: told[code] for code in shift.quotas} == dict(shift.quotas)


@given(
    st.dictionaries(st.sampled_from(["phone", "registrar", "referral"]), st.integers(0, 40)),
    st.integers(0, 120),
)
def test_quotas_add_up_and_no_part_of_a_shift_goes_without(
    asked: dict[str, int], total: int
) -> None:
    found = spread(asked, total)
    assert len(found) == total
    if sum(asked.values()) > total:
        return
    for code, count in asked.items():
        places = [place for place, one in enumerate(found) if one == code]
        assert len(places) == count
        if count:  # each of `count` equal parts has about one: none is far from its middle
            far = max(abs(p - (k + 0.5) * total / count) for k, p in enumerate(places))
            assert far <= total / count + 4
