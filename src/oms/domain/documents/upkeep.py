"""Looking after stored files: are they whole, are their keys new, does each belong to somebody."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from oms.domain.documents import storage
from oms.domain.documents.models import Document, StoredFile
from oms.domain.journal.actions import Actor, record

BATCH = 200
STRAY_AFTER = timedelta(days=1)
"""A file without a row may be one whose transaction is still under way; after a day it is not."""
log = structlog.get_logger(__name__)


def held() -> QuerySet[StoredFile]:
    """The files whose bytes must be there."""
    return StoredFile.objects.filter(erased_at=None)


def check(*, by: Actor, at: datetime) -> Iterator[StoredFile]:
    """Decrypt and hash every file, and yield it with the verdict in `is_intact`."""
    last = 0
    while batch := list(held().filter(pk__gt=last).order_by("pk")[:BATCH]):
        for file in batch:
            last = file.pk
            _check_one(file, by=by, at=at)
            yield file


def begin_rotation(*, by: Actor, at: datetime) -> int:
    """Take a new key into use, unless a rotation is under way; return how many files wait."""
    ring = settings.DOCUMENT_KEYS
    if not _on_older_keys().exists():
        with transaction.atomic():
            key = ring.add(at=at)
            record(act="document_key.add", subject=f"document_key:{key.id}", by=by, at=at)
    return _on_older_keys().count()


def rotate() -> Iterator[StoredFile]:
    """Encrypt anew what lies under older keys, and yield each file. Killed, it goes on later."""
    last = 0
    while batch := list(_on_older_keys().filter(pk__gt=last).order_by("pk")[:BATCH]):
        for file in batch:
            last = file.pk
            if _reseal(file):
                yield file


def drop_unused_keys(*, by: Actor, at: datetime) -> list[str]:
    """Forget older keys that encrypt nothing and that nobody can be writing with any more."""
    ring, dropped = settings.DOCUMENT_KEYS, []
    for key in ring.retired(at=at):
        if not held().filter(key_id=key.id).exists():
            with transaction.atomic():
                record(act="document_key.drop", subject=f"document_key:{key.id}", by=by, at=at)
                ring.drop(key_id=key.id)
            dropped.append(key.id)
    return dropped


def sweep(*, at: datetime) -> int:
    """Delete stored bytes that no document holds, and rows no document names; count them."""
    holders = Document.objects.filter(file=OuterRef("pk"))
    nameless = StoredFile.objects.filter(~Exists(holders), stored_at__lt=at - STRAY_AFTER)
    gone = sum(_forget(file) for file in nameless[:BATCH])
    for folder in (storage.ORIGINALS, storage.QUARANTINE, storage.PREVIEWS):
        for names in _batched(storage.names(folder)):
            gone += sum(_delete_old(name, at=at) for name in _strays(names))
    if gone:
        log.info("documents.swept", files=gone)
    return gone


def _check_one(file: StoredFile, *, by: Actor, at: datetime) -> None:
    with transaction.atomic():
        locked = held().select_for_update().filter(pk=file.pk).first()
        if locked is None:  # erased while we looked at others
            return
        was, file.is_intact, file.checked_at = locked.is_intact, storage.check(file.sha256), at
        file.save(update_fields=["is_intact", "checked_at"])
        if was and not file.is_intact:
            log.error("document.damaged", file=file.pk)
            record(act="document.damaged", subject=f"file:{file.pk}", by=by, at=at)


def _on_older_keys() -> QuerySet[StoredFile]:
    return held().exclude(key_id=settings.DOCUMENT_KEYS.newest().id)


def _reseal(file: StoredFile) -> bool:
    """Re-encrypt one file under its row's lock. A damaged one keeps its key: it may be mended."""
    with transaction.atomic():
        locked = held().select_for_update().filter(pk=file.pk).first()
        if locked is None:
            return False
        try:
            locked.key_id = storage.reseal(locked.sha256)
        except storage.Damaged:
            log.exception("document.damaged", file=locked.pk)
            return False
        locked.save(update_fields=["key_id"])
        return True


def _forget(file: StoredFile) -> bool:
    with transaction.atomic():
        locked = StoredFile.objects.select_for_update().get(pk=file.pk)
        if locked.documents.exists():
            return False
        storage.erase(locked.sha256)
        locked.delete()
        return True


def _strays(names: list[str]) -> list[str]:
    """Those of the stored names whose file is not held; drafts of a write cut short among them."""
    owners = {name: _owner(name) for name in names}
    known = set(held().filter(sha256__in=set(owners.values())).values_list("sha256", flat=True))
    return [name for name, owner in owners.items() if owner not in known]


def _owner(name: str) -> str:
    parts = name.split("/")
    return parts[2] if parts[0] == storage.PREVIEWS else parts[-1]


def _delete_old(name: str, *, at: datetime) -> bool:
    is_old = at - storage.since(name) > STRAY_AFTER
    if is_old:
        storage.delete(name)
    return is_old


def _batched(names: Iterable[str]) -> Iterator[list[str]]:
    source = iter(names)
    while batch := list(islice(source, BATCH)):
        yield batch
