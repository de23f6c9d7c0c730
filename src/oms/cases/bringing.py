"""Bringing files to a case: while it is a draft, and when a question asks for them."""

from datetime import datetime

from django.db import transaction

from oms.cases.documents import digests, stands, why_closed
from oms.cases.models import Case
from oms.cases.refused import NotYours
from oms.cases.rights import acts_for
from oms.cases.states import DECIDED, OPEN, State
from oms.catalog.proofs import REPRESENTATIVE
from oms.domain.accounts.models import User
from oms.domain.documents import actions as documents
from oms.domain.documents import queries
from oms.domain.documents.models import Document
from oms.kit.denied import Denied

_SPOILED_BY = {
    "document-missing", "document-unreadable", "document-expired", "document-wrong",
    "document-not-valid",
}  # fmt: skip


class NotNow(Denied):
    """The case takes no files at this time."""


class HandedIn(Denied):
    """The file belongs to an application that was handed in."""

    text = (
        "Документ приложен к поданному заявлению, удалить его нельзя. "
        "Когда заявление закроют без одобрения, документ можно будет удалить."
    )


class GroundOfDecision(Denied):
    """The file belongs to a case that was decided in the applicant's favour."""

    text = "По этому документу принято решение. Храним его вместе с заявлением."


def bring(
    *,
    case: Case,
    slot: str,
    kind: str,
    content: bytes,
    name: str,
    user: User,
    by: User,
    at: datetime,
) -> Document:
    """Take in a file for a document the case of `user` asks for.

    The representative's own paper stays theirs: another representative does not get it with the
    ward's. Raises `NotYours`, `NotNow`, and what `documents.receive` refuses (`Unfit`).
    """
    case = _open(case, slot, user, by, at=at)
    owner = by if slot == REPRESENTATIVE.code else case.applicant
    return documents.receive(
        user=owner, by=by, kind=kind, content=content, name=name, at=at,
        about=case.key, slot=slot, label=case.number,
    )  # fmt: skip


def reuse(
    *, case: Case, slot: str, document: Document, user: User, by: User, at: datetime
) -> Document:
    """Bring a file the person has already, unchanged. Raises `NotYours`, `NotNow`."""
    case = _open(case, slot, user, by, at=at)
    return documents.attach(
        document=document, about=case.key, slot=slot, by=by, at=at, label=case.number
    )


def replace(
    *,
    case: Case,
    document: Document,
    content: bytes,
    name: str,
    user: User,
    by: User,
    at: datetime,
) -> Document:
    """Put another file in the place of this one. Raises as `bring` and `remove` do."""
    _may_change(case, document, user, by, at=at)
    return documents.replace(
        document=document, content=content, name=name, by=by, at=at, label=case.number
    )


@transaction.atomic
def remove(*, case: Case, document: Document, user: User, by: User, at: datetime) -> None:
    """Take a file away again: it must not have been handed in, or the case be over."""
    Case.objects.select_for_update().values_list("pk").get(pk=case.pk)
    _may_change(case, document, user, by, at=at)
    documents.remove(document=document, by=by, at=at)


def forget(*, case: Case, by: User, at: datetime) -> None:
    """Remove all files of a draft that is thrown away."""
    for document in queries.of(about=case.key):
        documents.remove(document=document, by=by, at=at)


def keep(*, case: Case, draft: Case, by: User, at: datetime) -> None:
    """Bring to a new draft what was right in the former case: not what was refused."""
    bad = {row["field"] for row in case.refusals if row["code"] in _SPOILED_BY}
    for document in queries.of(about=case.key):
        if document.slot not in bad and stands(document):
            documents.attach(
                document=document, about=draft.key, slot=document.slot, by=by, at=at,
                label=draft.number,
            )  # fmt: skip


def why_kept(case: Case, document: Document) -> Denied | None:
    """Why this file of a case may not be removed or replaced now; None when it may."""
    if document.code not in digests(case):
        return None
    if case.state in OPEN:
        return HandedIn()
    return GroundOfDecision() if case.state in DECIDED - {State.REJECTED} else None


def _open(case: Case, slot: str, user: User, by: User, *, at: datetime) -> Case:
    case = Case.objects.select_related("applicant").get(pk=case.pk)
    if case.applicant_id != user.pk or not acts_for(by, user.pk, at=at):
        raise NotYours
    closed = why_closed(case, slot)
    if closed:
        raise NotNow(closed)
    return case


def _may_change(case: Case, document: Document, user: User, by: User, *, at: datetime) -> None:
    case = Case.objects.get(pk=case.pk)
    if case.applicant_id != user.pk or not acts_for(by, user.pk, at=at):
        raise NotYours
    kept = why_kept(case, document)
    if kept:
        raise kept
