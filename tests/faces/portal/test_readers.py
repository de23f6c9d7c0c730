"""Who looked, from which organisation, and a complaint about it."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import factories
from tests.factories import NOON
from tests.signing_in import sign_in

from oms.domain.accounts import requests
from oms.domain.accounts.models import AccountRequest, Role
from oms.domain.journal import actions as journal
from oms.domain.register import actions as register
from oms.domain.register import looks

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


@pytest.fixture
def anna():
    user = factories.user()
    person = factories.insured(user)
    for purpose in ("Дело № 1", "Сверка"):
        register.look(people=[person], by=factories.operator(), purpose=purpose, at=NOON)
    return user


def test_a_look_is_complained_of_once_and_answered_beside_it(anna, client: Client) -> None:
    sign_in(client, anna)
    page = client.get("/readers/").content.decode()
    assert "СМО 77001" in page
    look = looks.newest(looks.keys_of_account(anna))[0]
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
    number = looks.newest(looks.keys_of_account(anna))[0].number
    assert client.get(f"/readers/{number}/complain/").status_code == 404


def test_every_look_is_there_and_the_page_costs_the_same(
    anna, client: Client, django_assert_num_queries
) -> None:
    """A record the staff looked at 230 times: the last page holds the first looks."""
    sign_in(client, anna)
    clerk = factories.operator().actor
    client.get("/readers/")
    with CaptureQueriesContext(connection) as few:
        client.get("/readers/")
    with transaction.atomic():
        for number in range(228):
            journal.record(
                act="person.read", subject="case:1", by=clerk, at=LATER,
                person=anna.insured_person.key, details={"purpose": f"Позже {number}."},
            )  # fmt: skip
    assert len(few) <= 9
    for number, shown, first in ((1, 20, "Позже 227."), (11, 20, "Позже 27."), (12, 10, "Сверка")):
        with django_assert_num_queries(len(few)):
            text = client.get(f"/readers/?page={number}").content.decode()
        assert text.count("Пожаловаться") == shown
        assert first in text
    assert 'rel="next"' not in text
    oldest = looks.newest(looks.keys_of_account(anna))[-1]
    assert client.get(f"/readers/{oldest.number}/complain/").status_code == 200
    assert looks.count(looks.keys_of_account(anna)) == 230


def test_looks_are_narrowed_by_house_and_time_and_paged(anna, client: Client) -> None:
    sign_in(client, anna)
    other = factories.operator(factories.insurer("77002"))
    for days in range(25):
        at = timezone.now() - timedelta(days=days + (40 if days > 20 else 0))
        register.look(people=[anna.insured_person], by=other, purpose=f"Сверка {days}.", at=at)
    first = client.get("/readers/").content.decode()
    assert first.count("Пожаловаться") == 20
    assert 'rel="next"' in first
    own = client.get("/readers/?house=insurer:77001").content.decode()
    assert own.count("Пожаловаться") == 2
    recent = client.get("/readers/?house=insurer:77002&period=30&page=2").content.decode()
    assert recent.count("Пожаловаться") == 1
    assert "Сверка 20." in recent
    odd = client.get("/readers/?house=%00&period=x&page=-1").content.decode()
    assert odd.count("Пожаловаться") == 20
    assert "Таких просмотров нет" in client.get("/readers/?page=99").content.decode()
