"""A code by SMS to the number of the profile (IDN-3): the phone is in the person's hands."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from oms.domain.accounts import codes
from oms.domain.accounts.codes import Checked, Outcome
from oms.domain.accounts.models import OneTimeCode, User
from oms.domain.identity import actions, method
from oms.domain.identity.method import NOW, Availability, Field, Method, Part
from oms.domain.identity.models import Confirmation
from oms.domain.notifications.actions import send_now

_PURPOSE = OneTimeCode.Purpose.IDENTITY


@dataclass(frozen=True)
class Sent:
    """A code on its way: `key` for the session; or until when to wait."""

    key: str = ""
    wait_until: datetime | None = None


def available(user: User, _at: datetime) -> Availability:
    """Tell whether there is a number to send to."""
    return NOW if user.phone else Availability(False, "В профиле нет телефона")


METHOD = Method(
    code="sms",
    title="Код из СМС",
    summary="Пришлём код на телефон из профиля. Вместе с проверкой документов этого достаточно.",
    takes="1 минута",
    icon="smartphone",
    order=20,
    gives=frozenset({Part.PHONE}),
    page="identity_sms",
    available=available,
    needs="Телефон, номер которого указан в профиле",
)


@transaction.atomic
def send(*, user: User, origin: str, at: datetime) -> Sent:
    """Send a code to the phone of the profile, asked for from the network address `origin`.

    Raises what `actions.begin` does.
    """
    own = actions.begin(user=user, method=METHOD.code, at=at)
    phone = own.user.phone or ""
    issued = codes.issue(
        purpose=_PURPOSE, address=phone, origin=origin, decoy=False, at=at, user=own.user
    )
    if issued.wait_until is not None:
        return Sent(wait_until=issued.wait_until)
    send_now(
        channel="sms",
        address=phone,
        title="Код для подтверждения личности",
        text=f"{issued.code} — код для подтверждения личности в кабинете ОМС. "
        "Никому его не сообщайте.",
        key=f"{own.key}:code:{issued.key}",
        at=at,
        user=own.user,
    )
    return Sent(issued.key)


@transaction.atomic
def check(*, user: User, key: str, typed: str, at: datetime) -> tuple[Checked, Confirmation | None]:
    """Compare the code; the right one ends the try with success. Raises what `actions` raise."""
    own = actions.begin(user=user, method=METHOD.code, at=at)
    user = own.user
    checked = codes.check(purpose=_PURPOSE, key=key, address=user.phone or "", typed=typed, at=at)
    if checked.outcome is not Outcome.RIGHT:
        return checked, None
    right = Field("phone", method.Outcome.MATCH)
    done = actions.confirm(confirmation=own, fields=[right], values={}, by=user.actor, at=at)
    return checked, done
