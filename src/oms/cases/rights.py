"""Whose move it is: the applicant's, the decider's, or the system's."""

from collections.abc import Iterable
from datetime import datetime

from oms.cases import about
from oms.cases.clock import day, moment
from oms.cases.models import Case
from oms.cases.refused import AlreadyDecided, NotYours, WrongState
from oms.cases.states import DECIDED, MOVES, PROPOSALS, TITLES, Move, Side, State
from oms.domain.accounts import wards
from oms.domain.accounts.models import Role, User
from oms.domain.journal.actions import SYSTEM, Actor
from oms.law import names

By = User | Actor


def actor_of(by: By) -> Actor:
    """The journal's view of who acts."""
    return by.actor if isinstance(by, User) else by


def check_side(move: Move, case: Case, by: By, *, at: datetime) -> None:
    """Raise `NotYours` unless the mover stands on the move's side of this case."""
    if move.side is Side.SYSTEM:
        allowed = by == SYSTEM
    elif move.side is Side.DECIDER:
        allowed = isinstance(by, User) and decides(by, case)
    else:
        allowed = isinstance(by, User) and acts_for(by, case.applicant_id, at=at)
    if not allowed:
        raise NotYours


def acts_for(by: User, applicant_id: int, *, at: datetime) -> bool:
    """Whether a person may apply for this one: oneself, or a ward by a right that holds today.

    No query for oneself, one for another.
    """
    if by.pk == applicant_id:
        return True
    apply = wards.Scope.APPLY
    return wards.may(representative=by, ward_id=applicant_id, scope=apply, on=day(at))


def decides(user: User, case: Case) -> bool:
    """Whether the case was submitted to this operator's organisation.

    Nobody decides on their own application, nor on one they filed for another, nor on an appeal
    against what they decided (one query for a case about a case).
    """
    own = user.pk in (case.applicant_id, case.representative_id)
    if not user.is_active or own or case.submitted_at is None:
        return False
    code = user.organization_code
    if user.role == Role.INSURER:
        ours = bool(code) and code == case.insurer_id
    else:
        ours = user.role == Role.FUND and bool(code) and code == case.fund_id
    return ours and not about.decided(user, case.about)


def check_state(move: Move, case: Case) -> None:
    """Raise `WrongState` unless the table leads on from here; who decided is named."""
    if case.state in move.source:
        return
    if move.side is Side.DECIDER and case.state in DECIDED:
        raise AlreadyDecided(_who_decided(case))
    if move.side is Side.DECIDER and case.state == State.IN_WORK:
        raise WrongState(f"Дело уже в работе: {_holder(case)}.")
    title = TITLES[State(case.state)]
    raise WrongState(f"«{move.title}»: сейчас нельзя. Состояние заявления — «{title}».")


def check_holder(move: Move, case: Case, by: By) -> None:
    """Raise `NotYours` unless the operator is the one who took the case."""
    if move.assignee_only and isinstance(by, User) and case.assignee_id != by.pk:
        raise NotYours(f"Дело в работе у другого сотрудника: {_holder(case)}.")


def is_repeated(verb: str, case: Case, by: By) -> bool:
    """Whether this very move was made by this mover already (a second click, Back and resend).

    True when it is the mover's latest move on the case and nobody of the same side has moved
    since. One query, and only where the table does not lead on from the state.
    """
    move = MOVES[verb]
    if verb == "take_over":
        return isinstance(by, User) and case.assignee_id == by.pk
    if verb in PROPOSALS and case.state in move.source:
        said = (case.proposal.get("verb"), case.proposal.get("by"))
        return isinstance(by, User) and said == (verb, by.pk)
    if verb == "send_back" and case.proposal:
        return False
    if verb == "send_back":
        events = case.events.order_by("-pk").values_list("verb", "actor")[:20]
        return _latest_of_side(events, move.side) == (verb, actor_of(by).key)
    if case.state in move.source:
        return False
    events = case.events.order_by("-pk").values_list("verb", "actor")[:20]
    return _latest_of_side(events, move.side) == (verb, actor_of(by).key)


def _latest_of_side(events: Iterable[tuple[str, str]], side: Side) -> tuple[str, str] | None:
    return next((e for e in events if e[0] in MOVES and MOVES[e[0]].side is side), None)


def _holder(case: Case) -> str:
    holder = case.assignee
    return short_name(holder) if holder else "исполнителя нет"


def short_name(user: User) -> str:
    """Surname and initials."""
    return names.short(user.family_name, user.given_name, user.patronymic)


def _who_decided(case: Case) -> str:
    late = {State.APPROVED, State.PLANNED}
    verbs = [v for v, m in MOVES.items() if m.target in DECIDED and not late & m.source]
    event = case.events.filter(verb__in=verbs).order_by("-pk").first()
    if event is None:
        return "Дело уже решено."
    key = event.actor.removeprefix("user:")
    who = User.objects.filter(pk=key).first() if key.isdigit() else None
    name = short_name(who) if who else "автоматически"
    return f"Дело уже решено: «{MOVES[event.verb].done}», {name}, {moment(event.at)}."
