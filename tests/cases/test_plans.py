"""Approvals that begin on a later day: planned, carried out, cancelled, given back."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from tests import factories as make

from oms.cases import actions, queries, tasks
from oms.cases.deciding import verb_for
from oms.cases.models import Case
from oms.cases.states import State
from oms.domain.directory.models import Insurer
from oms.domain.notifications.models import Message
from oms.domain.register.models import InsuredPerson

pytestmark = pytest.mark.django_db
AT = make.NOON + timedelta(days=1)
DAY = date(2026, 12, 1)
NOON_OF_DAY = make.NOON + (DAY - make.TODAY)


@pytest.fixture
def clerk():
    return make.operator(make.insurer("77002"))


def ask_for(day: str = "01.12.2026") -> Case:
    user = make.user(email="a@example.org", email_confirmed_at=make.NOON)
    make.insurer("77002")
    make.insured(user, by=make.insurer("77001"))
    pages = make.typed_change()
    pages["insurer"]["desired_on"] = day
    case = make.draft("change-insurer", user, pages)
    return actions.perform("submit", case, by=user, at=make.NOON)


@pytest.fixture
def planned(clerk) -> Case:
    case = actions.perform("take", ask_for(), by=clerk, at=AT)
    assert verb_for("approve", case, at=AT) == "plan"
    return actions.perform("plan", case, by=clerk, at=AT)


def insurer_now(case: Case) -> str:
    return str(InsuredPerson.objects.get(pk=case.person_id).insurer_id)


@pytest.mark.parametrize(
    ("day", "right"),
    [
        ("05.10.2026", False),  # the day of the application
        ("06.10.2026", True),
        ("31.12.2026", True),
        ("01.01.2027", False),  # a change at wish counts to the year it begins in
        ("01.10.2025", False),
        ("", True),
    ],
)
def test_the_day_lies_within_the_window(day, right) -> None:
    if right:
        assert ask_for(day).state == State.AWAITING
        return
    with pytest.raises(actions.NotReady) as no:
        ask_for(day)
    assert "desired_on" in no.value.review.errors


def test_an_approval_before_the_day_changes_nothing_yet(planned) -> None:
    assert (planned.state, planned.effective_on) == (State.PLANNED, DAY)
    assert insurer_now(planned) == "77001"
    told = Message.objects.get(kind="case-planned")
    assert "1 декабря" in told.body.replace("\N{NO-BREAK SPACE}", " ")
    assert "1 декабря" in queries.clock(planned, at=AT).words.replace("\N{NO-BREAK SPACE}", " ")
    with pytest.raises(actions.AlreadyOpen):
        actions.start(service="change-insurer", applicant=planned.applicant, at=AT)


@pytest.mark.django_db(transaction=True)  # as the web runs it: no transaction around
def test_on_its_day_it_is_carried_out_once(planned, monkeypatch, clerk) -> None:
    with pytest.raises(actions.WrongState):
        actions.perform("approve", planned, by=clerk, at=AT)
    with pytest.raises(actions.WrongState):
        actions.perform("carry_out", planned, by=tasks.SYSTEM, at=NOON_OF_DAY - timedelta(days=1))
    assert tasks.carry_out_plans(at=NOON_OF_DAY - timedelta(days=1)) == 0
    assert tasks.carry_out_plans(at=NOON_OF_DAY) == 1
    assert tasks.carry_out_plans(at=NOON_OF_DAY) == 0  # it is queued
    monkeypatch.setattr(timezone, "now", lambda: NOON_OF_DAY + timedelta(days=2))  # a worker late

    tasks.carry_out.call(planned.pk)
    tasks.carry_out.call(planned.pk)

    done = Case.objects.get(pk=planned.pk)
    assert done.state == State.APPROVED
    assert insurer_now(done) == "77002"
    since = done.person.insurances.get(valid_until=None).valid_from
    assert since == DAY  # as was promised, not when the worker came to it
    assert done.decided_at == AT
    assert done.events.filter(verb="carry_out").count() == 1


def test_the_applicant_may_cancel_until_the_day(planned) -> None:
    user = planned.applicant
    with pytest.raises(actions.WrongState):
        actions.perform("cancel_plan", planned, by=user, at=NOON_OF_DAY)

    gone = actions.perform("cancel_plan", planned, by=user, at=NOON_OF_DAY - timedelta(days=1))

    assert gone.state == State.WITHDRAWN
    assert tasks.carry_out_plans(at=NOON_OF_DAY) == 0
    assert insurer_now(gone) == "77001"


def test_what_the_law_forbids_on_the_day_goes_back_to_the_operators(
    planned, monkeypatch, clerk
) -> None:
    Insurer.objects.filter(pk="77002").update(excluded_on=DAY - timedelta(days=5))
    monkeypatch.setattr(timezone, "now", lambda: NOON_OF_DAY)

    tasks.carry_out.call(planned.pk)

    back = Case.objects.get(pk=planned.pk)
    assert (back.state, back.effective_on, back.decided_at) == (State.AWAITING, None, None)
    assert back.due_at > NOON_OF_DAY
    assert "не работает в ОМС" in back.events.get(verb="return_plan").text
    assert Message.objects.filter(kind="case-plan-returned").count() == 1
    assert insurer_now(back) == "77001"


def test_the_insurer_being_left_reads_the_case_and_decides_nothing(planned) -> None:
    old, other = make.operator(make.insurer("77001")), make.operator(make.insurer("77003"))
    assert Case.objects.visible_to(old).get() == planned
    assert not Case.objects.addressed_to(old).exists()
    assert not Case.objects.visible_to(other).exists()
    assert queries.queue(old, at=AT).cases == ()
    with pytest.raises(actions.NotYours):
        actions.perform("approve", planned, by=old, at=AT)
