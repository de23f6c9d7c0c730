"""Who looked, from which organisation, and a complaint about it."""

import pytest
from django.test import Client
from tests import factories
from tests.factories import NOON
from tests.signing_in import sign_in

from oms.domain.accounts import requests
from oms.domain.accounts.models import AccountRequest, Role
from oms.domain.register import actions as register
from oms.domain.register import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    user = factories.user()
    person = factories.insured(user)
    for purpose in ("Дело № 1", "Сверка"):
        register.look(person=person, by=factories.operator(), purpose=purpose, at=NOON)
    return user


def test_a_look_is_complained_of_once_and_answered_beside_it(anna, client: Client) -> None:
    sign_in(client, anna)
    page = client.get("/readers/").content.decode()
    assert "СМО 77001" in page
    look = queries.readers_of_account(anna)[0]
    address = f"/readers/{look.number}/complain/"
    assert "Напишите, что вас беспокоит" in client.post(address, {"text": ""}).content.decode()
    for _ in range(2):
        assert client.post(address, {"text": "Я туда не обращалась"}).status_code == 302
    (made,) = AccountRequest.objects.all()
    assert (made.about, made.text) == (f"journal:{look.number}", "Я туда не обращалась")
    assert client.get("/readers/").content.decode().count("Пожаловаться") == 1
    support = factories.user(role=Role.SUPPORT)
    requests.decide(request=made, done=True, answer="Сотрудник предупреждён", by=support, at=NOON)
    assert "Сотрудник предупреждён" in client.get("/readers/").content.decode()


def test_anothers_look_is_not_found(anna, client: Client) -> None:
    sign_in(client, factories.user())
    number = queries.readers_of_account(anna)[0].number
    assert client.get(f"/readers/{number}/complain/").status_code == 404


def test_the_page_costs_the_same_for_two_looks_and_forty(
    anna, client: Client, django_assert_max_num_queries
) -> None:
    sign_in(client, anna)
    for number in range(40):
        register.look(
            person=anna.insured_person, by=factories.operator(), purpose=str(number), at=NOON
        )
    with django_assert_max_num_queries(9):
        assert client.get("/readers/").status_code == 200
