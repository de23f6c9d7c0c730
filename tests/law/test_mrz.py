"""The passport's machine-readable record: its table, its check digits, there and back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.law import mrz
from oms.law.verdict import Invalid

ALPHABET = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
NAMES = st.text(ALPHABET, min_size=2, max_size=11).map(str.capitalize)
DAYS = st.dates(date(1930, 1, 1), date(1996, 12, 31))
PASSPORTS = st.builds(
    mrz.Passport,
    family_name=NAMES,
    given_name=NAMES,
    patronymic=st.one_of(st.just(""), NAMES),
    series=st.from_regex(r"[0-9]{2} [0-9]{2}", fullmatch=True),
    number=st.from_regex(r"[0-9]{6}", fullmatch=True),
    birth_date=DAYS,
    sex=st.sampled_from("MF"),
    issued_on=st.dates(date(2011, 7, 1), date(2030, 12, 31)),
    department_code=st.from_regex(r"[0-9]{3}-[0-9]{3}", fullmatch=True),
)
KLIMOVA = mrz.Passport(
    "Климова", "Анна", "Викторовна", "45 10", "123456",
    date(1985, 3, 14), "F", date(2012, 5, 1), "770-001",
)  # fmt: skip


def test_each_letter_has_a_sign_of_its_own() -> None:
    signs = mrz.letters(ALPHABET)
    assert len(set(signs)) == 33
    assert mrz.russian(signs).upper() == ALPHABET
    assert mrz.letters("ЁЙЧШЪЬЭЮЯ") == "2Q34X9678"


@given(PASSPORTS)
def test_what_is_written_is_read(passport) -> None:
    upper, lower = mrz.build(passport)
    assert len(upper) == len(lower) == mrz.LENGTH
    assert set(upper + lower) <= set(mrz.SIGNS)
    assert mrz.parse(upper, lower) == passport


@given(PASSPORTS, st.data())
def test_one_wrong_digit_is_noticed(passport, data) -> None:
    upper, lower = mrz.build(passport)
    places = [n for n, sign in enumerate(lower) if sign.isdigit()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != lower[place]]))
    with pytest.raises(Invalid, match="Контрольные цифры"):
        mrz.parse(upper, lower[:place] + other + lower[place + 1 :])


def test_long_names_are_cut_and_it_shows() -> None:
    long = mrz.Passport(
        "Константинопольская", "Александрина", "Максимилиановна", "45 10", "123456",
        date(1985, 3, 14), "F", date(2012, 5, 1), "770-001",
    )  # fmt: skip
    upper, lower = mrz.build(long)
    read = mrz.parse(upper, lower)
    assert read.is_cut
    assert (read.family_name, read.given_name) == (long.family_name, long.given_name)
    assert long.patronymic.startswith(read.patronymic)


def test_double_names_keep_their_hyphen_and_the_patronymic_its_place() -> None:
    upper = "PNRUSSALTYKOV<WEDRIN<<ANNA<MARI8<PETROVNA<<<"
    read = mrz.parse(upper, mrz.build(KLIMOVA)[1])
    assert (read.family_name, read.given_name) == ("Салтыков-Щедрин", "Анна-Мария")
    assert read.patronymic == "Петровна"


@pytest.mark.parametrize(
    ("upper", "lower", "code"),
    [
        (0, 43, "length"),
        ("P<USA", None, "country"),
        (None, ("F<", "X<"), "sex"),
    ],
)
def test_other_records_are_refused(upper, lower, code) -> None:
    first, second = mrz.build(KLIMOVA)
    if isinstance(upper, str):
        first = upper + first[5:]
    if isinstance(lower, int):
        second = second[:lower]
    if isinstance(lower, tuple):
        second = second.replace(*lower, 1)
    with pytest.raises(Invalid) as refused:
        mrz.parse(first, second)
    assert refused.value.code == code


def test_the_century_of_birth_is_one_in_which_a_passport_can_be_had() -> None:
    for born, issued in (
        (date(2005, 2, 3), date(2021, 1, 1)),
        (date(1921, 2, 3), date(2012, 1, 1)),
    ):
        passport = mrz.Passport("Ли", "Ян", "", "45 10", "1" * 6, born, "M", issued, "770-001")
        assert mrz.parse(*mrz.build(passport)).birth_date == born
