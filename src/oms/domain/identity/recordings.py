"""Videos of people with their documents: checked by their first bytes, encrypted, kept 30 days.

A file is `OMV1`, a random nonce and AES-256-GCM of the content; its name is authenticated too,
so no file can stand in for another. Keys come from `settings.FIELD_KEYS`.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import transaction

from oms.domain.identity.models import Confirmation, Recording
from oms.domain.journal.actions import Actor, record
from oms.kit.denied import Denied
from oms.kit.files import write_whole

LARGEST = 20 * 1024 * 1024
SMALLEST = 10 * 1024
KEEP = timedelta(days=30)
MAGIC, _NONCE = b"OMV1", 12
_WEBM, _MP4 = b"\x1a\x45\xdf\xa3", b"ftyp"


class NotAVideo(Denied):
    """The bytes are no video we take."""

    status = 422
    text = "Это не видео в формате WebM или MP4. Запишите его ещё раз на этой странице."


class TooLarge(Denied):
    """More than 20 MB."""

    status = 413
    text = "Видео больше 20\N{NO-BREAK SPACE}МБ. Запишите покороче, до 20\N{NO-BREAK SPACE}секунд."


class Gone(Denied):
    """The video is erased or damaged."""

    status = 410
    text = "Видео удалено: мы храним его 30\N{NO-BREAK SPACE}дней."


def media_type(content: bytes) -> str:
    """Tell what the bytes are by their signature; raise `NotAVideo`, `TooLarge`."""
    if len(content) > LARGEST:
        raise TooLarge
    if len(content) >= SMALLEST and content.startswith(_WEBM):
        return "video/webm"
    if len(content) >= SMALLEST and content[4:8] == _MP4:
        return "video/mp4"
    raise NotAVideo


def keep(*, confirmation: Confirmation, content: bytes, by: Actor, at: datetime) -> Recording:
    """Store a video in the place of an earlier one of this try. Raises as `media_type`."""
    kind = media_type(content)
    name = f"videos/{secrets.token_hex(16)}"
    write_whole(storage=_store(), name=name, content=_seal(content, name))
    try:
        with transaction.atomic():
            old = Recording.objects.select_for_update().filter(confirmation=confirmation).first()
            values = {"name": name, "media_type": kind, "size": len(content), "stored_at": at}
            made, _ = Recording.objects.update_or_create(
                confirmation=confirmation, defaults={**values, "erased_at": None}
            )
            record(
                act="identity.video", subject=confirmation.key, by=by, at=at,
                person=confirmation.user.key, details={"size": len(content), "type": kind},
            )  # fmt: skip
    except BaseException:
        _store().delete(name)
        raise
    if old is not None:
        _store().delete(old.name)
    return made


def fetch(recording: Recording) -> bytes:
    """Return the video as it came; raise `Gone`."""
    if recording.erased_at:
        raise Gone
    try:
        with _store().open(recording.name) as file:
            blob: bytes = file.read()
    except FileNotFoundError:
        raise Gone from None
    nonce, sealed = blob[len(MAGIC) : len(MAGIC) + _NONCE], blob[len(MAGIC) + _NONCE :]
    for key in _keys():
        with suppress(InvalidTag, ValueError):
            return AESGCM(key).decrypt(nonce, sealed, MAGIC + recording.name.encode())
    raise Gone


def forget_old(*, at: datetime) -> int:
    """Erase videos older than 30 days; return how many."""
    old = Recording.objects.filter(erased_at=None, stored_at__lte=at - KEEP)[:500]
    for one in old:
        _store().delete(one.name)
        Recording.objects.filter(pk=one.pk).update(erased_at=at)
    return len(old)


def _seal(content: bytes, name: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return MAGIC + nonce + AESGCM(_keys()[0]).encrypt(nonce, content, MAGIC + name.encode())


def _keys() -> list[bytes]:
    return [
        hashlib.sha256(f"identity-video:{key}".encode()).digest() for key in settings.FIELD_KEYS
    ]


def _store() -> Storage:
    return storages["documents"]
