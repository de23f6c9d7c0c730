from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from oms.domain.accounts import factors, sign_in
from oms.domain.accounts.models import User
from oms.domain.accounts.synthetic import DEMO_SECRET
from oms.faces.demo import world
from oms.faces.demo.people import CAST, PASSWORD

PERSONS = 60


@pytest.fixture(scope="module")
def _made(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        world.create(persons=PERSONS, progress=False)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def made(_made: None, db: None) -> None:
    """The world, made once for the module."""


@pytest.mark.usefixtures("made")
def test_a_second_time_asks_one_question() -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        world.create(persons=PERSONS, progress=False)
    assert len(asked) == 1


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("one", CAST, ids=lambda one: one.code)
def test_every_log_in_signs_in_by_hand(one) -> None:
    at = datetime.now(UTC)
    answer = sign_in.check_password(
        identifier=one.phone, password=PASSWORD, origin="127.0.0.1", device=None, at=at
    )
    assert answer.user == User.objects.get(phone=one.phone)
    assert answer.user.role == one.role
    code = factors.code_at(secret=DEMO_SECRET, at=at)
    assert bool(factors.check(user=answer.user, code=code, at=at)) == one.is_staff


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("one", CAST, ids=lambda one: one.code)
def test_one_press_signs_in_with_the_second_factor(client: Client, one) -> None:
    page = client.get(reverse("demo:who-is-who"))
    address = reverse("demo:enter", args=[one.code])
    assert address in page.content.decode()
    assert client.post(address).status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get(phone=one.phone).pk)
    methods = [entry["method"] for entry in client.session["account_authentication_methods"]]
    assert ("mfa" in methods) == one.is_staff
