"""Services about one's data, each from its button to the register, as a browser without scripts."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests import factories as make
from tests.faces import whole
from tests.faces.portal.applications.conftest import typed, world
from tests.signing_in import sign_in

from oms.cases.states import State
from oms.catalog.values import VALUES
from oms.domain.accounts.actions import set_profile_values
from oms.domain.accounts.models import Level, Source, User
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import queries as register
from oms.domain.register.models import InsuredPerson, Policy
from oms.domain.register.tasks import follow_suspensions
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return make.user(email="anna@example.org", email_confirmed_at=make.NOON)


def home(user: User) -> str:
    return whole.text(sign_in(Client(), user), "/")


def test_a_new_name_reaches_register_profile_and_extract(anna: User) -> None:
    world("data-update", anna)
    case = whole.filed(anna, "data-update", typed("data-update"))
    assert (case.decided_by, case.insurer_id) == ("insurer", "77001")

    whole.decided(case)

    person = InsuredPerson.objects.get()
    assert person.family_name == "Соколова"
    anna.refresh_from_db()
    assert anna.family_name == "Соколова"
    case.refresh_from_db()
    assert case.result["papers"] == ["policy-extract"]


def test_a_telephone_is_changed_without_anybody(anna: User) -> None:
    world("data-update", anna)
    whole.filed(anna, "data-update", typed("data-update", "contacts"))
    run_all_now()
    assert InsuredPerson.objects.get().phone == "+79001234567"


def test_an_error_is_reported_from_the_line_it_stands_in(anna: User) -> None:
    world("error-report", anna)
    set_profile_values(
        user=anna,
        values={"family_name": "Проверкина"},
        source=Source.REGISTER,
        at=make.NOON,
        by=SYSTEM,
    )
    page = whole.text(sign_in(Client(), anna), "/account/profile/")
    assert "/services/error-report/start/?about=family_name" in page
    assert "/services/error-report/start/?about=insurer" in home(anna)
    case = whole.filed(anna, "error-report", typed("error-report"), about="family_name")

    whole.decided(case)

    assert InsuredPerson.objects.get().family_name == "Проверина"


def test_what_the_register_does_not_write_is_answered_in_words(anna: User) -> None:
    world("error-report", anna)
    pages = {"value": {"right_value": "СМО «Другая»", "explanation": ""}}
    case = whole.filed(anna, "error-report", pages, about="insurer")
    done = whole.decided(case, reply="Уточнили договор")
    assert "Уточнили договор" in done.result["text"]


def test_without_a_value_one_is_asked_which(anna: User) -> None:
    world("error-report", anna)
    client = sign_in(Client(), anna)
    page = whole.text(client, "/services/error-report/start/")
    assert "Что неверно?" in page
    for name in VALUES:
        assert f"/services/error-report/start/?about={name}" in page
    assert "Ещё вопросы, если они понадобятся" in whole.text(client, "/services/data-update/")


def test_a_value_that_is_none_of_ours_is_refused_plainly(anna: User) -> None:
    world("error-report", anna)
    client = sign_in(Client(), anna)
    page = whole.text(client, "/services/error-report/start/?about=password")
    assert "Такого значения мы не показываем" in page
    assert "Начать" not in page


def test_a_policy_appears_by_its_number(anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(level=Level.STANDARD)
    anna.refresh_from_db()
    same = {n: getattr(anna, n) for n in ("family_name", "given_name", "patronymic", "birth_date")}
    person = make.insured(None, **same)
    assert "Полиса здесь пока нет" in home(anna)
    pages = {"policy": {"way": "number", "number": person.enp}}

    whole.filed(anna, "attach-policy", pages)
    run_all_now()

    assert "СМО 77001" in home(anna)
    person.refresh_from_db()
    assert person.user == anna


@pytest.mark.parametrize("service", ["confirm-policy", "clinic-attachment", "policy-suspension"])
def test_the_cabinet_shows_what_was_decided(service: str, anna: User) -> None:
    world(service, anna)
    case = whole.filed(anna, service, typed(service))
    done: Any = whole.decided(case)
    assert done.state == State.APPROVED
    page = home(anna)
    person = InsuredPerson.objects.get()
    policy = register.policy_in_force(person)
    if service == "confirm-policy":
        assert policy.confirmation in page
    elif service == "clinic-attachment":
        assert "ГП № 1" in page
    else:
        assert policy.state == Policy.State.SUSPENDED
        assert "Полис приостановлен" in page
        assert "Возобновится" in page
        later = timezone.now() + timedelta(days=500)
        follow_suspensions(at=later)
        assert "Полис действует" in home(anna)
