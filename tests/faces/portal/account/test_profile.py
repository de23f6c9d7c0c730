"""«Мои данные»: sources shown, parts edited, checked values closed."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.signing_in import sign_in

from oms.domain.accounts import queries
from oms.domain.accounts.actions import set_profile_values
from oms.domain.accounts.models import Source, User
from oms.domain.journal.actions import SYSTEM

pytestmark = pytest.mark.django_db
PERSON = {
    "family_name": "Ветров", "given_name": "Борис", "patronymic": "-", "birth_date": "1.2.1980",
    "sex": "1", "birth_place": "Тверь", "citizenship": "RUS", "snils": "112 233 445 95",
    "inn": "5001 0073 2259",
}  # fmt: skip
PASSPORT = {
    "kind": "14", "series": "4510", "number": "123 456", "issued_on": "01.06.2010",
    "issued_by": "УВД Твери", "department_code": "690001",
}  # fmt: skip


def test_a_person_completes_the_profile(client: Client, boris: User) -> None:
    sign_in(client, boris)
    assert client.post("/account/profile/person/", PERSON)["Location"] == "/account/profile/"
    assert client.post("/account/profile/document/", PASSPORT)["Location"] == "/account/profile/"
    addresses = {
        "registration_postal_code": "170 000",
        "registration_address": "Тверь, Советская улица, дом 1",
        "same": "on",
    }
    client.post("/account/profile/addresses/", addresses)
    boris.refresh_from_db()
    assert (boris.sex, boris.birth_place, boris.inn) == (1, "Тверь", "500100732259")
    known = queries.profile(boris)
    assert known["document"].value == {
        "kind": 14, "series": "45 10", "number": "123456", "issued_on": "2010-06-01",
        "issued_by": "УВД Твери", "department_code": "690-001",
    }  # fmt: skip
    assert known["residence_address"].value == known["registration_address"].value
    page = client.get("/account/profile/").content.decode()
    for words in (
        "1\xa0февраля\xa01980\xa0г.",
        "112-233-445\xa095",
        "Указано вами",
        "170000, Тверь",
    ):
        assert words in page


def test_wrong_document_is_named_at_its_field(client: Client, boris: User) -> None:
    sign_in(client, boris)
    answer = client.post("/account/profile/document/", PASSPORT | {"number": "12"})
    form = answer.context["form"]
    assert list(form.errors) == ["number"]
    assert 'value="УВД Твери"' in answer.content.decode()


def test_a_checked_value_is_closed_even_to_a_forged_post(client: Client, boris: User) -> None:
    at = timezone.now()
    set_profile_values(
        user=boris, values={"family_name": "Ветров"}, source=Source.REGISTER, at=at, by=SYSTEM
    )
    sign_in(client, boris)
    client.post("/account/profile/person/", PERSON | {"family_name": "Чужой"})
    boris.refresh_from_db()
    assert (boris.family_name, boris.birth_place) == ("Ветров", "Тверь")
    assert "Подтверждено реестром" in client.get("/account/profile/").content.decode()


def test_only_for_oneself(client: Client) -> None:
    assert client.get("/account/profile/")["Location"] == "/account/login/?next=/account/profile/"


def test_the_page_does_not_grow_with_history(
    client: Client, boris: User, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        values = {"birth_place": f"Тверь {n}", "document": {**_KEPT, "number": f"{n:06}"}}
        set_profile_values(
            user=boris, values=values, source=Source.TYPED, at=timezone.now(), by=SYSTEM
        )
    sign_in(client, boris)
    with django_assert_max_num_queries(5):
        page = client.get("/account/profile/").content.decode()
    assert "Тверь 29" in page
    assert "Тверь 28" not in page


_KEPT = {
    "kind": 14, "series": "45 10", "issued_on": "2010-06-01", "issued_by": "УВД Твери",
    "department_code": "",
}  # fmt: skip
