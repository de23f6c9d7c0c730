"""One-time codes on their way: to a phone by SMS, to a mailbox by letter, erased once sent."""

import secrets
from datetime import datetime
from typing import Literal

from django.db import transaction

from oms.domain.accounts.models import User
from oms.domain.notifications.actions import send_now

Channel = Literal["phone", "email"]
_KEEP = "Никому его не сообщайте."
_NOWHERE = "nobody"


def send(
    *,
    channel: Channel,
    address: str,
    code: str,
    what: str,
    at: datetime,
    user: User | None = None,
    is_real: bool = True,
) -> None:
    """Send a code; `what` says what it is for: «Код для смены пароля».

    A code that is not real is written and taken back: the answer for a name without an account
    takes as long as for one that has it.
    """
    if channel == "phone":
        text = f"{code} — {what[:1].lower()}{what[1:]} в кабинете ОМС. {_KEEP}"
    else:
        text = (
            f"{what}: {code}\n\nКод действует 10 минут и подходит один раз. {_KEEP} "
            "Если его запросили не вы, ничего делать не нужно."
        )
    with transaction.atomic():
        send_now(
            channel="sms" if channel == "phone" else "email",
            address=address or _NOWHERE,
            title=what,
            text=text,
            key=f"account:{secrets.token_hex(12)}",
            at=at,
            user=user,
            secret=True,
        )
        if not is_real:
            transaction.set_rollback(True)
