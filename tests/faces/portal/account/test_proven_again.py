"""Proving once more who one is: another session key, and no session ended by a stale one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.signing_in import sign_in

from oms.domain.accounts.models import Role, User, Visit
from oms.domain.accounts.synthetic import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "теплый чайник 42"


@pytest.fixture
def anna() -> User:
    return make_user(
        role=Role.INSURED, phone="+79001234567", email="anna@example.org", password=PASSWORD,
        at=timezone.now(), family_name="Климова", given_name="Анна", patronymic="",
        birth_date=timezone.localdate() - timedelta(days=12_000),
    )  # fmt: skip


@pytest.fixture
def tired(client: Client, anna: User) -> Client:
    """A session whose last proof is older than a quarter of an hour."""
    sign_in(client, anna, factor=False)
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**one, "at": one["at"] - 3600} for one in records]
    session.save()
    Visit.objects.create(user=anna, session_key=session.session_key, started_at=timezone.now())
    return client


def test_the_session_gets_another_key(tired: Client) -> None:
    before = tired.session.session_key
    answer = tired.post("/account/login/confirm/", {"password": PASSWORD})
    assert answer.status_code == 302
    after = tired.session.session_key
    assert after != before
    assert list(Visit.objects.values_list("session_key", flat=True)) == [after]
    thief = Client()
    thief.cookies["sessionid"] = before
    assert thief.get("/account/security/").status_code == 302


def test_other_sessions_end_only_after_a_proof(tired: Client, anna: User) -> None:
    other = Client()
    other.force_login(anna)
    Visit.objects.create(
        user=anna, session_key=other.session.session_key, started_at=timezone.now()
    )
    answer = tired.post("/account/security/elsewhere/")
    assert answer["Location"].startswith("/account/login/confirm/?next=%2Faccount%2Fsecurity%2F")
    assert Visit.objects.filter(user=anna).count() == 2
    tired.post("/account/login/confirm/", {"password": PASSWORD})
    tired.post("/account/security/elsewhere/")
    assert Visit.objects.filter(user=anna).count() == 1
