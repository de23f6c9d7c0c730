"""Several cases of one service decided together: looked through first, then each by itself."""

from collections.abc import Mapping, Sequence
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
from oms.law.refusal import REASONS

Reasons = Sequence[Mapping[str, str]]
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


def preview(cases: Sequence[Case], *, decision: str, at: datetime, **data: Any) -> list[Seen]:
    """Say of each what would happen; nothing is changed. `data` is what the move would be given."""
    reasons = data.get("reasons", ())
    return [_seen(case, decision, reasons, at=at) for case in cases[:MOST]]


def decide(
    cases: Sequence[tuple[Case, int]], *, decision: str, by: User, at: datetime, **data: Any
) -> list[Done]:
    """Decide each in its own transaction; `cases` are with the revision that was looked at."""
    return [
        _done(case, revision, decision, by=by, at=at, **data) for case, revision in cases[:MOST]
    ]


def _seen(case: Case, decision: str, reasons: Reasons, *, at: datetime) -> Seen:
    try:
        verb = deciding.verb_for(decision, case, at=at)
        return Seen(case, verb, MOVES[verb].title, _why_not(case, decision, reasons, at=at))
    except Denied as no:
        return Seen(case, decision, MOVES[decision].title, no.text)


def _why_not(case: Case, decision: str, reasons: Reasons, *, at: datetime) -> str:
    if decision == "reject":
        return _not_asked(case, reasons)
    own, known = service_of(case), deciding.seen(case, at=at)
    refusals = own.refusals(known)
    if refusals:
        return AgainstLaw(refusals).text
    label = own.reply(known)
    return f"Нужен ответ «{label}»: решите это дело отдельно." if label else ""


def _not_asked(case: Case, reasons: Reasons) -> str:
    """Say which field of the refusal this application does not have; empty when it has all."""
    asked = {name for step in case.pinned.get("form", ()) for name, _, _ in step["fields"]}
    for reason in reasons:
        if REASONS[reason["code"]].about == "field" and reason["field"] not in asked:
            return f"Здесь нет поля «{reason['about']}»: решите это дело отдельно."
    return ""


def _done(case: Case, revision: int, decision: str, *, by: User, at: datetime, **data: Any) -> Done:
    if lacking := _not_asked(case, data.get("reasons", ())):
        return Done(case, lacking, ok=False)
    try:
        verb = deciding.verb_for(decision, case, at=at)
        perform(verb, case, by=by, at=at, revision=revision, **data)
    except Denied as no:
        return Done(case, no.text, ok=False)
    return Done(case, MOVES[verb].done, ok=True)
