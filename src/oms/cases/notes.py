"""Words beside a case: colleagues' notes, and what the insurer being left says of it.

A note changes nothing of a case. The applicant never sees colleagues' notes on the pages; an export
of one's data holds them, as the operators' words about the person. `beside.py` reads them.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from oms.cases.deciding import text_of
from oms.cases.models import Case, CaseNote
from oms.cases.refused import NotYours, WrongState
from oms.cases.states import WORKED, State
from oms.domain.accounts.models import Role, User
from oms.domain.journal.actions import record

TWICE = timedelta(minutes=1)
ANSWERED = frozenset(WORKED | {State.PLANNED})


def add(*, case: Case, text: str, by: User, at: datetime) -> CaseNote:
    """Leave a note for colleagues. The same words within a minute are one note.

    Raises `NotYours` for a case of another organisation, `Unfounded` for no text.
    """
    words = text_of(text, "Напишите заметку.")
    if not Case.objects.addressed_to(by).filter(pk=case.pk).exists():
        raise NotYours
    with transaction.atomic():
        Case.objects.select_for_update().values_list("pk").get(pk=case.pk)
        last = case.notes.filter(by=by, kind=CaseNote.Kind.NOTE).order_by("-pk").first()
        if last is not None and last.text == words and at - last.at < TWICE:
            return last
        return _said(case, CaseNote.Kind.NOTE, words, by=by, at=at)


def may_answer(case: Case, user: User) -> bool:
    """Whether this operator works at the insurer being left, and it may still say something."""
    ours = user.role == Role.INSURER and user.organization_code == case.informed_id
    return ours and user.is_active and case.state in ANSWERED


def answer_as_left(*, case: Case, objects: bool, text: str, by: User, at: datetime) -> CaseNote:
    """Say once whether the insurer being left objects, and why. It stops nothing.

    Raises `NotYours`, `WrongState` when the case is over or answered, `Unfounded` for an objection
    without words.
    """
    if not may_answer(case, by):
        raise NotYours
    words = text_of(text, "Напишите, против чего вы возражаете.") if objects else text.strip()
    kind = CaseNote.Kind.OBJECTION if objects else CaseNote.Kind.NO_OBJECTION
    try:
        with transaction.atomic():
            return _said(case, kind, words, by=by, at=at)
    except IntegrityError:
        raise WrongState("Ваша организация уже ответила.") from None


def _said(case: Case, kind: str, text: str, *, by: User, at: datetime) -> CaseNote:
    note = CaseNote.objects.create(
        case=case, kind=kind, at=at, by=by, organization=by.organization, text=text
    )
    record(
        act=f"case.note.{kind}",
        subject=case.key,
        by=by.actor,
        at=at,
        person=f"user:{case.applicant_id}",
        details={"text": text},
    )
    return note
