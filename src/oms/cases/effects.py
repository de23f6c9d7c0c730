"""What each move does to a case besides its state: one function per verb.

`actions.perform` calls them within its transaction with the locked case and saves it after.
An effect returns what to tell; it raises `Denied` to refuse, and then nothing has happened.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from oms.cases import answers as kept
from oms.cases import bringing, clock, deciding, documents
from oms.cases.corrections import applicant_name, corrected
from oms.cases.deciding import LONGEST_TEXT, Told, later, refused, text_of
from oms.cases.models import Case, Pause
from oms.cases.pinning import pinned
from oms.cases.refused import (
    AlreadyOpen,
    NotAnswered,
    NotReady,
    Unfounded,
    WrongState,
)
from oms.cases.review import (
    look_through,
    service_of,
    walk,
)
from oms.cases.rights import By, decides
from oms.cases.states import OPEN
from oms.catalog.declaration import AUTOMATIC, Application, PublicService
from oms.domain.accounts.models import User
from oms.domain.directory.models import Insurer, TerritorialFund
from oms.domain.documents.models import Document
from oms.kit.denied import Denied
from oms.law import terms
from oms.law.refusal import refuse

WAITING = "ждём вашего ответа"
NO_PAPERS = "Выписку выпустить нельзя: полис больше не действует."


def submit(
    case: Case, *, by: By, at: datetime, note: str, signature: Mapping[str, str] | None = None
) -> Told:
    """Look all steps and documents through, fix the answers, pin the versions, start the clock."""
    assert isinstance(by, User)
    own, on = service_of(case), clock.day(at)
    case.representative = by if by.pk != case.applicant_id else None
    walked = walk(case, on=on)
    seen = look_through(case, walked)
    if not seen.complete:
        raise NotReady(seen)
    term = terms.term_at(own.term, on=on)
    case.answers = kept.fixed(seen.answers)
    case.pinned = pinned(case, own, walked, seen, term) | {"signature": dict(signature or {})}
    case.person = walked.application.person
    case.applicant_name = applicant_name(walked.application)
    case.decided_by = own.decided_for(walked.application)
    _address(case, own, walked.application)
    case.submitted_at, case.due_at = at, clock.due(term, received_at=at)
    case.informed = own.informs(walked.application)
    case.trail = {}
    if case.decided_by == AUTOMATIC:
        later("decide", case)
    handed_in = {"answers": case.answers, "documents": documents.digests(case)}
    return Told(f"Ответим до {clock.until(case.due_at)}", handed_in)


def discard(case: Case, *, by: By, at: datetime, note: str) -> Told:
    """Forget all that was typed and brought: a draft thrown away keeps no personal data."""
    assert isinstance(by, User)
    case.typed, case.trail = {}, {}
    bringing.forget(case=case, by=by, at=at)
    return Told()


def take(case: Case, *, by: By, at: datetime, note: str) -> Told:
    """Assign the case to the operator."""
    assert isinstance(by, User)
    before = case.assignee_id
    case.assignee, case.assigned_at = by, at
    return Told(details={"note": note, "assignee": [before, by.pk]})


def assign(case: Case, *, by: By, at: datetime, note: str, assignee: User | None = None) -> Told:
    """Give the case to this operator of its decider. Raises `Unfounded` for anybody else."""
    if assignee is None or not decides(assignee, case):
        raise Unfounded("Этому сотруднику дело передать нельзя.")
    case.assignee, case.assigned_at = assignee, at
    return Told(details={"assignee": [None, assignee.pk]})


def release(case: Case, *, by: By, at: datetime, note: str) -> Told:
    """Give the case back to the queue."""
    case.assignee = case.assigned_at = None
    return Told(details={"note": note})


def ask(
    case: Case,
    *,
    by: By,
    at: datetime,
    note: str,
    fields: Sequence[str] = (),
    documents: Sequence[str] = (),
    answer_by: datetime | None = None,
) -> Told:
    """Put a question (`note`), name fields to correct and documents to bring, stop the clock."""
    question = text_of(note, "Напишите вопрос заявителю.")
    own = service_of(case)
    known = {name for step in own.steps if not step.signs for name in step.base_fields}
    if not set(fields) <= known:
        raise Unfounded("Такого поля в заявлении нет. Выберите поля из списка.")
    if not set(documents) <= {document.code for document in own.documents}:
        raise Unfounded("Такого документа в услуге нет. Выберите документы из списка.")
    if answer_by is not None and answer_by <= at:
        raise Unfounded("Срок ответа уже прошёл. Укажите более поздний день.")
    case.question, case.question_fields = question, list(dict.fromkeys(fields))
    case.question_documents = list(dict.fromkeys(documents))
    case.answer_by = answer_by or clock.answer_by(at)
    case.reminded = None
    Pause.objects.create(case=case, reason=WAITING, began_at=at)
    asked = {"fields": case.question_fields, "documents": case.question_documents}
    return Told(question, {**asked, "answer_by": case.answer_by})


def answer(
    case: Case,
    *,
    by: By,
    at: datetime,
    note: str,
    typed: Mapping[str, Mapping[str, Any]] | None = None,
) -> Told:
    """Take in the fields and documents asked about and a text, start the clock again."""
    changes = corrected(case, typed or {}, at=at)
    brought = _brought(case)
    text = note.strip()[:LONGEST_TEXT]
    if not text and not changes and not brought:
        raise NotAnswered(_nothing_answered(case))
    clock.resume(case, at=at)
    _forget_question(case)
    digests = {file.code: file.file.sha256 for file in brought}
    return Told(text, {"changes": changes, "documents": digests})


def withdraw(case: Case, *, by: By, at: datetime, note: str) -> Told:
    """Close at the applicant's wish."""
    clock.resume(case, at=at)
    _forget_question(case)
    return Told(note.strip()[:LONGEST_TEXT])


