"""What decisions do to a case besides its state: at once, as a plan, or by two operators.

Effects as in `effects.py`, which names them all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.utils.module_loading import import_string

from oms.cases import answers as kept
from oms.cases import clock
from oms.cases.models import Case
from oms.cases.refused import (
    AgainstLaw,
    NeedsSecond,
    NotYet,
    ReplyNeeded,
    SameHands,
    Unfounded,
    WrongState,
)
from oms.cases.review import application, service_of
from oms.cases.rights import By, actor_of
from oms.cases.states import PROPOSALS
from oms.catalog.declaration import Application, PublicService
from oms.domain.accounts.models import Role, User
from oms.law import dates
from oms.law.refusal import REASONS, Refusal, refuse
from oms.law.verdict import Invalid

LONGEST_TEXT = 2000


@dataclass(frozen=True)
class Told:
    """What a move leaves behind: a line for the applicant, details for the journal only."""

    text: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def verb_for(decision: str, case: Case, *, at: datetime) -> str:
    """The move by which this case is approved (`approve`) or refused (`reject`) now."""
    own = service_of(case)
    if own.four_eyes:
        return "propose_approval" if decision == "approve" else "propose_refusal"
    if decision == "approve" and own.is_dated:
        known = seen(case, at=at)
        return "plan" if _begins_later(own, known) else "approve"
    return decision


def approve(case: Case, *, by: By, at: datetime, note: str, reply: str = "") -> Told:
    """Check the law once more, change the domain, queue the papers.

    Raises `NeedsSecond` where two decide, `NotYet` where it is a plan, `ReplyNeeded`, `AgainstLaw`.
    """
    if service_of(case).four_eyes:
        raise NeedsSecond
    return _approved(case, by=by, at=at, note=note, reply=reply)


def plan(case: Case, *, by: By, at: datetime, note: str, reply: str = "") -> Told:
    """Agree now to what begins on a later day; nothing in the domain changes yet."""
    own, known = service_of(case), replace(seen(case, at=at), reply=reply)
    on = own.effective_on(known)
    if not _begins_later(own, known) or on is None:
        raise WrongState("Откладывать нечего: одобрите заявление сразу.")
    _lawful(own, known)
    case.effective_on, case.decided_at = on, at
    case.instruction = ""
    return Told(f"Начнёт действовать {dates.long(on)}", {"note": note, "effective_on": on})


def carry_out(case: Case, *, by: By, at: datetime, note: str) -> Told:
    """Do on its day what was planned, with the law asked again as of that day."""
    if case.effective_on is None or case.effective_on > clock.day(at):
        raise WrongState("День исполнения ещё не наступил.")
    decided_at = case.decided_at
    told = _approved(case, by=by, at=at, note="", on=case.effective_on)
    case.decided_at = decided_at or at
    return told


def return_plan(case: Case, *, by: By, at: datetime, note: str) -> Told:
    """Give a plan that cannot be carried out back to the operators, with the reason and a term."""
    why = text_of(note, "Напишите, почему план нельзя исполнить.")
    _to_be_decided(case, at=at)
    return Told(why)


def cancel_plan(case: Case, *, by: By, at: datetime, note: str) -> Told:
    """Give up a plan at the applicant's wish, while its day has not come."""
    if case.effective_on is not None and case.effective_on <= clock.day(at):
        raise WrongState("День уже наступил: отменить нельзя, решение исполняется.")
    case.effective_on = None
    return Told(note.strip()[:LONGEST_TEXT])


def return_by_appeal(case: Case, *, by: By, at: datetime, note: str, fund: Any = None) -> Told:
    """Set the refusal aside: the case is decided anew, within a new term, as the fund told.

    What the system refused by itself, the fund (`fund`) now decides by hand.
    """
    words = text_of(note, "Напишите указание организации.")
    refused = [row["code"] for row in case.refusals]
    _to_be_decided(case, at=at)
    case.refusals, case.question, case.answer_by = [], "", None
    case.question_fields, case.question_documents = [], []
    case.instruction = words
    if case.insurer is None and case.fund is None and fund is not None:
        case.fund, case.decided_by = fund, Role.FUND.value
    return Told("", {"instruction": words, "refused": refused})


