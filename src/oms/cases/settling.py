"""What the decider says of a document: it does, or it does not and why."""

from datetime import datetime

from django.db import transaction

from oms.cases.models import Case
from oms.cases.refused import NotYours, Unfounded, WrongState
from oms.cases.rights import decides
from oms.cases.states import State
from oms.domain.accounts.models import User
from oms.domain.documents import actions as documents
from oms.domain.documents import queries
from oms.domain.documents.models import Document

LONGEST_REASON = 300


def accept(*, case: Case, code: str, by: User, at: datetime) -> Document:
    """Take the document as good. Raises `NotYours`, `WrongState`, `KeyError` for no such file."""
    with transaction.atomic():
        return documents.accept(document=_file(case, code, by), by=by.actor, at=at)


def refuse(*, case: Case, code: str, reason: str, by: User, at: datetime) -> Document:
    """Say why the document does not do; its owner is told. Raises `Unfounded` and as `accept`."""
    words = reason.strip()
    if not words:
        raise Unfounded("Напишите, что не так с документом.")
    if len(words) > LONGEST_REASON:
        raise Unfounded(f"Не больше {LONGEST_REASON} знаков, сейчас {len(words)}.")
    with transaction.atomic():
        return documents.refuse(document=_file(case, code, by), reason=words, by=by.actor, at=at)


def may_settle(case: Case, user: User) -> bool:
    """Whether this operator holds the case and may judge its documents."""
    return case.state == State.IN_WORK and case.assignee_id == user.pk and decides(user, case)


def _file(case: Case, code: str, by: User) -> Document:
    """The file, with its case locked: a decision waits until the document is judged."""
    Case.objects.select_for_update().values_list("pk").get(pk=case.pk)
    case = Case.objects.get(pk=case.pk)
    if not decides(by, case):
        raise NotYours
    if case.state != State.IN_WORK or case.assignee_id != by.pk:
        raise WrongState("Сначала возьмите дело в работу: о документах решает тот, у кого дело.")
    found = {document.code: document for document in queries.of(about=case.key)}[code]
    if not found.is_open_to_look:
        raise WrongState("Документ ещё нельзя открыть: судить о нём рано.")
    return found
