"""Fields read what people type and refuse in plain words."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from oms.catalog import fields

READ = [
    (fields.NameField(label="Фамилия"), "  салтыков –  щедрин ", "Салтыков-Щедрин"),
    (fields.NameField(label="Фамилия"), "КОРОЛЁВА", "Королёва"),
    (fields.NameField(label="Фамилия"), "де Голль", "де Голль"),
    (fields.NameField(label="Отчество", required=False), " — ", ""),
    (fields.SnilsField(), "112 233-445-95", "11223344595"),
    (fields.SnilsField(required=False), "  ", ""),
    (fields.PhoneField(), "8 (900) 123 45 67", "+79001234567"),
    (fields.MailField(), " anna@example.ru ", "anna@example.ru"),
    (fields.DepartmentCodeField(), "770 001", "770-001"),
    (fields.AddressField(label="Адрес"), "г. Тест,\n ул.  Новая, д. 1", "г. Тест, ул. Новая, д. 1"),
    (fields.DateField(label="Дата"), "5.11.2026", date(2026, 11, 5)),
    (fields.DateField(label="Дата"), "5 ноября 2026 г.", date(2026, 11, 5)),
    (fields.DateField(label="Дата"), "2026-11-05", date(2026, 11, 5)),
    (fields.DateField(label="Дата", required=False), "", None),
    (fields.SexField(), "2", 2),
    (fields.CountryField(), "KGZ", "KGZ"),
    (fields.DocumentKindField(kinds=(14, 3)), "3", 3),
]  # fmt: skip


@pytest.mark.parametrize(("field", "typed", "value"), READ, ids=[row[1] for row in READ])
def test_what_people_type_is_read(field, typed, value) -> None:
    assert field.clean(typed) == value


REFUSED = [
    (fields.NameField(label="Фамилия"), "", "Фамилия: укажите, как в документе"),
    (fields.NameField(label="Фамилия"), "Иванов2", "Фамилия: только буквы"),
    (fields.NameField(label="Имя"), "Aлла", "Имя: в слове «Aлла» есть и русские"),
    (fields.SnilsField(), "112-233-445 96", "Контрольные цифры СНИЛС не сходятся"),
    (fields.SnilsField(), "112", "СНИЛС: 11 цифр, вы указали 3"),
    (fields.PhoneField(), "8-800-200-00-00", "Мобильный телефон: это бесплатная линия"),
    (fields.MailField(), "anna", "Электронная почта: укажите адрес в виде"),
    (fields.AddressField(label="Адрес"), "дом", "Адрес: укажите город"),
    (fields.DateField(label="Дата рождения"), "", "Дата рождения: укажите в виде ДД.ММ.ГГГГ"),
    (fields.DateField(label="Дата рождения"), "14.03.85", "Дата рождения: укажите дату в виде"),
    (fields.DateField(label="Дата"), "31.02.2026", "Дата: такой даты нет в календаре"),
    (fields.DateField(label="Дата"), "01.01.1026", "Дата: проверьте год, указан 1026"),
    (fields.SexField(), "9", "Пол: выберите вариант из списка"),
    (fields.SexField(), "", "Пол: выберите один вариант"),
    (fields.ConfirmField(label="Да", missing="Отметьте"), "", "Отметьте"),
]


@pytest.mark.parametrize(("field", "typed", "said"), REFUSED, ids=[row[2] for row in REFUSED])
def test_what_is_wrong_is_said_at_the_field(field, typed, said) -> None:
    with pytest.raises(ValidationError) as no:
        field.clean(typed)
    (message,) = no.value.messages
    plain = message.replace("\N{NO-BREAK SPACE}", " ")
    assert said in plain
    assert len(plain.split()) <= 20


@pytest.mark.parametrize(
    "typed",
    ["\x00", "А\x07", "\ud800", "я" * 1_000_000, "нечитаемое\ufffd"],
    ids=["nul", "bell", "surrogate", "megabyte", "replaced"],
)
@pytest.mark.parametrize(
    "field", {type(row[0]): row[0] for row in READ}.values(), ids=lambda f: type(f).__name__
)
def test_hostile_values_are_refused_in_words_without_an_echo(field, typed) -> None:
    with pytest.raises(ValidationError) as no:
        field.clean(typed)
    (message,) = no.value.messages
    assert len(message) < 200
    assert typed not in message
    message.encode()


def test_values_are_said_as_people_read_them() -> None:
    said = [fields.shown(row[0], row[0].clean(row[1])) for row in READ]
    plain = [text.replace("\N{NO-BREAK SPACE}", " ") for text in said]
    assert "112-233-445 95" in plain
    assert "+7 900 123-45-67" in plain
    assert "5 ноября 2026 г." in plain
    assert "Женский" in plain
    assert "Киргизия" in plain
    assert fields.shown(None, None) == ""
    assert fields.shown(None, value=True) == "Да"
