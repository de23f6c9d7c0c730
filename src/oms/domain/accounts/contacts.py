"""Phone and e-mail of an account: changed by a code to the new one, undone from the old one.

A contact that is another account's walks the same way with a decoy code, and its owner is told.
The one before may take the change back for three days: whoever holds it gets a single-use right.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from oms.domain.accounts import codes, permits
from oms.domain.accounts.actions import end_visits, set_profile_values
from oms.domain.accounts.codes import Checked, Issued, Outcome
from oms.domain.accounts.identifiers import find_by_email
from oms.domain.accounts.models import OneTimeCode, Permit, Source, User
from oms.domain.journal.actions import Actor, record
from oms.kit.denied import Denied

Channel = Literal["phone", "email"]
UNDO_LIFE = timedelta(hours=72)
_CONTACT = OneTimeCode.Purpose.CONTACT
_UNDO = (Permit.Purpose.UNDO,)


class Taken(Denied):
    """Somebody opened an account with this contact meanwhile."""

    text = "С этим контактом уже есть другой кабинет. Укажите другой телефон или почту."


class UndoOver(Denied):
    """The three days are over, or the change was taken back already."""

    text = (
        "Отменить смену уже нельзя: срок вышел или её отменили. "
        "Если в кабинет вошёл чужой, восстановите доступ."
    )


@dataclass(frozen=True)
class Sending:
    """A code for the new contact, or (`owner` set) a word to whom it belongs."""

    issued: Issued
    owner: User | None = None


@dataclass(frozen=True)
class Changed:
    """A contact that is another one now; `undo` is the token of the right to take it back."""

    user: User
    channel: Channel
    old: str
    new: str
    undo: str
    undo_until: datetime


def send_code(*, user: User, channel: Channel, value: str, origin: str, at: datetime) -> Sending:
    """Issue a code for a new phone (E.164) or e-mail, or a decoy and the owner of a taken one."""
    owner = owner_of(channel=channel, value=value)
    other = owner if owner and owner.pk != user.pk else None
    issued = codes.issue(
        purpose=_CONTACT,
        address=f"{user.key}:{channel}:{value}",
        origin=origin,
        decoy=other is not None,
        user=user,
        at=at,
    )
    return Sending(issued, other)


@transaction.atomic
def confirm(
    *, user: User, channel: Channel, value: str, code_key: str, typed: str, at: datetime
) -> tuple[Checked, Changed | None]:
    """Check the code; the right one writes the new contact. Raises `Taken`."""
    checked = codes.check(
        purpose=_CONTACT,
        key=code_key,
        address=f"{user.key}:{channel}:{value}",
        typed=typed,
        at=at,
    )
    if checked.outcome is not Outcome.RIGHT:
        return checked, None
    return checked, _change(User.objects.select_for_update().get(pk=user.pk), channel, value, at)


@transaction.atomic
def undo(*, token: str, at: datetime) -> User:
    """Put the contact of before back; sessions end and the password opens nothing any more.

    Whoever changed it knew the password. The owner sets a new one by recovery. Raises `UndoOver`,
    `Taken`.
    """
    permit = permits.take(token=token, purposes=_UNDO, at=at)
    if permit is None:
        raise UndoOver
    user = User.objects.select_for_update().get(pk=permit.user_id)
    channel: Channel = "phone" if permit.data["channel"] == "phone" else "email"
    _write(user, channel, permit.data["old"], by=user.actor, at=at)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_visits(user=user)
    later = Permit.objects.filter(user=user, purpose=Permit.Purpose.UNDO, used_at=None)
    later.filter(data__channel=channel, created_at__gte=permit.created_at).update(used_at=at)
    details = {"channel": channel}
    record(
        act="user.contact-undo",
        subject=user.key,
        by=user.actor,
        at=at,
        person=user.key,
        details=details,
    )
    return user


@transaction.atomic
def replace_all(*, user: User, phone: str, email: str, by: Actor, at: datetime) -> None:
    """Write both contacts, proven by codes and allowed by the support. Raises `Taken`."""
    _write(user, "phone", phone, by=by, at=at)
    _write(user, "email", email, by=by, at=at)
    permits.withdraw(user=user, purpose=Permit.Purpose.UNDO, at=at)


def owner_of(*, channel: Channel, value: str) -> User | None:
    """Return the account with this phone or e-mail."""
    if channel == "email":
        return find_by_email(value)
    return User.objects.filter(phone=value).first()


def _change(user: User, channel: Channel, value: str, at: datetime) -> Changed | None:
    old: str = getattr(user, channel) or ""
    if old == value:
        return None
    was_confirmed = getattr(user, f"{channel}_confirmed_at") is not None
    _write(user, channel, value, by=user.actor, at=at)
    token = ""
    if old and was_confirmed:
        token = permits.give(
            purpose=Permit.Purpose.UNDO,
            user=user,
            at=at,
            life=UNDO_LIFE,
            data={"channel": channel, "old": old, "new": value},
        )
    return Changed(user, channel, old, value, token, at + UNDO_LIFE)


def _write(user: User, channel: Channel, value: str, *, by: Actor, at: datetime) -> None:
    try:
        with transaction.atomic():
            set_profile_values(
                user=user, values={channel: value}, source=Source.TYPED, at=at, by=by
            )
            setattr(user, channel, value)
            setattr(user, f"{channel}_confirmed_at", at)
            user.save(update_fields=[channel, f"{channel}_confirmed_at"])
            if channel == "email":
                _write_address(user, value)
    except IntegrityError:
        raise Taken from None


def _write_address(user: User, email: str) -> None:
    """Keep allauth's row of the address in step."""
    values = {"email": email, "verified": True}
    EmailAddress.objects.update_or_create(user=user, primary=True, defaults=values)
    EmailAddress.objects.filter(user=user, primary=False).delete()
