from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.law import terms
from oms.law.calendar import Calendar
from oms.law.terms import Term, TermInForce

MOSCOW, KAMCHATKA, UTC = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Kamchatka"), ZoneInfo("UTC")
CALENDAR = Calendar()


def _due(amount, unit, received, zone=MOSCOW):
    term = Term("x", amount, unit)
    return terms.due_at(term, received_at=received, calendar=CALENDAR, zone=zone)


def _moscow(text):
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("amount", "unit", "received", "due"),
    [
        (5, "working_days", "2026-11-20T18:04", "2026-11-27T23:59:59"),
        (5, "working_days", "2026-11-22T00:00", "2026-11-27T23:59:59"),
        (1, "working_days", "2025-10-31T09:00", "2025-11-01T23:59:59"),
        (3, "working_days", "2025-12-30T23:59", "2026-01-14T23:59:59"),
        (30, "calendar_days", "2026-11-20T12:00", "2026-12-21T23:59:59"),
        (30, "calendar_days", "2025-12-03T12:00", "2026-01-12T23:59:59"),
        (48, "hours", "2026-11-20T18:04", "2026-11-22T18:04:00"),
        (10, "minutes", "2026-12-31T23:55", "2027-01-01T00:05:00"),
    ],
)
def test_when_terms_end(amount, unit, received, due):
    assert _due(amount, unit, _moscow(received)) == _moscow(due)


def test_the_day_of_receipt_is_the_day_of_the_zone():
    late_in_moscow = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)  # 24 November in Kamchatka
    assert _due(1, "working_days", late_in_moscow, KAMCHATKA) == datetime(
        2026, 11, 25, 23, 59, 59, tzinfo=KAMCHATKA
    )


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1), timezones=st.just(MOSCOW)),
    st.integers(0, 40),
    st.sampled_from(["working_days", "calendar_days"]),
)
def test_days_end_late_on_a_working_day_and_grow_with_the_amount(received, amount, unit):
    due = _due(amount + 1, unit, received)
    assert (due.hour, due.minute, due.second) == (23, 59, 59)
    assert CALENDAR.is_working(due.date())
    assert due >= _due(amount, unit, received)
    assert due > received


def _paused(term, due, paused, resumed):
    return terms.due_after_pause(
        term, due_at=due, paused_at=paused, resumed_at=resumed, calendar=CALENDAR, zone=MOSCOW
    )


@pytest.mark.parametrize(
    ("amount", "unit", "paused", "resumed", "due"),
    [
        # Monday to Wednesday: two days of either kind; the 29th is a Sunday
        (5, "working_days", "2026-11-23T10:00", "2026-11-25T09:00", "2026-12-01T23:59:59"),
        (5, "calendar_days", "2026-11-23T10:00", "2026-11-25T09:00", "2026-11-30T23:59:59"),
        # a week-end passes: no working day is lost
        (5, "working_days", "2026-11-20T10:00", "2026-11-22T10:00", "2026-11-27T23:59:59"),
        (5, "working_days", "2026-11-23T10:00", "2026-11-23T18:00", "2026-11-27T23:59:59"),
        (48, "hours", "2026-11-23T10:00", "2026-11-23T18:30", "2026-11-28T08:29:59"),
        # over before the pause began
        (5, "working_days", "2026-11-28T10:00", "2026-12-05T10:00", "2026-11-27T23:59:59"),
    ],
)
def test_pauses_move_the_term(amount, unit, paused, resumed, due):
    term = Term("x", amount, unit)
    before = _moscow("2026-11-27T23:59:59")
    assert _paused(term, before, _moscow(paused), _moscow(resumed)) == _moscow(due)


def test_naive_moments_and_backward_pauses_are_mistakes():
    with pytest.raises(ValueError):
        _due(1, "hours", datetime(2026, 11, 22))
    due = _moscow("2026-11-27T23:59:59")
    with pytest.raises(ValueError):
        _paused(Term("x", 1, "hours"), due, due, due - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("amount", "unit", "words", "within"),
    [
        (1, "working_days", "1 рабочий день", "в течение 1 рабочего дня"),
        (3, "working_days", "3 рабочих дня", "в течение 3 рабочих дней"),
        (5, "working_days", "5 рабочих дней", "в течение 5 рабочих дней"),
        (21, "calendar_days", "21 календарный день", "в течение 21 календарного дня"),
        (30, "calendar_days", "30 календарных дней", "в течение 30 календарных дней"),
        (24, "hours", "24 часа", "в течение 24 часов"),
        (48, "hours", "48 часов", "в течение 48 часов"),
        (10, "minutes", "10 минут", "в течение 10 минут"),
        (1, "minutes", "1 минута", "в течение 1 минуты"),
    ],
)
def test_words(amount, unit, words, within):
    term = Term("x", amount, unit)
    assert terms.in_words(term) == words.replace(" ", "\u00a0")
    assert terms.within(term).replace("\u00a0", " ") == within


def test_default_terms_are_those_of_the_reference():
    today = date(2026, 11, 22)
    expected = {
        "standard": (30, "calendar_days"),
        "urgent": (10, "working_days"),
        "signed": (3, "working_days"),
        "policy-issue": (5, "working_days"),
        "name-change": (5, "working_days"),
        "error-correction": (48, "hours"),
        "replacement-extract": (24, "hours"),
        "certificate": (10, "minutes"),
        "error-report": (1, "working_days"),
        "appeal": (10, "working_days"),
        "support-answer": (1, "working_days"),
        "personal-data-answer": (10, "working_days"),
        "personal-data-extension": (5, "working_days"),
    }
    for code, (amount, unit) in expected.items():
        assert terms.term_at(code, on=today) == Term(code, amount, unit)


def test_a_new_edition_of_a_term_begins_on_its_day():
    old, new = Term("appeal", 10, "working_days"), Term("appeal", 7, "working_days")
    table = (
        TermInForce(old, "Обжалование", "старая норма", ends_on=date(2027, 1, 1)),
        TermInForce(new, "Обжалование", "новая норма", begins_on=date(2027, 1, 1)),
    )
    assert terms.term_at("appeal", on=date(2026, 12, 31), table=table) == old
    assert terms.term_at("appeal", on=date(2027, 1, 1), table=table) == new
    with pytest.raises(LookupError):
        terms.term_at("unknown", on=date(2027, 1, 1))
