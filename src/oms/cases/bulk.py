"""Several cases of one service decided together: looked through first, then each by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from oms.cases import deciding
from oms.cases.actions import perform
from oms.cases.models import Case
from oms.cases.refused import AgainstLaw
from oms.cases.review import service_of
from oms.cases.states import MOVES, State
from oms.domain.accounts.models import User
from oms.kit.denied import Denied

MOST = 20
DECISIONS = ("approve", "reject")


@dataclass(frozen=True)
class Seen:
    """One case of the preview: the move it would be, or why it cannot be."""

    case: Case
    verb: str
    title: str
    no: str = ""


@dataclass(frozen=True)
class Done:
    """What became of one case."""

    case: Case
    text: str
    ok: bool


def candidates(user: User) -> list[Case]:
    """The operator's own cases in work that wait for a decision, most urgent first. One query."""
    rows = Case.objects.addressed_to(user).filter(assignee=user, state=State.IN_WORK, proposal={})
    return list(rows.select_related("applicant", "insurer", "fund").order_by("due_at", "pk")[:100])


def preview(cases: Sequence[Case], *, decision: str, at: datetime) -> list[Seen]:
    """Say of each what would happen; nothing is changed."""
    return [_seen(case, decision, at=at) for case in cases[:MOST]]


def decide(
    cases: Sequence[tuple[Case, int]], *, decision: str, by: User, at: datetime, **data: Any
) -> list[Done]:
    """Decide each in its own transaction; `cases` are with the revision that was looked at."""
    return [
        _done(case, revision, decision, by=by, at=at, **data) for case, revision in cases[:MOST]
    ]


def _seen(case: Case, decision: str, *, at: datetime) -> Seen:
    try:
        verb = deciding.verb_for(decision, case, at=at)
        return Seen(case, verb, MOVES[verb].title, _why_not(case, decision, at=at))
    except Denied as no:
        return Seen(case, decision, MOVES[decision].title, no.text)


def _why_not(case: Case, decision: str, *, at: datetime) -> str:
    if decision == "reject":
        return ""
    own, known = service_of(case), deciding.seen(case, at=at)
    refusals = own.refusals(known)
    if refusals:
        return AgainstLaw(refusals).text
    label = own.reply(known)
    return f"Нужен ответ «{label}»: решите это дело отдельно." if label else ""


def _done(case: Case, revision: int, decision: str, *, by: User, at: datetime, **data: Any) -> Done:
    try:
        verb = deciding.verb_for(decision, case, at=at)
        perform(verb, case, by=by, at=at, revision=revision, **data)
    except Denied as no:
        return Done(case, no.text, ok=False)
    return Done(case, MOVES[verb].done, ok=True)
