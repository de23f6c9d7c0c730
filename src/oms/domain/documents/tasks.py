"""What becomes of documents by themselves: scanned, cleaned away."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from oms.domain.documents import examiner, storage, upkeep
from oms.domain.documents.models import Document, StoredFile
from oms.domain.documents.unfit import Unfit
from oms.domain.journal.actions import SYSTEM, record
from oms.domain.notifications.actions import tell
from oms.gateways import antivirus
from oms.gateways.antivirus import Verdict
from oms.kit.tasks import periodic, queued_arguments, retrying, task

ATTEMPTS = 30  # about a day: an antivirus that is down holds papers up, it loses none
LATE = timedelta(minutes=10)
AT_ONCE = 1000
READ_SECONDS = 40
State, Scan = Document.State, Document.Scan
log = structlog.get_logger(__name__)
_UNKNOWN = frozenset({Scan.WAITING, Scan.NOT_SCANNED})
_SCANS = {
    Verdict.CLEAN: Scan.CLEAN,
    Verdict.INFECTED: Scan.INFECTED,
    Verdict.NOT_SCANNED: Scan.NOT_SCANNED,
}


@task()
@retrying(max_attempts=ATTEMPTS)
def look(document_id: int) -> None:
    """Scan a document that waits for it. While the antivirus is down, it waits on."""
    document = Document.objects.select_related("file").get(pk=document_id)
    if document.scan not in _UNKNOWN or document.state == State.REMOVED:
        return
    verdict = antivirus.gateway().scan(storage.fetch(document.file.sha256))
    note(document.file, _SCANS[verdict])


@task()
@retrying()
def erase(file_id: int) -> None:
    """Delete the bytes nobody holds; under the row's lock, so that nobody brings them again."""
    with transaction.atomic():
        file = StoredFile.objects.select_for_update().get(pk=file_id)
        if file.erased_at:
            storage.erase(file.sha256)


@task(queue_name="bulk")
@retrying(max_attempts=3)
def read(document_id: int) -> None:
    """Read what the document says (DOC-5), once its scan has let it in. Suggestions, no more."""
    document = Document.objects.select_related("file").get(pk=document_id)
    if not _waits_to_be_read(document):
        return
    content = storage.fetch(document.file.sha256)
    try:
        found = examiner.call(
            "read",
            content,
            seconds=READ_SECONDS,
            media_type=document.file.media_type,
            kind=document.kind,
            tessdata=settings.TESSDATA,
        )[0]
    except Unfit:  # too much for a reader: people will look
        found = {"state": "failed", "fields": {}}
    with transaction.atomic():
        one = Document.objects.select_for_update().get(pk=document_id)
        if _waits_to_be_read(one):
            one.recognition = found
            one.save(update_fields=["recognition"])


def _waits_to_be_read(document: Document) -> bool:
    return (
        document.state != State.REMOVED
        and document.is_open_to_look
        and document.recognition.get("state") == "waiting"
    )


def note(file: StoredFile, scan: str) -> None:
    """Write the verdict to every document of the file; take an infected one out of reach."""
    at = timezone.now()
    with transaction.atomic():
        waiting = list(
            Document.objects.select_for_update(of=("self",))
            .filter(file=file, scan__in=_UNKNOWN)
            .exclude(state=State.REMOVED)
            .select_related("user")
            .order_by("pk")
        )
        for document in waiting:
            _write_verdict(document, scan, at=at)
        if scan == Scan.INFECTED:
            log.warning("document.infected", file=file.pk, documents=len(waiting))
            StoredFile.objects.select_for_update().get(pk=file.pk)
            storage.quarantine(file.sha256)


def _write_verdict(document: Document, scan: str, *, at: datetime) -> None:
    document.scan, document.scanned_at = scan, at
    document.save(update_fields=["scan", "scanned_at"])
    record(
        act="document.scan",
        subject=document.key,
        by=SYSTEM,
        at=at,
        person=document.user.key,
        details={"scan": scan},
    )
    if scan == Scan.INFECTED:
        _tell(document, at=at)
    elif document.recognition.get("state") == "waiting":
        read.enqueue(document.pk)


@periodic(every=timedelta(minutes=10))
def scan_late(*, at: datetime) -> None:
    """Queue the scans that nobody works at: none is forgotten.

    So are those of the time before an antivirus was connected.
    """
    waiting = {Scan.WAITING, *({Scan.NOT_SCANNED} if settings.CLAMD_URL else ())}
    late = Document.objects.filter(scan__in=waiting, received_at__lt=at - LATE)
    queued = {arguments[0] for arguments in queued_arguments(look)}
    for number in late.exclude(state=State.REMOVED).values_list("pk", flat=True)[:AT_ONCE]:
        if number not in queued:
            look.enqueue(number)


@periodic(every=timedelta(days=1))
def sweep(*, at: datetime) -> None:
    """Delete the bytes nobody holds."""
    upkeep.sweep(at=at)


def link(document: Document) -> str:
    """Where the owner sees the document."""
    return f"/documents/uploads/{document.code}/"


def _tell(document: Document, *, at: datetime) -> None:
    tell(
        user=document.user,
        kind="document-infected",
        context={"document": str(document.get_kind_display())},
        key=f"{document.key}/infected",
        at=at,
        subject=document.about or document.key,
        link=link(document),
    )
