"""Every move × state × side: what the table allows acts, all else is refused without a trace."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.forms.models import model_to_dict
from tests import factories as make

from oms.cases import actions
from oms.cases.models import Case, CaseEvent, Pause
from oms.cases.states import MOVES, OPEN, PROPOSALS, Side, State
from oms.catalog.catalogue import SERVICES
from oms.catalog.declaration import PublicService
from oms.domain.accounts.models import User
from oms.domain.directory.models import TerritorialFund
from oms.domain.journal.actions import SYSTEM, Actor
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Message
from oms.domain.register.models import InsuredPerson, Policy
from oms.kit.denied import Denied
from oms.law.refusal import refuse

pytestmark = pytest.mark.django_db

LATE = make.NOON + timedelta(days=60)
DATA: dict[str, dict[str, Any]] = {
    "ask": {"note": "Пришлите разворот паспорта"},
    "answer": {"note": "Прислала"},
    "reopen": {"note": "Прислала позже"},
    "reject": {"reasons": [{"code": "suspected-fraud"}]},
    "propose_refusal": {"reasons": [{"code": "suspected-fraud"}]},
    "send_back": {"note": "Посмотрите второй документ"},
    "return_plan": {"note": "Организация исключена из реестра"},
    "return_by_appeal": {"note": "Примите справку"},
    "reject_automatically": {"refusals": [refuse("not-insured")]},
}


OF_TWO = {"propose_approval", "propose_refusal", "send_back", *PROPOSALS.values()}
PLANS = {"plan": 10, "cancel_plan": 10, "carry_out": 0, "return_plan": 0}
"""Verbs of a plan, and how many days after `LATE` it takes effect."""


@dataclass(frozen=True)
class World:
    case: Case
    movers: dict[str, User | Actor]


@pytest.fixture
def world() -> World:
    case = make.submitted()
    movers: dict[str, User | Actor] = {
        "applicant": case.applicant,
        "assignee": make.operator(),
        "colleague": make.operator(family_name="Сидорова"),
        "blocked colleague": make.operator(is_active=False),
        "another insurer": make.operator(make.insurer("77002")),
        "fund": make.operator(make.fund()),
        "supervisor": make.user(role="supervisor"),
        "another citizen": make.user(),
        "system": SYSTEM,
    }
    return World(case, movers)


def put(world: World, state: State, verb: str) -> None:
    """Set the scene by hand: the only place besides actions that may."""
    holder = world.movers["assignee"] if state in {State.IN_WORK, State.CLARIFICATION} else None
    asked = state == State.CLARIFICATION or verb == "reopen"
    Case.objects.filter(pk=world.case.pk).update(
        state=state,
        assignee=holder,
        answer_by=make.NOON if asked else None,
        effective_on=effect(verb) if state == State.PLANNED else None,
        proposal=proposal(world, verb) if state == State.IN_WORK else {},
    )
    if asked:
        Pause.objects.create(case=world.case, reason="ждём ответа", began_at=make.NOON)
    if verb == "reopen":
        CaseEvent.objects.create(
            case=world.case, at=make.NOON, verb="expire", target=State.REJECTED, actor="system"
        )


def effect(verb: str) -> date | None:
    return (LATE + timedelta(days=PLANS[verb])).date() if verb in PLANS else None


def proposal(world: World, verb: str) -> dict[str, Any]:
    """What the assignee proposed, where the verb is about a proposal."""
    proposed = {"send_back": "propose_approval"} | {v: k for k, v in PROPOSALS.items()}
    if verb not in proposed:
        return {}
    assignee = world.movers["assignee"]
    assert isinstance(assignee, User)
    reasons = DATA["propose_refusal"]["reasons"]
    return {"verb": proposed[verb], "by": assignee.pk, "note": "", "reasons": reasons}


def service_for(verb: str) -> PublicService:
    """The service as the verb needs it: decided by two, or on a later day."""
    own = SERVICES["issue-policy"]
    if verb in OF_TWO:
        return replace(own, four_eyes=True)
    return replace(own, effective_on=lambda _: effect(verb)) if verb in PLANS else own


def trace(case: Case) -> tuple[Any, ...]:
    row = model_to_dict(Case.objects.get(pk=case.pk))
    counts = [m.objects.count() for m in (CaseEvent, Entry, Message, InsuredPerson, Policy, Pause)]
    return (row, counts, Pause.objects.filter(ended_at=None).count())


def allowed(verb: str, state: State, mover: str) -> bool:
    move = MOVES[verb]
    sides = {
        "applicant": Side.APPLICANT,
        "assignee": Side.DECIDER,
        "colleague": Side.DECIDER,
        "system": Side.SYSTEM,
    }
    if state not in move.source or sides.get(mover) is not move.side:
        return False
    if verb in {"take_over", "send_back", *PROPOSALS.values()}:
        return mover == "colleague"  # one's own is taken over already; two decide, not one twice
    return mover == "assignee" if move.assignee_only else True


def already_done(verb: str, state: State, mover: str) -> bool:
    """Submitted once in the fixture: saying it again is no error, and does nothing."""
    if verb == "take_over":
        return mover == "assignee" and state in {State.IN_WORK, State.CLARIFICATION}
    return verb == "submit" and mover == "applicant" and state != State.DRAFT


def scenes(verb: str, world: World) -> list[tuple[State, str]]:
    """All states for those who have a side; for outsiders the states the move leads from."""
    sided = {"applicant", "assignee", "colleague", "system"}
    return [
        (state, mover)
        for state in State
        for mover in world.movers
        if mover in sided or state in MOVES[verb].source
    ]


@pytest.mark.parametrize("verb", MOVES)
def test_the_table_is_the_law(world: World, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {**SERVICES, "issue-policy": service_for(verb)}
    monkeypatch.setattr("oms.cases.review.SERVICES", known)
    seen = {"acted": 0, "refused": 0}
    for state, mover in scenes(verb, world):
        by = world.movers[mover]
        with transaction.atomic():
            put(world, state, verb)
            before = trace(world.case)
            done, no = attempt(verb, world.case, by)
            seen["refused" if no else "acted"] += 1
            if already_done(verb, state, mover) or no:
                assert bool(no) is not already_done(verb, state, mover), (state, mover)
                assert not allowed(verb, state, mover), (state, mover, no)
                assert trace(world.case) == before, (state, mover)
            else:
                assert allowed(verb, state, mover), (state, mover)
                assert done.state == MOVES[verb].target
                left_its_trace(world.case, verb, state, before)
            transaction.set_rollback(True)
    assert seen["acted"] >= 1
    assert seen["refused"] >= 25


def attempt(verb: str, case: Case, by: User | Actor) -> tuple[Any, str]:
    """The case moved, or the text of the refusal."""
    data = {"assignee": make.operator()} if verb == "assign" else DATA.get(verb, {})
    try:
        return actions.perform(verb, case, by=by, at=LATE, **data), ""
    except Denied as no:
        return None, no.text


def left_its_trace(case: Case, verb: str, state: State, before: tuple[Any, ...]) -> None:
    event = case.events.last()
    assert (event.verb, event.source, event.target) == (verb, state, MOVES[verb].target)
    entry = Entry.objects.filter(act=f"case.{verb}").order_by("pk").last()
    assert entry is not None
    assert entry.subject == case.key
    now = Case.objects.get(pk=case.pk)
    assert now.revision == before[0]["revision"] + 1
    told = Message.objects.filter(key=f"{case.key}:{verb}:{now.revision}", user=now.applicant)
    assert [m.kind for m in told] == ([MOVES[verb].told] if MOVES[verb].told else [])


def test_nobody_decides_on_their_own_application() -> None:
    operator = make.operator()
    case = make.submitted(operator)

    with pytest.raises(actions.NotYours):
        actions.perform("take", case, by=operator, at=make.NOON)

    assert actions.take_next(by=operator, at=make.NOON) is None


def test_an_insurer_that_is_a_fund_is_decided_upon_by_the_fund() -> None:
    fund = make.fund()
    make.insurer("77001", fund=fund)
    case = make.submitted()

    taken = actions.perform("take", case, by=make.operator(fund), at=make.NOON)

    assert isinstance(taken.fund, TerritorialFund)
    assert taken.state == State.IN_WORK


def test_a_decided_case_says_who_decided_and_when() -> None:
    first, second = make.operator(), make.operator(family_name="Сидорова")
    case = actions.perform("take", make.submitted(), by=first, at=make.NOON)
    actions.perform("reject", case, by=first, at=make.NOON, **DATA["reject"])

    with pytest.raises(actions.AlreadyDecided) as no:
        actions.perform("approve", case, by=second, at=make.NOON)

    said = no.value.text.replace("\N{NO-BREAK SPACE}", " ")
    assert said == "Дело уже решено: «Отклонено», Петрова И. О., 5 октября 2026 г. в 12:00."


def test_a_second_click_is_answered_as_done() -> None:
    operator = make.operator()
    case = make.submitted()
    for verb in ("take", "approve"):
        once = actions.perform(verb, case, by=operator, at=make.NOON)
        again = actions.perform(verb, case, by=operator, at=LATE)
        assert (again.state, again.revision) == (once.state, once.revision)
    assert actions.perform("submit", case, by=case.applicant, at=LATE).revision == once.revision


def test_submitting_again_after_withdrawal_is_not_done_already() -> None:
    case = make.submitted()
    actions.perform("withdraw", case, by=case.applicant, at=make.NOON)

    with pytest.raises(actions.WrongState):
        actions.perform("submit", case, by=case.applicant, at=make.NOON)


def test_a_page_opened_before_a_change_cannot_decide() -> None:
    operator = make.operator()
    case = actions.perform("take", make.submitted(), by=operator, at=make.NOON)

    with pytest.raises(actions.Changed):
        actions.perform("approve", case, by=operator, at=make.NOON, revision=case.revision - 1)

    done = actions.perform("approve", case, by=operator, at=make.NOON, revision=case.revision)
    assert done.state == State.APPROVED


@pytest.mark.parametrize("breaks", ["oms.cases.actions.record", "oms.cases.actions.tell_applicant"])
def test_what_fails_in_the_middle_leaves_nothing(monkeypatch, breaks) -> None:
    operator = make.operator()
    case = actions.perform("take", make.submitted(), by=operator, at=make.NOON)
    before = trace(case)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(breaks, broken)
    with pytest.raises(RuntimeError):
        actions.perform("approve", case, by=operator, at=make.NOON)

    assert trace(case) == before


def test_an_approval_the_register_refuses_leaves_nothing() -> None:
    operator = make.operator()
    user = make.user()
    case = actions.perform("take", make.submitted(user), by=operator, at=make.NOON)
    make.insured(user)  # another way was quicker
    before = trace(case)

    with pytest.raises(actions.AgainstLaw) as no:
        actions.perform("approve", case, by=operator, at=make.NOON)

    assert "already-insured" in {refusal.code for refusal in no.value.refusals}
    assert trace(case) == before


def test_open_states_are_held_by_the_constraint() -> None:
    """`OPEN` in the table and in the migration are the same."""
    constraint = next(c for c in Case._meta.constraints if c.name == "cases_one_open_per_service")
    assert str(sorted(s.value for s in OPEN)) in str(constraint.condition)
