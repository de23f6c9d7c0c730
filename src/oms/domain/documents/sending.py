"""Sending a person the way to a document of theirs: a link that needs signing in."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from oms.domain.accounts.models import User
from oms.domain.documents.models import Document
from oms.domain.journal.actions import record
from oms.domain.notifications.actions import send_now
from oms.kit.denied import Denied

SUBJECT = "Ссылка на документ в вашем кабинете"


class NoAddress(Denied):
    """There is no confirmed address to send to."""

    text = "Подтвердите почту в разделе «Мои данные», и мы пришлём ссылку."


@transaction.atomic
def send_link(*, document: Document, to: User, at: datetime) -> None:
    """Mail a link; what people brought is never attached: mail lies open on its way."""
    if not to.email or not to.email_confirmed_at:
        raise NoAddress
    link = f"/documents/uploads/{document.code}/"
    body = "Откройте ссылку, чтобы увидеть документ. Мы попросим войти в кабинет."
    address = f"Открыть документ: {settings.BASE_URL}{link}"
    send_now(
        channel="email",
        address=to.email,
        title=SUBJECT,
        text=f"{body}\n\n{address}",
        key=f"{document.key}/link/{at:%Y%m%d%H%M}",
        at=at,
        user=to,
        secret=False,
    )
    record(
        act="document.send_link",
        subject=document.key,
        by=to.actor,
        at=at,
        person=document.user.key,
        details={"kind": document.kind},
    )
