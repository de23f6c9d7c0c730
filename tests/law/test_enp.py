from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.law import enp
from oms.law.verdict import Invalid

TABLE = [
    ("77", "1985-03-14", "M", 99991, "7756410835999915"),
    ("50", "1992-12-31", "F", 99992, "5047700868999920"),
    ("78", "1945-05-09", "M", 99993, "7874450840999937"),
    ("66", "2000-02-29", "F", 99994, "6657999770999940"),
    ("01", "2001-01-01", "M", 99995, "0198899748999957"),
    ("16", "2024-02-29", "F", 99996, "1697579770999968"),
    ("99", "1950-06-15", "F", 99997, "9973940884999971"),
    ("55", "1951-06-15", "M", 99998, "5553840834999988"),
]

enps = st.fixed_dictionaries(
    {
        "region": st.integers(1, 99).map("{:02}".format),
        "birth_date": st.dates(date(1880, 1, 1), date(2100, 12, 31)),
        "sex": st.sampled_from("MF"),
        "sequence": st.integers(0, 99_999),
    }
)


@pytest.mark.parametrize(("region", "born", "sex", "sequence", "number"), TABLE)
def test_reference_table_both_ways(region, born, sex, sequence, number):
    birth_date = date.fromisoformat(born)
    assert enp.build(region=region, birth_date=birth_date, sex=sex, sequence=sequence) == number
    assert enp.parse(number) == enp.Enp(region, birth_date, sex, sequence, int(number[-1]))


@given(enps)
def test_what_is_built_is_read_back(parts):
    number = enp.build(**parts)
    assert enp.parse(enp.group(number)) == enp.Enp(**parts, check=int(number[-1]))


@given(enps, st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(parts, place, shift):
    number = enp.build(**parts)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(Invalid) as refused:
        enp.parse(wrong)
    assert refused.value.code == "check-digit"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "letters"),
        ("77564108359999I5", "letters"),
        ("775641083599991", "length"),
        ("77564108359999155", "length"),
        ("7756410835999916", "check-digit"),
        ("0" * 16, "region"),
        ("٧٧٥٦٤١٠٨٣٥٩٩٩٩١٥", "letters"),
    ],
)
def test_wrong_numbers_are_named(typed, code):
    with pytest.raises(Invalid) as refused:
        enp.normalize(typed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "typed", ["7756 4108 3599 9915", "7756-4108–3599\u00a09915", "№7756410835999915 "]
)
def test_typing_is_forgiven(typed):
    assert enp.normalize(typed) == "7756410835999915"


def test_impossible_date_inside_is_read_without_a_crash():
    number = "7799999999" + "00001"
    number += enp.luhn.calc_check_digit(number)
    read = enp.parse(number)
    assert read.birth_date is None
    assert enp.disagreement(read, birth_date=date(1990, 1, 1), sex=read.sex, region="77") == (
        "Номер полиса не содержит верной даты рождения",
    )
    assert dict(enp.explain(number).facts)["Дата рождения"] == "не читается"


def test_disagreement_names_each_difference():
    read = enp.parse("7756410835999915")
    assert enp.disagreement(read, birth_date=date(1985, 3, 14), sex="M", region="77") == ()
    assert enp.disagreement(read, birth_date=date(1985, 4, 13), sex="F", region="50") == (
        "Номер полиса: дата рождения 14.03.1985, в данных 13.04.1985",
        "Номер полиса: пол мужской, в данных женский",
        "Номер полиса: регион 77, в данных 50",
    )


def test_explanation_tells_everything_the_number_holds():
    verdict = enp.explain("5047700868999920")
    assert verdict.ok
    assert dict(verdict.facts) == {
        "Номер": "5047\u00a07008\u00a06899\u00a09920",
        "Территориальный фонд": "50",
        "Дата рождения": "31.12.1992",
        "Пол": "женский",
        "Порядковый номер": "99992",
        "Контрольная цифра": "0",
    }


def test_temporary_certificate_is_recognised_not_called_an_enp():
    verdict = enp.explain("123 456 789")
    assert (verdict.ok, verdict.text) == (
        False,
        "Это временное свидетельство: 9 цифр. ЕНП: 16 цифр",
    )


@pytest.mark.parametrize(
    "wrong",
    [{"region": "7"}, {"region": "00"}, {"sex": "X"}, {"sequence": 100_000}, {"sequence": -1}],
)
def test_build_refuses_what_no_number_can_carry(wrong):
    parts = {"region": "77", "birth_date": date(1985, 3, 14), "sex": "M", "sequence": 1} | wrong
    with pytest.raises(ValueError):
        enp.build(**parts)
