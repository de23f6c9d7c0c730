"""Cases given out by load, several decided together, words kept for all."""

from datetime import timedelta

import pytest
from tests import factories as make

from oms.cases import actions, assignment, bulk, phrases
from oms.cases.models import AnswerTemplate, Case
from oms.cases.refused import NotYours, Unfounded
from oms.cases.states import State
from oms.domain.journal.models import Entry

pytestmark = pytest.mark.django_db
INSURER = "insurer:77001"


def on_duty(name: str, *, hours: float = 1, **values):
    return make.operator(family_name=name, last_login=make.NOON - timedelta(hours=hours), **values)


@pytest.fixture
def supervisor():
    make.insurer()
    return make.user(role="supervisor", organization=INSURER)


@pytest.mark.django_db(transaction=True)  # as the web runs it: no transaction around
def test_the_most_urgent_go_to_who_has_the_fewest(supervisor) -> None:
    busy, free, gone = on_duty("Занятая"), on_duty("Свободная"), on_duty("Ушедшая", hours=13)
    for _ in range(2):
        actions.perform("take", make.submitted(), by=busy, at=make.NOON)
    waiting = [make.submitted() for _ in range(5)]

    assert assignment.assign_waiting(by=supervisor, at=make.NOON) == 5
    assert assignment.assign_waiting(by=supervisor, at=make.NOON) == 0

    held = {one: Case.objects.filter(assignee=one).count() for one in (busy, free, gone)}
    assert held == {busy: 4, free: 3, gone: 0}
    first = Case.objects.get(pk=waiting[0].pk)
    assert (first.assignee, first.state) == (free, State.IN_WORK)
    assert Entry.objects.filter(act="case.assign_waiting").count() == 2


def test_nobody_gets_their_own_case_nor_one_of_others(supervisor) -> None:
    only = on_duty("Одна")
    own = make.submitted(only)
    make.insurer("77002")
    other = make.submitted(insurer="77002")

    assert assignment.assign_waiting(by=supervisor, at=make.NOON) == 0

    for case in (own, other):
        assert Case.objects.get(pk=case.pk).assignee is None


def test_only_a_supervisor_gives_out_and_only_to_those_on_duty(supervisor) -> None:
    with pytest.raises(assignment.NobodyOnDuty):
        assignment.assign_waiting(by=supervisor, at=make.NOON)
    with pytest.raises(NotYours):
        assignment.assign_waiting(by=on_duty("Одна"), at=make.NOON)


@pytest.mark.django_db(transaction=True)  # as the web runs it: no transaction around
def test_each_of_several_is_decided_by_itself() -> None:
    by = make.operator()
    good, changed, unlawful = (
        actions.perform("take", make.submitted(), by=by, at=make.NOON) for _ in range(3)
    )
    make.insured(unlawful.applicant)
    assert bulk.candidates(by) == [good, changed, unlawful]
    seen = bulk.preview([good, changed, unlawful], decision="approve", at=make.NOON)
    assert [bool(one.no) for one in seen] == [False, False, True]
    assert Case.objects.filter(state=State.IN_WORK).count() == 3  # nothing is done by looking
    pairs = [(good, good.revision), (changed, changed.revision - 1), (unlawful, unlawful.revision)]

    done = bulk.decide(pairs, decision="approve", by=by, at=make.NOON, note="")

    assert [one.ok for one in done] == [True, False, False]
    assert Case.objects.get(pk=good.pk).state == State.APPROVED
    assert "изменилось" in done[1].text
    assert bulk.candidates(by) == [changed, unlawful]


def test_several_are_refused_for_one_reason() -> None:
    by = make.operator()
    cases = [actions.perform("take", make.submitted(), by=by, at=make.NOON) for _ in range(2)]
    done = bulk.decide(
        [(case, case.revision) for case in cases],
        decision="reject", by=by, at=make.NOON, note="", reasons=[{"code": "suspected-fraud"}],
    )  # fmt: skip
    assert [one.ok for one in done] == [True, True]
    assert set(Case.objects.values_list("state", flat=True)) == {State.REJECTED}


@pytest.mark.django_db(transaction=True)  # as the web runs it: no transaction around
def test_words_are_the_organisations_own() -> None:
    by, other = make.operator(), make.operator(make.insurer("77002"))
    kept = phrases.add(kind="question", title="Разворот", text="Пришлите", by=by, at=make.NOON)
    with pytest.raises(Unfounded):
        phrases.add(kind="question", title="Разворот", text="Ещё", by=by, at=make.NOON)
    assert phrases.of(make.operator(), kind="question") == [kept]
    assert phrases.of(by, kind="refusal") == phrases.of(other) == []
    for stranger in (make.user(), make.user(role="registrar")):
        with pytest.raises(NotYours):
            phrases.add(kind="question", title="я", text="я", by=stranger, at=make.NOON)
    phrases.remove(pk=kept.pk, by=other, at=make.NOON)
    assert AnswerTemplate.objects.count() == 1

    phrases.remove(pk=kept.pk, by=by, at=make.NOON)

    assert AnswerTemplate.objects.count() == 0
    assert phrases.joined("Здравствуйте.\n", kept) == "Здравствуйте.\nПришлите"
    assert phrases.joined("Здравствуйте.", None) == "Здравствуйте."