def propose_approval(case: Case, *, by: By, at: datetime, note: str, reply: str = "") -> Told:
    """Say that it should be approved, and why; a second operator makes it so."""
    own = _of_two(case)
    known = replace(seen(case, at=at), reply=_reply(own, seen(case, at=at), reply))
    _lawful(own, known)
    return _proposed(case, "propose_approval", by=by, at=at, note=note, reply=known.reply)


def propose_refusal(
    case: Case,
    *,
    by: By,
    at: datetime,
    note: str,
    reasons: Sequence[Mapping[str, str]] = (),
) -> Told:
    """Say that it should be refused, for these reasons."""
    _of_two(case)
    if not reasons:
        raise Unfounded("Выберите хотя бы одну причину отказа.")
    rows = [{k: str(row.get(k, "")) for k in ("code", "about", "field")} for row in reasons]
    for row in rows:
        reason_of(row)
    return _proposed(case, "propose_refusal", by=by, at=at, note=note, reasons=rows)


def send_back(case: Case, *, by: By, at: datetime, note: str) -> Told:
    """Not confirm: the words go to the colleague who proposed."""
    _second(case, by, "")
    return Told(text_of(note, "Напишите, почему не подтверждаете."))


def confirm_approval(case: Case, *, by: By, at: datetime, note: str) -> Told:
    """Make the proposed approval so, by other hands."""
    said = _second(case, by, "confirm_approval")
    told = _approved(case, by=by, at=at, note=said["note"], reply=said.get("reply", ""))
    return Told(told.text, {**told.details, "proposed_by": said["by"]})


def confirm_refusal(case: Case, *, by: By, at: datetime, note: str) -> Told:
    """Make the proposed refusal so, by other hands."""
    said = _second(case, by, "confirm_refusal")
    told = refused(case, [reason_of(row) for row in said["reasons"]], at=at, note=said["note"])
    return Told(told.text, {**told.details, "proposed_by": said["by"]})


def reject(
    case: Case,
    *,
    by: By,
    at: datetime,
    note: str,
    reasons: Sequence[Mapping[str, str]] = (),
) -> Told:
    """Refuse with reasons of the catalogue: each `code`, with `about` and `field` where needed."""
    if service_of(case).four_eyes:
        raise NeedsSecond
    if not reasons:
        raise Unfounded("Выберите хотя бы одну причину отказа.")
    return refused(case, [reason_of(row) for row in reasons], at=at, note=note)


def reject_automatically(
    case: Case, *, by: By, at: datetime, note: str, refusals: Sequence[Refusal] = ()
) -> Told:
    """Refuse with what the checks found."""
    if not refusals:
        raise Unfounded("Отказ без причины невозможен.")
    return refused(case, refusals, at=at, note=note)


def refused(case: Case, refusals: Sequence[Refusal], *, at: datetime, note: str) -> Told:
    """Keep the reasons of a refusal; return what the applicant reads."""
    case.refusals = [
        {
            "code": r.code,
            "text": r.text,
            "remedy": r.remedy,
            "field": r.field,
            "basis": r.basis,
        }
        for r in refusals
    ]
    case.decided_at = at
    text = "\n".join(f"{r.text} {r.remedy}".strip() for r in refusals)
    told = f"{text}\n{note.strip()[:LONGEST_TEXT]}".strip()
    return Told(told, {"reasons": [r.code for r in refusals]})


