"""Closing an account for good, at its owner's wish: asked, three days to think, then erased."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from oms.domain.accounts import requests
from oms.domain.accounts.models import AccountRequest, Consent, Representation, User
from oms.domain.accounts.personal_data import keepers
from oms.domain.journal.actions import SYSTEM, forget, record
from oms.domain.journal.models import Entry
from oms.domain.notifications.actions import tell
from oms.domain.privacy import exports
from oms.kit.denied import Denied
from oms.law import dates

DAYS_TO_THINK = timedelta(days=3)
LINK = "/account/data/"
_OWN_ACTS = ("profile.", "user.", "export.", "message.", "contact.")
"""Journal entries whose details speak of the account alone: they go with it."""


class InTheWay(Denied):
    """Something has to end first; the text says what."""


class StaffStay(Denied):
    """An account of a member of staff is the organisation's."""

    status = 403
    text = "Рабочую учётную запись закрывает администратор."


def obstacles(*, user: User) -> Sequence[str]:
    """Return what has to end before the account can go, a sentence each."""
    return tuple(filter(None, (keeper.obstacle(user) for keeper in keepers())))


def pending(*, user: User) -> AccountRequest | None:
    """Return the erasure asked for and not yet done."""
    return user.requests.filter(kind=AccountRequest.Kind.ERASE, state="open").first()


def when(request: AccountRequest) -> datetime:
    """Return the moment from which the account is gone."""
    return request.asked_at + DAYS_TO_THINK


@transaction.atomic
def ask(*, user: User, at: datetime, withdraws: bool = False) -> AccountRequest:
    """Ask for the account to be erased; `withdraws` says the consent is withdrawn with it.

    Raises `StaffStay`, `InTheWay`. Asked already, nothing changes.
    """
    if user.is_staff_member:
        raise StaffStay
    known = pending(user=user)
    if known:
        return known
    found = obstacles(user=user)
    if found:
        raise InTheWay(found[0])
    made = requests.ask(
        kind=AccountRequest.Kind.ERASE, user=user, typed={}, text="", about="", at=at
    )
    if withdraws:
        user.consents.filter(withdrawn_at=None).update(withdrawn_at=at)
        record(act="consent.withdraw", subject=user.key, by=user.actor, at=at, person=user.key)
    tell(
        user=user,
        kind="erasure-asked",
        context={"when": dates.long(timezone.localtime(when(made)).date())},
        key=f"{made.key}:asked",
        link=LINK,
        at=at,
    )
    return made


@transaction.atomic
def take_back(*, user: User, at: datetime) -> bool:
    """Keep the account after all, consents too; return whether there was anything to take back."""
    request = pending(user=user)
    if request is None:
        return False
    _close(request, AccountRequest.State.REFUSED, "Вы передумали удалять кабинет.", user.key, at)
    user.consents.filter(withdrawn_at__gte=request.asked_at).update(withdrawn_at=None)
    record(act="user.erase-undone", subject=user.key, by=user.actor, at=at, person=user.key)
    tell(
        user=user,
        kind="erasure-undone",
        context={},
        key=f"{request.key}:undone",
        link=LINK,
        at=at,
    )
    return True


def erase_due(*, at: datetime) -> int:
    """Erase accounts whose days to think are over; one with a new obstacle waits on."""
    due = AccountRequest.objects.filter(
        kind=AccountRequest.Kind.ERASE, state="open", asked_at__lte=at - DAYS_TO_THINK
    )
    return sum(erase(request=request, at=at) for request in due.select_related("user"))


@transaction.atomic
def erase(*, request: AccountRequest, at: datetime) -> bool:
    """Erase all that may go, room by room; return whether it was done now.

    The user's row stays, emptied: cases and papers that the law keeps point at it.
    """
    assert request.user is not None
    user = User.objects.select_for_update().get(pk=request.user.pk)
    locked = AccountRequest.objects.select_for_update().get(pk=request.pk)
    if locked.state != AccountRequest.State.OPEN or obstacles(user=user):
        return False
    for ward in _left_alone(user):
        _empty(ward, at)
    _empty(user, at)
    _close(locked, AccountRequest.State.DONE, "Кабинет удалён.", SYSTEM.key, at)
    return True


def _left_alone(user: User) -> list[User]:
    """Return children nobody signs in as and nobody else answers for: they go with the adult."""
    mine = User.objects.filter(representatives_of__representative=user, phone=None, email=None)
    others = Representation.objects.exclude(representative=user)
    kept = others.filter(state__in=["asked", "confirmed"]).values("ward")
    return list(mine.exclude(pk__in=kept).distinct())


def _empty(user: User, at: datetime) -> None:
    """Let every room erase its part."""
    for one in user.exports.all():
        exports.drop(export=one)
    for keeper in keepers():
        if keeper.erase is not None:
            keeper.erase(user, at)
    _forget_acts(user.key)
    Consent.objects.filter(user=user, withdrawn_at=None).update(withdrawn_at=at)
    record(act="user.erase", subject=user.key, by=SYSTEM, at=at, person=user.key)


def _forget_acts(key: str) -> None:
    """Erase what the journal says of the account beyond who did what when; its chain stays."""
    for entry in Entry.objects.filter(person=key):
        if entry.act.startswith(_OWN_ACTS):
            forget(entry=entry)


def _close(request: AccountRequest, state: str, answer: str, by: str, at: datetime) -> None:
    request.state, request.answer, request.decided_by, request.decided_at = state, answer, by, at
    request.save(update_fields=["state", "answer", "decided_by", "decided_at"])
