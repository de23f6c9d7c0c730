"""What may be done with documents: received, replaced, used again, accepted, refused, removed."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from oms.domain.accounts.models import User
from oms.domain.documents import examiner, naming, storage, tasks
from oms.domain.documents.models import Document, StoredFile
from oms.domain.documents.unfit import Unfit, check_large
from oms.domain.journal.actions import Actor, record
from oms.domain.notifications.actions import tell
from oms.kit.denied import Denied

__all__ = [
    "Gone",
    "Settled",
    "Unfit",
    "accept",
    "attach",
    "receive",
    "refuse",
    "remove",
    "replace",
]

State, Scan = Document.State, Document.Scan
_LEARNT = ("pages", "scan", "scanned_at", "measures", "problems", "recognition")


class Settled(Denied):
    """The document was accepted: it is part of a decision."""

    text = "Документ уже принят: заменить или удалить его нельзя."


class Gone(Denied):
    """The document is removed, or its file must not be used."""

    status = 410
    text = "Этого документа больше нет. Загрузите его снова."


def receive(
    *,
    user: User,
    by: User,
    kind: str,
    content: bytes,
    name: str,
    at: datetime,
    about: str = "",
    slot: str = "",
    label: str = "",
) -> Document:
    """Take a file for `user`, brought by `by`; the same bytes in the same slot are the same row.

    `about` is a key such as `case:7`, `label` its number as people read it (for the file's
    name). Raises `Unfit`, and stores nothing, when the file is not one we take. Call it outside
    a transaction: examining takes a while and holds no lock.
    """
    kind = Document.Kind(kind)
    found = _examine(content, kind)
    sha256 = storage.keep(content)
    with transaction.atomic():
        file = _file(sha256, content, found["media_type"], at=at)
        document = _place(
            Document(
                user=user,
                uploaded_by=by,
                about=about,
                slot=slot,
                kind=kind,
                name=naming.clean(name),
                file=file,
                **_learnt(found),
            ),
            label=label,
            by=by.actor,
            at=at,
        )
        if document.scan == Scan.INFECTED:  # brought again: known, and shut away as before
            storage.quarantine(sha256)
    return document


def replace(
    *, document: Document, content: bytes, name: str, by: User, at: datetime, label: str = ""
) -> Document:
    """Put another file in the place of a document not yet accepted; return the new one."""
    found = _examine(content, document.kind)
    sha256 = storage.keep(content)
    with transaction.atomic():
        old = _locked(document)
        file = _file(sha256, content, found["media_type"], at=at, beside=old.file_id)
        if old.file_id == file.pk:
            return old
        _take_away(old, by=by.actor, at=at)
        return _place(
            Document(
                user=old.user,
                uploaded_by=by,
                about=old.about,
                slot=old.slot,
                kind=old.kind,
                name=naming.clean(name),
                file=file,
                **_learnt(found),
            ),
            label=label,
            by=by.actor,
            at=at,
            order=old.order,
        )


def remove(*, document: Document, by: User, at: datetime) -> None:
    """Delete a document not yet accepted, and its bytes when nothing else needs them."""
    with transaction.atomic():
        one = Document.objects.select_for_update().get(pk=document.pk)
        if one.state == State.REMOVED:
            return
        _refuse_settled(one)
        _take_away(one, by=by.actor, at=at)


def attach(
    *, document: Document, about: str, slot: str, by: User, at: datetime, label: str = ""
) -> Document:
    """Use a document in another place too: the same file, what is known of it, a row of its own."""
    with transaction.atomic():
        source = Document.objects.select_for_update().select_related("file").get(pk=document.pk)
        file = StoredFile.objects.select_for_update().get(pk=source.file_id)
        if source.state == State.REMOVED or source.scan == Scan.INFECTED or file.erased_at:
            raise Gone
        copy = Document(
            user=source.user,
            uploaded_by=by,
            about=about,
            slot=slot,
            kind=source.kind,
            name=source.name,
            file=file,
            **{name: getattr(source, name) for name in _LEARNT},
        )
        return _place(copy, label=label, by=by.actor, at=at)


def accept(*, document: Document, by: Actor, at: datetime) -> Document:
    """Say that the document does for what it was brought."""
    return _settle(document, state=State.ACCEPTED, reason="", by=by, at=at)[0]


def refuse(
    *,
    document: Document,
    reason: str,
    by: Actor,
    at: datetime,
    answer_by: datetime | None = None,
) -> Document:
    """Say why the document does not do (up to 300 signs) and tell its owner, once.

    `answer_by` is until when another may be brought.
    """
    reason = reason.strip()[:300]
    with transaction.atomic():
        one, new = _settle(document, state=State.REFUSED, reason=reason, by=by, at=at)
        if new:
            kind = one.get_kind_display()
            tell(
                user=one.user,
                kind="document-refused",
                context={"document": kind, "reason": reason.rstrip(".") + "."},
                key=f"{one.key}/refused/{at.isoformat()}",
                at=at,
                subject=one.about or one.key,
                link=tasks.link(one),
                answer_by=answer_by,
            )
    return one


def _examine(content: bytes, kind: str) -> dict[str, Any]:
    """What the file is. Sizes are looked at here: nothing else is worth a process."""
    check_large(len(content))
    thresholds = dict(settings.SCAN_THRESHOLDS)
    return examiner.call("inspect", content, kind=kind, thresholds=thresholds)[0]


def _learnt(found: dict[str, Any]) -> dict[str, Any]:
    """What a new row says of its file."""
    return {
        "pages": found["pages"],
        "measures": found["measures"],
        "problems": found["problems"],
        "recognition": {"state": "waiting", "fields": {}},
    }


def _file(
    sha256: str, content: bytes, media_type: str, *, at: datetime, beside: int | None = None
) -> StoredFile:
    """The row of the bytes, locked: whoever brings or erases the same waits.

    `beside` is a second file to lock: always in one order, so that two never wait for each other.
    """
    made, _ = StoredFile.objects.get_or_create(
        sha256=sha256,
        defaults={
            "size": len(content),
            "media_type": media_type,
            "key_id": storage.newest_key_id(),
            "stored_at": at,
        },
    )
    both = StoredFile.objects.select_for_update().filter(pk__in={made.pk, beside or made.pk})
    file = next(one for one in both.order_by("pk") if one.pk == made.pk)
    if not storage.exists(sha256):  # erased or moved away since we wrote it
        storage.keep(content)
    if file.erased_at or not file.is_intact:
        file.erased_at, file.is_intact, file.stored_at = None, True, at
    file.key_id = storage.key_id(sha256)
    file.save()
    return file


def _place(
    document: Document, *, label: str, by: Actor, at: datetime, order: int | None = None
) -> Document:
    """Insert the row, or return the one that is there. The file's row is locked by now."""
    slot = Document.objects.exclude(state=State.REMOVED).filter(
        user=document.user, about=document.about, slot=document.slot
    )
    known = slot.filter(file=document.file).first()
    if known:
        return known
    if order is None:
        last = slot.aggregate(last=Max("order"))["last"] if document.slot else None
        order = 0 if last is None else last + 1
    document.order = order
    document.title = naming.title(
        kind=str(document.get_kind_display()),
        media_type=document.file.media_type,
        label=label,
        order=document.order,
        at=at,
    )
    document.state_at = document.received_at = at
    document.save(force_insert=True)
    _tell_journal("document.receive", document, by=by, at=at, sha256=document.file.sha256)
    if document.scan == Scan.WAITING:
        tasks.look.enqueue(document.pk)
    elif document.recognition.get("state") == "waiting":  # a copy made before it was read
        tasks.read.enqueue(document.pk)
    return document


