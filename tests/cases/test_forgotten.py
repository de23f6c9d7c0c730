"""A case whose task failed for good is taken up again: nobody else could move it."""

from datetime import timedelta

import pytest
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from tests import factories as make

from oms.cases import actions, queries, tasks
from oms.cases.models import Case
from oms.cases.states import State
from oms.domain.accounts.models import User
from oms.domain.notifications.models import Message
from oms.domain.papers import actions as papers
from oms.domain.papers.models import Paper
from oms.domain.register.models import Policy
from oms.gateways.signature import NoKey
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
LATER = make.NOON + timedelta(hours=1)


def extract(user: User) -> Case:
    make.insured(user)
    case = make.draft("policy-extract", user, {"request": {"truth": "on"}})
    return actions.perform("submit", case, by=user, at=make.NOON)


def give_up() -> None:
    """What the worker does after eight attempts."""
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(
        status=TaskResultStatus.FAILED
    )


def test_an_automatic_case_is_decided_and_finished_after_all(monkeypatch) -> None:
    case = extract(make.user())
    give_up()
    assert tasks.take_up_forgotten(at=LATER) == 1
    assert tasks.take_up_forgotten(at=LATER) == 0  # it waits in the queue now

    def no_key() -> None:
        raise NoKey

    with monkeypatch.context() as broken:
        broken.setattr(papers.signature, "signer", no_key)
        run_all_now()
    case.refresh_from_db()
    assert case.state == State.APPROVED
    give_up()

    Case.objects.update(state_since=make.NOON)  # decided by the clock of the wall
    assert tasks.take_up_forgotten(at=LATER) == 1
    run_all_now()
    case.refresh_from_db()
    assert case.state == State.READY


def test_a_case_ends_without_its_paper_when_the_policy_was_closed_meanwhile() -> None:
    case = extract(make.user())
    tasks.decide.func(case.pk)
    case.refresh_from_db()
    assert case.state == State.APPROVED
    Policy.objects.update(state=Policy.State.CLOSED)
    run_all_now()
    case.refresh_from_db()
    assert case.state == State.READY
    why = "Выписку выпустить нельзя: полис больше не действует."
    assert case.result["text"] == why
    last = queries.timeline(case)[-1]
    assert (last.title, last.text) == ("Завершено без документов", why)
    kinds = [m.kind for m in Message.objects.order_by("pk")]
    assert kinds[-1] == "case-without-papers"
    assert "case-ready" not in kinds
    assert not Paper.objects.exists()


def test_what_has_just_come_or_waits_for_people_is_left_alone() -> None:
    extract(make.user())
    make.submitted()
    give_up()
    assert tasks.take_up_forgotten(at=make.NOON + timedelta(minutes=5)) == 0
    assert tasks.take_up_forgotten(at=LATER) == 1
