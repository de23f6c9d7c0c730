"""What providers tell, each in its own words, read into one profile."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oms.domain.accounts import claims
from oms.domain.accounts.models import User
from oms.gateways.openid import Vouched

ESIA = {
    "family_name": "САЛТЫКОВА-ЩЕДРИНА", "given_name": "Алёна", "patronymic": "Игоревна",
    "birth_date": "17.05.1990", "sex": "F", "citizenship": "RUS", "snils": "112-233-445 95",
    "phone": "+7(911)1234567", "phone_verified": "VERIFIED", "email": "Anna@Example.org",
    "email_verified": "NOT_VERIFIED", "document_series": "4521", "document_number": "600091",
    "document_issued_on": "20.04.2021", "document_issued_by": "ОВД района Учебный",
    "document_department": "770001",
}  # fmt: skip
BANK = {
    "family_name": "Климова", "given_name": "Анна", "birth_date": "1990-05-17", "sex": "female",
    "phone": "8 911 123-45-67", "phone_verified": True, "email_verified": True,
}  # fmt: skip


def told(*, is_trusted: bool = True, **values: Any) -> claims.Person:
    return claims.read(Vouched("esia", "1", told=values, is_trusted=is_trusted))


def test_esia_is_read_whole() -> None:
    person = told(**ESIA)
    assert person.values == {
        "family_name": "Салтыкова-Щедрина", "given_name": "Алёна", "patronymic": "Игоревна",
        "birth_date": date(1990, 5, 17), "sex": 2, "citizenship": "RUS", "snils": "11223344595",
        "phone": "+79111234567", "email": "anna@example.org",
        "document": {
            "kind": 14, "series": "45 21", "number": "600091", "issued_on": "2021-04-20",
            "issued_by": "ОВД района Учебный", "department_code": "770-001",
        },
    }  # fmt: skip
    assert person.contacts == {"phone"}
    assert "Алёна" not in repr(person)


@pytest.mark.parametrize("missing", ["family_name", "given_name", "birth_date"])
def test_who_does_not_say_who_it_is_vouches_for_nobody(missing: str) -> None:
    assert told(**ESIA).is_trusted
    assert not told(**(ESIA | {missing: "?"})).is_trusted
    assert told(**(ESIA | {"patronymic": None})).is_trusted


def test_standard_claims_are_read_too() -> None:
    person = told(**BANK)
    assert person.values["birth_date"] == date(1990, 5, 17)
    assert (person.values["phone"], person.values["sex"]) == ("+79111234567", 2)
    assert person.contacts == {"phone"}, "an e-mail that was not told is nobody's"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_date", "1990-13-40"),
        ("birth_date", "17/05/1990"),
        ("snils", "112-233-445 96"),
        ("inn", "500100732258"),
        ("phone", "112"),
        ("email", "anna@"),
        ("citizenship", "Россия"),
        ("sex", "unknown"),
        ("family_name", "<b>Климова</b>"),
        ("family_name", "К" * 400),
        ("given_name", ["Анна"]),
        ("given_name", {"ru": "Анна"}),
        ("given_name", True),
        ("document_number", "12"),
    ],
)
def test_what_the_law_refuses_is_left_out(field: str, value: Any) -> None:
    person = told(**(ESIA | {field: value}))
    assert field not in person.values
    assert ("document" in person.values) is (field != "document_number")
    assert person.values["patronymic"] == "Игоревна"


WORDS = st.text(max_size=30)
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    WORDS,
    st.lists(WORDS, max_size=2),
    st.dictionaries(WORDS, WORDS, max_size=2),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(sorted(ESIA)), ANYTHING, max_size=6))
def test_no_claim_fails_a_sign_in(values: dict[str, Any]) -> None:
    person = told(**values)
    assert person.contacts <= person.values.keys()
    assert all(value not in (None, "") for value in person.values.values())


ANNA = {
    "family_name": "Королёва-Ветрова", "given_name": "Алёна", "patronymic": "Игоревна",
    "birth_date": "1990-05-17",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"family_name": "КОРОЛЕВА ВЕТРОВА", "given_name": "алена"}, []),
        ({"family_name": "Королёва"}, ["family_name"]),
        ({"birth_date": "1990-05-18", "given_name": "Елена"}, ["given_name", "birth_date"]),
        ({"patronymic": None}, ["patronymic"]),
        ({"birth_date": None}, ["birth_date"]),
        ({"family_name": None}, ["family_name"]),
    ],
)
def test_names_are_compared_as_registers_do(changes: dict[str, Any], found: list[str]) -> None:
    user = User(**(ANNA | {"birth_date": date(1990, 5, 17)}))
    assert claims.differences(user=user, person=told(**(ANNA | changes))) == found


def test_nobody_has_a_patronymic_by_silence() -> None:
    user = User(family_name="Ким", given_name="Ли", birth_date=date(1990, 5, 17))
    silent = {"family_name": "Ким", "given_name": "Ли", "birth_date": "1990-05-17"}
    assert claims.differences(user=user, person=told(**silent)) == []
    assert claims.differences(user=User(), person=told()) == [
        "family_name", "given_name", "birth_date",
    ]  # fmt: skip
