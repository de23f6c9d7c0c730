"""Merge and un-merge (REG-4): all or nothing, told twice done once, taken back without loss."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from oms.domain.accounts.models import User
from oms.domain.duplicates.models import Merge
from oms.domain.journal.actions import Actor, record
from oms.domain.notifications import actions as notifications
from oms.domain.register.actions.merging import (
    CannotMerge,
    absorb,
    lock_both,
    obstacle,
    release,
)
from oms.domain.register.followers import followers
from oms.domain.register.models import InsuredPerson
from oms.kit.denied import Denied
from oms.law import dates


class NoReason(Denied):
    """A merge or its undoing without a word why."""

    text = "Напишите, почему вы так решили."


@transaction.atomic
def merge(
    *, kept: InsuredPerson, other: InsuredPerson, by: Actor, at: datetime, reason: str
) -> Merge:
    """Make `other` a part of `kept`; told again while it stands, nothing changes.

    Both owners are told. Raises `NoReason`, `register.CannotMerge`, `register.SnilsTaken`.
    """
    if not reason.strip():
        raise NoReason
    lock_both(kept, other)
    standing = Merge.objects.filter(kept=kept, other=other, undone_at=None).first()
    if standing:
        return standing
    own = Merge(kept=kept, other=other, reason=reason.strip(), by=by.key, at=at)
    own.accounts = sorted({user for user in (kept.user_id, other.user_id) if user})
    _refuse_first(kept, other)
    own.save(force_insert=True)
    own.done = absorb(kept=kept, other=other, by=by, at=at, basis=own.key)
    own.followed = {one.code: one.follow(kept, other, at) for one in followers()}
    own.save(update_fields=["done", "followed"])
    _journal("merge.make", own, by=by, at=at, reason=own.reason)
    _tell("record-merged", own, at=at)
    return own


@transaction.atomic
def unmerge(*, merge: Merge, by: Actor, at: datetime, reason: str) -> Merge:
    """Take the merge back; taken back already, nothing changes. `Merge.left` says what stayed.

    Raises `NoReason`, `register.CannotPart`, `register.SnilsTaken`.
    """
    if not reason.strip():
        raise NoReason
    own = Merge.objects.select_related("kept", "other").get(pk=merge.pk)
    kept, other = own.kept, own.other
    lock_both(kept, other)
    own.refresh_from_db(fields=["undone_at", "left"])
    if own.undone_at is not None:
        return own
    own.left = release(kept=kept, other=other, done=own.done, by=by, at=at, basis=own.key)
    for one in followers():
        if one.code in own.followed:
            own.left += one.restore(kept, other, own.followed[one.code], at)
    own.undone_at, own.undone_by, own.undone_reason = at, by.key, reason.strip()
    own.save(update_fields=["undone_at", "undone_by", "undone_reason", "left"])
    _journal("merge.undo", own, by=by, at=at, reason=own.undone_reason)
    _tell("record-parted", own, at=at)
    return own


def _refuse_first(kept: InsuredPerson, other: InsuredPerson) -> None:
    """Refuse before a row is written that a constraint would refuse without words."""
    refusal = obstacle(kept, other)
    if refusal:
        raise CannotMerge(refusal)


def _journal(act: str, own: Merge, *, by: Actor, at: datetime, reason: str) -> None:
    details = {"kept": own.kept.key, "other": own.other.key, "reason": reason}
    record(act=act, subject=own.key, person=own.kept.key, by=by, at=at, details=details)


def _tell(kind: str, own: Merge, *, at: datetime) -> None:
    on = dates.long(timezone.localdate(at))
    for user in User.objects.filter(pk__in=own.accounts):
        notifications.tell(
            user=user, kind=kind, context={"on": on}, key=f"{kind}:{own.pk}:{user.pk}",
            at=at, subject=own.key, link="/",
        )  # fmt: skip