def finish(case: Case, *, by: By, at: datetime, note: str) -> Told:
    """All is done: the papers lie ready, or `note` says what else came of it."""
    if note:
        case.result = {**case.result, "text": f"{case.result['text']} {note}"}
    return Told(note)


def finish_without_papers(case: Case, *, by: By, at: datetime, note: str) -> Told:
    """End where there is nothing to certify any more: the approval's own line stays in history."""
    case.result = {**case.result, "text": NO_PAPERS, "unissued": case.result.get("papers", [])}
    return Told(NO_PAPERS, {"unissued": case.result["unissued"]})


def expire(case: Case, *, by: By, at: datetime, note: str) -> Told:
    """Close for want of an answer. The pause stays open: a late answer may still end it."""
    if case.answer_by is None or case.answer_by > at:
        raise WrongState("Срок ответа ещё не прошёл.")
    return refused(case, [refuse("clarification-overdue")], at=at, note=note)


def reopen(
    case: Case,
    *,
    by: By,
    at: datetime,
    note: str,
    typed: Mapping[str, Mapping[str, Any]] | None = None,
) -> Told:
    """Answer late, after the case was closed for want of an answer."""
    last = case.events.order_by("-pk").first()
    if last is None or last.verb != "expire":
        raise WrongState("Возобновить можно только заявление, закрытое без ответа.")
    other = Case.objects.filter(
        applicant=case.applicant_id, service=case.service, about=case.about, state__in=OPEN
    ).first()
    if other:
        raise AlreadyOpen(other.number)
    told = answer(case, by=by, at=at, note=note, typed=typed)
    case.refusals, case.decided_at = [], None
    return told


EFFECTS: Mapping[str, Callable[..., Told]] = {
    "submit": submit,
    "discard": discard,
    "take": take,
    "assign": assign,
    "take_over": take,
    "release": release,
    "ask": ask,
    "answer": answer,
    "approve": deciding.approve,
    "reject": deciding.reject,
    "plan": deciding.plan,
    "propose_approval": deciding.propose_approval,
    "propose_refusal": deciding.propose_refusal,
    "send_back": deciding.send_back,
    "confirm_approval": deciding.confirm_approval,
    "confirm_refusal": deciding.confirm_refusal,
    "cancel_plan": deciding.cancel_plan,
    "carry_out": deciding.carry_out,
    "return_plan": deciding.return_plan,
    "return_by_appeal": deciding.return_by_appeal,
    "withdraw": withdraw,
    "approve_automatically": deciding.approve,
    "reject_automatically": deciding.reject_automatically,
    "finish": finish,
    "finish_without_papers": finish_without_papers,
    "expire": expire,
    "reopen": reopen,
}


def _brought(case: Case) -> Sequence[Document]:
    """Files brought since the question was asked; what is handed in now is pinned."""
    pause = case.pauses.filter(ended_at=None).first()
    if pause is None or not case.question_documents:
        return ()
    brought = documents.brought_since(case, at=pause.began_at)
    if brought:
        case.pinned = {**case.pinned, "documents": documents.pinned(documents.submitted(case))}
    return brought


def _nothing_answered(case: Case) -> str:
    if case.question_documents:
        return "Приложите документ, о котором вас просят, или напишите ответ."
    return "Напишите ответ или исправьте отмеченные поля."


def _forget_question(case: Case) -> None:
    case.question, case.answer_by = "", None
    case.question_fields, case.question_documents = [], []


def _address(case: Case, own: PublicService, known: Application) -> None:
    """Hand the case to its decider; an insurer that is a fund is decided upon by the fund."""
    if case.decided_by == AUTOMATIC:
        return
    found = own.decider(known)
    if isinstance(found, TerritorialFund):
        case.fund = found
    elif isinstance(found, Insurer):
        case.insurer, case.fund = found, found.fund
    if found is None:
        raise Denied("Не удалось определить, кто решит заявление. Выберите организацию.")
