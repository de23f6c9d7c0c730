"""Signature by SMS: the code signs what was seen, once (APP-4)."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from tests import factories as make
from tests.faces.portal.applications.conftest import code, draft, typed
from tests.signing_in import sign_in

from oms.cases import actions, signing
from oms.cases.models import Case, CaseEvent
from oms.cases.refused import Changed, NotReady, NotYours, WrongState
from oms.cases.states import State
from oms.domain.accounts.codes import Outcome
from oms.domain.accounts.models import User
from oms.domain.notifications.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(anna: User) -> Case:
    return draft("issue-policy", anna)


@pytest.fixture
def check(case: Case) -> str:
    return f"/cases/{case.number}/check/"


@pytest.fixture
def sign(case: Case) -> str:
    return f"/cases/{case.number}/sign/"


def texts() -> int:
    return Delivery.objects.filter(channel="sms", secret=True).count()


def state(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def test_a_double_click_back_and_resend_make_one_application(
    client: Client, case: Case, check: str, sign: str
) -> None:
    client.post(check, {"truth": "on"})
    right = {"code": code()}
    first, second, third = (client.post(sign, right)["Location"] for _ in range(3))
    assert first == second == third == f"/cases/{case.number}/submitted/"
    for path in (check, sign, f"{sign}again/"):
        assert client.post(path, {"truth": "on", **right}).status_code == 302
        assert client.get(path).status_code in (302, 405)
    assert CaseEvent.objects.filter(verb="submit").count() == 1
    assert Case.objects.count() == 1
    assert texts() == 1


def test_the_second_of_two_clicks_finds_it_done(case: Case, anna: User) -> None:
    """Both clicks hold the same draft; the loser of the race is told the same."""
    case = ticked(case, anna)
    asked = signing.request_code(case=case, by=anna, origin="10.0.0.1", at=timezone.now())
    click = {"key": asked.key, "typed": code(), "revision": asked.revision, "by": anna}
    results = [signing.sign(case=case, at=timezone.now(), **click) for _ in range(2)]  # type: ignore[arg-type]
    assert [r.outcome for r in results] == [Outcome.RIGHT] * 2
    assert [r.case.state for r in results] == [State.AWAITING] * 2
    assert CaseEvent.objects.filter(verb="submit").count() == 1


def test_a_wrong_code_is_told_and_five_are_too_many(
    client: Client, case: Case, check: str, sign: str
) -> None:
    client.post(check, {"truth": "on"})
    wrong = {"code": f"{(int(code()) + 1) % 10**6:06}"}
    pages = [client.post(sign, wrong).content.decode() for _ in range(5)]
    assert "Осталось: 4\N{NO-BREAK SPACE}попытки" in pages[0]
    assert "Запросите новый код" in pages[4]
    assert "Запросите новый код" in client.post(sign, {"code": code()}).content.decode()
    assert state(case) == State.DRAFT


def test_a_code_that_is_no_code_is_not_charged(
    client: Client, case: Case, check: str, sign: str
) -> None:
    client.post(check, {"truth": "on"})
    for value in ("", "12", "абвгде", "\x00" * 6, "9" * 100_000, "１２３４５６"):
        assert client.post(sign, {"code": value}).status_code == 200
    assert client.post(sign, {"code": f" {code()[:3]} {code()[3:]} "}).status_code == 302
    assert state(case) == State.AWAITING


def test_a_code_lives_ten_minutes_and_another_can_be_had_after_one(
    client: Client, case: Case, check: str, sign: str
) -> None:
    start = timezone.now()
    client.post(check, {"truth": "on"})
    first = code()
    again = client.post(f"{sign}again/", follow=True).content.decode()
    assert "Код уже отправлен" in again
    assert texts() == 1
    with time_machine.travel(start + timedelta(minutes=11)):
        sign_in(client, case.applicant)
        client.post(check, {"truth": "on"})
        assert texts() == 2
        if first != code():
            assert client.post(sign, {"code": first}).status_code == 200
        assert client.post(sign, {"code": code()}).status_code == 302
    assert state(case) == State.AWAITING


def test_the_code_signs_only_what_was_seen(
    client: Client, case: Case, check: str, sign: str, anna: User
) -> None:
    client.post(check, {"truth": "on"})
    changed = typed("issue-policy")["person"] | {"given_name": "Инна"}
    actions.save_draft(case=case, step="person", typed=changed, by=anna, at=timezone.now())
    answer = client.post(sign, {"code": code()}, follow=True)
    assert answer.redirect_chain == [(check, 302)]
    assert "изменилось после отправки кода" in answer.content.decode()
    assert state(case) == State.DRAFT


def test_what_changed_in_another_tab_is_looked_at_first(
    client: Client, case: Case, check: str, anna: User
) -> None:
    seen = case.revision
    changed = typed("issue-policy")["person"] | {"given_name": "Инна"}
    actions.save_draft(case=case, step="person", typed=changed, by=anna, at=timezone.now())
    answer = client.post(check, {"truth": "on", "revision": seen}, follow=True)
    assert "Проверьте его ещё раз" in answer.content.decode()
    assert texts() == 0


def test_no_tick_no_code(client: Client, case: Case, check: str) -> None:
    page = client.post(check, {}).content.decode()
    assert "отметьте, что сведения верны" in page
    assert texts() == 0


def test_an_unfinished_application_cannot_be_signed(client: Client, anna: User) -> None:
    case = make.draft("issue-policy", anna)
    page = client.post(f"/cases/{case.number}/check/", {"truth": "on"}).content.decode()
    assert "Подписать можно, когда" in page
    assert "Получить код" not in page
    answer = client.post(f"/cases/{case.number}/sign/again/")
    assert answer["Location"] == f"/cases/{case.number}/check/"
    assert texts() == 0


def test_without_a_confirmed_phone_one_is_asked_for(
    client: Client, case: Case, check: str, anna: User
) -> None:
    User.objects.filter(pk=anna.pk).update(phone_confirmed_at=None)
    page = client.get(check).content.decode()
    assert "Подтвердить телефон" in page
    assert "Получить код" not in page
    assert (
        "Подтвердите телефон" in client.post(check, {"truth": "on"}, follow=True).content.decode()
    )
    assert texts() == 0


def test_a_code_belongs_to_the_session_that_asked(
    client: Client, case: Case, check: str, sign: str
) -> None:
    client.post(check, {"truth": "on"})
    other = sign_in(Client(), case.applicant)
    assert other.post(sign, {"code": code()})["Location"] == check
    assert state(case) == State.DRAFT


def test_a_code_for_one_application_signs_no_other(client: Client, case: Case, check: str) -> None:
    client.post(check, {"truth": "on"})
    make.insured(case.applicant)
    other = make.draft("policy-extract", case.applicant)
    answer = client.post(f"/cases/{other.number}/sign/", {"code": code()})
    assert answer["Location"] == f"/cases/{other.number}/check/"
    assert state(other) == State.DRAFT


def test_the_room_itself_refuses_strangers_and_gaps(case: Case, anna: User) -> None:
    at = timezone.now()
    with pytest.raises(NotYours):
        signing.request_code(case=case, by=make.user(), origin="10.0.0.1", at=at)
    with pytest.raises(NotReady):
        signing.request_code(case=case, by=anna, origin="10.0.0.1", at=at)
    case = ticked(case, anna)
    asked = signing.request_code(case=case, by=anna, origin="10.0.0.1", at=at)
    right = code()
    stranger = signing.sign(
        case=case, key=asked.key, typed=right, revision=asked.revision, by=make.user(), at=at
    )
    assert stranger.outcome is Outcome.EXPIRED
    with pytest.raises(Changed):
        signing.sign(case=case, key=asked.key, typed=right, revision=0, by=anna, at=at)
    done = signing.sign(
        case=case, key=asked.key, typed=right, revision=asked.revision, by=anna, at=at
    )
    assert done.case.state == State.AWAITING
    with pytest.raises(WrongState):
        signing.request_code(case=case, by=anna, origin="10.0.0.1", at=at)


def ticked(case: Case, user: User) -> Case:
    return actions.save_draft(
        case=case, step="confirm", typed={"truth": "on"}, by=user, at=timezone.now()
    )
