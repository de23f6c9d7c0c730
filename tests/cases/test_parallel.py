"""Many at once: one case, one decision, one of everything."""

import pytest
from django_tasks_db.models import DBTaskResult
from tests import factories as make

from oms.cases import actions
from oms.cases.models import Case, CaseEvent
from oms.cases.states import State
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Message
from oms.domain.register.models import InsuredPerson, Policy

pytestmark = pytest.mark.usefixtures("shared_database")


def test_twenty_submissions_of_one_draft_make_one_application(at_once) -> None:
    draft = make.policy_draft()
    submit = lambda: actions.perform("submit", draft, by=draft.applicant, at=make.NOON)  # noqa: E731

    results = at_once(*[submit] * 20)

    assert {getattr(r, "state", r) for r in results} == {State.AWAITING}
    assert {r.due_at for r in results} == {Case.objects.get().due_at}
    assert CaseEvent.objects.filter(verb="submit").count() == 1
    assert Entry.objects.filter(act="case.submit").count() == 1
    assert Message.objects.filter(kind="case-submitted").count() == 1


def test_twenty_starts_make_one_draft(at_once) -> None:
    make.insurer()
    user = make.user()
    start = lambda: actions.start(service="issue-policy", applicant=user, at=make.NOON)  # noqa: E731

    results = at_once(*[start] * 20)

    assert {getattr(r, "pk", r) for r in results} == {Case.objects.get().pk}


def test_starts_of_many_people_get_distinct_numbers(at_once) -> None:
    make.insurer()
    users = [make.user() for _ in range(12)]

    results = at_once(
        *[
            lambda u=u: actions.start(service="issue-policy", applicant=u, at=make.NOON)
            for u in users
        ]
    )

    assert len({r.number for r in results}) == 12


def test_two_operators_taking_one_case_one_wins(at_once) -> None:
    case = make.submitted()
    operators = [make.operator(), make.operator(family_name="Сидорова")]

    results = at_once(
        *[lambda o=o: actions.perform("take", case, by=o, at=make.NOON) for o in operators]
    )

    won = [r for r in results if isinstance(r, Case)]
    lost = [r for r in results if isinstance(r, actions.WrongState)]
    assert len(won) == len(lost) == 1
    assert won[0].assignee.family_name in lost[0].text
    assert CaseEvent.objects.filter(verb="take").count() == 1


def test_approval_clicked_ten_times_changes_the_register_once(at_once) -> None:
    operator = make.operator()
    case = actions.perform("take", make.submitted(), by=operator, at=make.NOON)
    approve = lambda: actions.perform("approve", case, by=operator, at=make.NOON)  # noqa: E731

    results = at_once(*[approve] * 10)

    assert {getattr(r, "state", r) for r in results} == {State.APPROVED}
    assert InsuredPerson.objects.count() == Policy.objects.count() == 1
    assert DBTaskResult.objects.filter(task_path="oms.cases.tasks.finish").count() == 1


def test_two_operators_deciding_at_once_one_wins_the_other_is_told(at_once) -> None:
    first, second = make.operator(), make.operator(family_name="Сидорова")
    case = actions.perform("take", make.submitted(), by=first, at=make.NOON)
    reject = {"reasons": [{"code": "suspected-fraud"}]}

    def take_over_and_approve():
        mine = actions.perform("take_over", case, by=second, at=make.NOON)
        return actions.perform("approve", mine, by=second, at=make.NOON)

    results = at_once(
        lambda: actions.perform("reject", case, by=first, at=make.NOON, **reject),
        take_over_and_approve,
    )

    won = [r for r in results if isinstance(r, Case)]
    (lost,) = [r for r in results if not isinstance(r, Case)]
    assert len(won) == 1
    assert isinstance(lost, actions.AlreadyDecided | actions.NotYours)
    assert ("Сидорова" in lost.text) != ("Петрова" in lost.text)
    decided = CaseEvent.objects.filter(verb__in=["approve", "reject"])
    assert decided.count() == 1


def test_operators_taking_the_next_case_at_once_take_different_ones(at_once) -> None:
    for _ in range(6):
        make.submitted()
    operators = [make.operator() for _ in range(6)]

    taken = at_once(*[lambda o=o: actions.take_next(by=o, at=make.NOON) for o in operators])

    assert len({getattr(case, "pk", case) for case in taken}) == 6