def reason_of(row: Mapping[str, str]) -> Refusal:
    """The refusal that a row of a decision names. Raises `Unfounded`."""
    code, about, name = (str(kept.keepable(row.get(k, ""))) for k in ("code", "about", "field"))
    if code not in REASONS:
        raise Unfounded("Такой причины отказа нет. Выберите её из списка.")
    try:
        return refuse(code, about=about[:120], field=name[:64])
    except (ValueError, Invalid):
        what = "поле" if REASONS[code].about == "field" else "документ"
        raise Unfounded(f"«{REASONS[code].title}»: укажите {what}.") from None


def seen(case: Case, *, at: datetime) -> Application:
    """The case on the day of its submission, seen now."""
    assert case.submitted_at is not None
    known = application(case, on=clock.day(case.submitted_at))
    return replace(known, seen_on=clock.day(at))


def text_of(note: str, missing: str) -> str:
    """A text that may not be empty nor too long. Raises `Unfounded`."""
    text = note.strip()
    if not text:
        raise Unfounded(missing)
    if len(text) > LONGEST_TEXT:
        raise Unfounded(f"Не больше {LONGEST_TEXT} знаков, сейчас {len(text)}.")
    return text


def later(name: str, case: Case) -> None:
    """Queue a task of `tasks.py` within this transaction.

    By its name, as queues know tasks: tasks call actions, so actions cannot import them.
    """
    import_string(f"oms.cases.tasks.{name}").enqueue(case.pk)


def _approved(
    case: Case, *, by: By, at: datetime, note: str, reply: str = "", on: date | None = None
) -> Told:
    """Approve as of today, or as of the day a plan was for."""
    known, own = seen(case, at=at), service_of(case)
    known = replace(known, seen_on=on or known.seen_on)
    if _begins_later(own, known):
        raise NotYet
    known = replace(known, reply=_reply(own, known, reply))
    _lawful(own, known)
    outcome = own.approve(known, by=actor_of(by), at=at)
    case.person = outcome.person or case.person
    case.result = {
        "text": outcome.text,
        "facts": dict(outcome.facts),
        "papers": list(outcome.papers),
    }
    if outcome.returns:
        case.result["returns"] = outcome.returns
    case.decided_at, case.instruction = at, ""
    later("finish", case)
    return Told(outcome.text, {"note": note, "result": case.result})


def _begins_later(own: PublicService, known: Application) -> bool:
    on: date | None = own.effective_on(known)
    return on is not None and on > known.today


def _reply(own: PublicService, known: Application, reply: str) -> str:
    label, words = own.reply(known), str(kept.keepable(reply)).strip()
    if label and not words:
        raise ReplyNeeded(f"«{label}»: напишите ответ.")
    return words[:LONGEST_TEXT] if label else ""


def _lawful(own: PublicService, known: Application) -> None:
    refusals = tuple(dict.fromkeys(own.refusals(known)))
    if refusals:
        raise AgainstLaw(refusals)


def _to_be_decided(case: Case, *, at: datetime) -> None:
    case.assignee = case.assigned_at = case.decided_at = case.effective_on = None
    clock.begin_anew(case, at=at)


def _of_two(case: Case) -> PublicService:
    own = service_of(case)
    if not own.four_eyes:
        raise WrongState("По этой услуге решает один сотрудник.")
    if case.proposal:
        raise WrongState("Решение уже предложено и ждёт второго сотрудника.")
    return own


def _proposed(case: Case, verb: str, *, by: By, at: datetime, note: str, **said: Any) -> Told:
    assert isinstance(by, User)
    words = note.strip()[:LONGEST_TEXT]
    case.proposal = {"verb": verb, "by": by.pk, "at": at.isoformat(), "note": words, **said}
    return Told(words, dict(case.proposal))


def _second(case: Case, by: By, verb: str) -> Mapping[str, Any]:
    """The proposal that this operator may confirm by the verb (any verb when empty)."""
    said: Mapping[str, Any] = case.proposal
    if not said or (verb and PROPOSALS[said["verb"]] != verb):
        raise WrongState("Такого предложения нет: коллега его изменил. Посмотрите дело снова.")
    if isinstance(by, User) and said["by"] == by.pk:
        raise SameHands
    return said
