"""Filters: dates, numbers, names and no-break spaces as Russian readers expect them."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from oms.faces.design.templatetags import design

_ = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("number", "word"),
    [(1, "день"), (2, "дня"), (5, "дней"), (11, "дней"), (21, "день"), (111, "дней")],
)
def test_plural(number: int, word: str) -> None:
    assert design.plural(number, "день,дня,дней") == word
    assert design.counted_filter(number, "день,дня,дней") == f"{number}{_}{word}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.56, f"1{_}234,56{_}₽"),
        (0, f"0,00{_}₽"),
        ("1234567.891", f"1{_}234{_}567,89{_}₽"),
        (-5, f"−5,00{_}₽"),
        ("x", ""),
        (None, ""),
    ],
)
def test_rub(value: Any, text: str) -> None:
    assert design.rub(value) == text


@time_machine.travel(datetime(2026, 11, 22, 20, 30, tzinfo=UTC), tick=False)
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2026, 11, 22, 6, 40, tzinfo=UTC), "сегодня, 09:40"),
        (datetime(2026, 11, 22, 21, 0, tzinfo=UTC), "завтра, 00:00"),
        (datetime(2026, 11, 21, 6, 5, tzinfo=UTC), "вчера, 09:05"),
        (datetime(2026, 11, 19, 15, 2, tzinfo=UTC), f"19{_}ноября, 18:02"),
        (datetime(2025, 11, 19, 15, 2, tzinfo=UTC), f"19{_}ноября{_}2025{_}г., 18:02"),
        (None, ""),
    ],
)
def test_moments_are_told_from_today_in_the_zone_of_the_portal(
    value: datetime | None, text: str
) -> None:
    assert design.datetime_words(value) == text


@time_machine.travel(datetime(2026, 11, 22, 20, 30, tzinfo=UTC), tick=False)
def test_days() -> None:
    assert design.date_words(date(2026, 11, 23)) == "завтра"
    assert design.date_words(date(2026, 12, 2)) == f"2{_}декабря"
    assert design.long_date(date(2026, 11, 5)) == f"5{_}ноября{_}2026{_}г."
    assert design.short_date(datetime(2026, 11, 22, 21, 0, tzinfo=UTC)) == "23.11.2026"
    assert design.long_date(None) == design.short_date(None) == design.date_words(None) == ""


@pytest.mark.parametrize(
    ("plain", "glued"),
    [
        ("Поликлиника № 4", f"Поликлиника №{_}4"),
        ("до 2 декабря 2026 г.", f"до 2{_}декабря{_}2026{_}г."),
        ("5 рабочих дней", f"5{_}рабочих{_}дней"),
        ("осталось 3 рабочих дня", f"осталось 3{_}рабочих{_}дня"),
        ("1 рабочий день", f"1{_}рабочий{_}день"),
        ("И. О. Петрова", f"И.{_}О.{_}Петрова"),
        ("Климова А. В.", f"Климова{_}А.{_}В."),
        ("Запись в поликлинику", f"Запись в{_}поликлинику"),
        ("10 МБ", f"10{_}МБ"),
        ("до 18:00", "до 18:00"),
    ],
)
def test_lines_do_not_break_where_they_must_not(plain: str, glued: str) -> None:
    assert design.nbsp(plain) == glued
    assert design.nbsp(glued) == glued


def test_numbers_and_names() -> None:
    anna = SimpleNamespace(surname="Климова", name="Анна", patronymic="Викторовна")
    alone = SimpleNamespace(surname="Ли", name="", patronymic=None)
    assert design.enp_group("7756410835999915") == f"7756{_}4108{_}3599{_}9915"
    assert design.snils_filter("11223344595").replace(_, " ") == "112-233-445 95"
    assert design.phone_filter("+79001234567") == f"+7{_}900{_}123-45-67"
    assert (design.initials(anna), design.initials(alone)) == ("АВ", "Л")
    assert design.short_name(anna) == f"Климова{_}А.{_}В."
    assert design.enp_group("") == design.snils_filter("") == design.phone_filter("") == ""
    assert design.lower_first("Укажите дату") == "укажите дату"
    assert design.lower_first("СНИЛС не найден") == "СНИЛС не найден"
