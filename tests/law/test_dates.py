from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.law import dates
from oms.law.plural import plural
from oms.law.verdict import Invalid

days = st.dates(date(1, 1, 1), date(9999, 12, 31))


@pytest.mark.parametrize(
    "typed",
    ["5.11.2026", "05.11.2026", "05112026", "5 ноября 2026", "5 ноября 2026 г.", "2026-11-05",
     "5\u00a0ноября\u00a02026\u00a0г.", " 5 . 11 . 2026 ", "5/11/2026", "5-11-2026", "5 11 2026",
     "5 нояб. 2026", "05 Ноябрь 2026 года", "5.11.2026 г"],
)  # fmt: skip
def test_every_usual_way_is_read(typed):
    assert dates.parse(typed) == date(2026, 11, 5)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "format"),
        ("вчера", "format"),
        ("5.11.26", "format"),
        ("5.11", "format"),
        ("31.02.2026", "no-such-day"),
        ("29.02.2025", "no-such-day"),
        ("5.13.2026", "no-such-day"),
        ("5 мартобря 2026", "no-such-day"),
        ("00.00.0000", "no-such-day"),
        ("1" * 10_000, "format"),
    ],
)
def test_what_is_no_date_is_refused(typed, code):
    with pytest.raises(Invalid) as refused:
        dates.parse(typed)
    assert refused.value.code == code


def test_the_message_tells_the_right_form():
    with pytest.raises(Invalid) as refused:
        dates.parse("5 числа")
    assert refused.value.text == "Укажите дату в виде ДД.ММ.ГГГГ, например 05.11.2026"


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_what_we_write_we_read(day):
    assert dates.parse(dates.long(day)) == dates.parse(dates.short(day)) == day
    assert dates.parse(day.isoformat()) == day


def test_long_form_never_breaks():
    assert dates.long(date(2026, 11, 22)) == "22\u00a0ноября\u00a02026\u00a0г."


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 120))
def test_age_changes_exactly_on_the_birthday(birth, years):
    day = dates.birthday(birth, years=years)
    assert dates.age(birth, on=day) == years
    if years:
        assert dates.age(birth, on=day - (date(2000, 1, 2) - date(2000, 1, 1))) == years - 1


@pytest.mark.parametrize(
    ("n", "word"),
    [(0, "дней"), (1, "день"), (2, "дня"), (4, "дня"), (5, "дней"), (11, "дней"), (12, "дней"),
     (14, "дней"), (21, "день"), (22, "дня"), (25, "дней"), (101, "день"), (111, "дней"),
     (112, "дней"), (-1, "день")],
)  # fmt: skip
def test_plural(n, word):
    assert plural(n, "день", "дня", "дней") == word
