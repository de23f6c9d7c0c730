"""An account closed for abuse and opened again, with a reason its owner can contest (ACC-11).

Or only its sessions ended, when the owner has lost a device.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from oms.domain.accounts.actions import end_visits
from oms.domain.accounts.models import Role, User
from oms.domain.journal.actions import record
from oms.kit.denied import Denied

REASONS: Mapping[str, str] = {
    "takeover": "Похоже, кабинетом пользуется не его владелец",
    "false-data": "В заявлениях указаны чужие или вымышленные данные",
    "forged": "Загружены поддельные документы",
    "attack": "Из кабинета пытались нарушить работу портала",
    "owner": "Владелец попросил закрыть кабинет на время",
    "other": "Другая причина",
}
LONGEST = 120


class NotYours(Denied):
    """Support blocks citizens, an administrator anybody, nobody themselves."""

    status = 403
    text = "Этот кабинет вы заблокировать или открыть не можете. Обратитесь к администратору."


class AlreadySo(Denied):
    """Somebody else was faster."""

    text = "Кабинет уже в этом состоянии. Обновите страницу: это сделал другой сотрудник."


@transaction.atomic
def block(*, user: User, reason: str, text: str, by: User, at: datetime) -> User:
    """Close the account: sessions end, its owner is told why. Raises `NotYours`, `AlreadySo`.

    `reason` is a code of `REASONS`, `text` the words its owner reads after it.
    """
    locked = _locked(user, by, active=True)
    locked.is_active = False
    locked.blocked_reason = words(reason=reason, text=text)
    locked.blocked_at = at
    locked.save(update_fields=["is_active", "blocked_reason", "blocked_at"])
    end_visits(user=locked)
    details = {"reason": reason, "text": text}
    record(
        act="user.block",
        subject=locked.key,
        by=by.actor,
        at=at,
        person=locked.key,
        details=details,
    )
    return locked


@transaction.atomic
def unblock(*, user: User, text: str, by: User, at: datetime) -> User:
    """Open the account again. Raises `NotYours`, `AlreadySo`."""
    locked = _locked(user, by, active=False)
    was = locked.blocked_reason
    locked.is_active, locked.blocked_reason, locked.blocked_at = True, "", None
    locked.save(update_fields=["is_active", "blocked_reason", "blocked_at"])
    details = {"reason": was, "text": text}
    record(
        act="user.unblock",
        subject=locked.key,
        by=by.actor,
        at=at,
        person=locked.key,
        details=details,
    )
    return locked


@transaction.atomic
def end_sessions(*, user: User, by: User, at: datetime) -> int:
    """Sign the person out everywhere, at their word; return of how many sessions.

    The account stays open. With no session left nothing is written. Raises `NotYours`.
    """
    if not may(by=by, user=user):
        raise NotYours
    locked = User.objects.select_for_update().get(pk=user.pk)
    ended = end_visits(user=locked)
    if ended:
        record(
            act="user.sign-out-all",
            subject=locked.key,
            by=by.actor,
            at=at,
            person=locked.key,
            details={"sessions": ended},
        )
    return ended


def may(*, by: User, user: User) -> bool:
    """Tell whether this member of staff may close or open this account."""
    if by.pk == user.pk or user.erased_at:
        return False
    return by.role == Role.ADMINISTRATOR or (by.role == Role.SUPPORT and user.role == Role.INSURED)


def words(*, reason: str, text: str) -> str:
    """Return the reason as its owner reads it."""
    title = "" if reason == "other" else f"{REASONS[reason]}."
    return f"{title} {text}".strip()


def _locked(user: User, by: User, *, active: bool) -> User:
    if not may(by=by, user=user):
        raise NotYours
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.is_active is not active:
        raise AlreadySo
    return locked