def _settle(
    document: Document, *, state: str, reason: str, by: Actor, at: datetime
) -> tuple[Document, bool]:
    """Write a decision; return the document and whether it is news."""
    with transaction.atomic():
        one = Document.objects.select_for_update().get(pk=document.pk)
        if one.state == State.REMOVED:
            raise Gone
        if one.state == state and one.state_reason == reason:
            return one, False
        one.state, one.state_at, one.state_reason = state, at, reason
        one.save(update_fields=["state", "state_at", "state_reason"])
        verb = "accept" if state == State.ACCEPTED else "refuse"
        _tell_journal(f"document.{verb}", one, by=by, at=at, reason=reason)
    return one, True


def _locked(document: Document) -> Document:
    one = Document.objects.select_for_update().get(pk=document.pk)
    if one.state == State.REMOVED:
        raise Gone
    _refuse_settled(one)
    return one


def _refuse_settled(document: Document) -> None:
    if document.state == State.ACCEPTED:
        raise Settled


def _take_away(document: Document, *, by: Actor, at: datetime) -> None:
    """Empty the row of all it told; let go of the bytes if nobody else holds them."""
    file = StoredFile.objects.select_for_update().get(pk=document.file_id)
    document.state, document.state_at, document.state_reason = State.REMOVED, at, ""
    document.name = document.title = ""
    document.measures, document.problems, document.recognition = {}, [], {}
    document.save()
    _tell_journal("document.remove", document, by=by, at=at)
    if not file.documents.exclude(state=State.REMOVED).exists():
        file.erased_at = at
        file.save(update_fields=["erased_at"])
        tasks.erase.enqueue(file.pk)


def _tell_journal(act: str, document: Document, *, by: Actor, at: datetime, **more: str) -> None:
    details = {"kind": document.kind, "about": document.about, "slot": document.slot} | more
    record(act=act, subject=document.key, by=by, at=at, person=document.user.key, details=details)
