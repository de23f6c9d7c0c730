"""The address at which a calendar follows a person's visits: given, made anew, taken back.

Its token is random and only its SHA-256 is kept, so the address is shown once. It stops when it
is taken back, or when its reader no longer acts for the person.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from oms.domain.accounts import wards
from oms.domain.accounts.models import User
from oms.domain.booking import calendar_file
from oms.domain.booking.models import Appointment, CalendarFeed
from oms.domain.booking.refused import NotYours
from oms.domain.journal.actions import Actor, record
from oms.domain.register.models import InsuredPerson
from oms.kit.denied import Denied

PAGE = "/calendar/"
PAST = timedelta(days=30)
MOST = 200
_TOLD = (*Appointment.KEPT, Appointment.State.FULFILLED, Appointment.State.CANCELLED,
         Appointment.State.NO_SHOW)  # fmt: skip


class NoFeed(Denied):
    """Nobody has this address, or it was taken back."""

    status = 404
    text = "По этому адресу календаря нет. Возьмите новый адрес в «Моих записях»."


@transaction.atomic
def give(*, person: InsuredPerson, user: User, by: Actor, at: datetime) -> str:
    """Return the path of a new feed for this reader; the one before stops. Shown only now.

    `user` is who reads: the person, or who acts for them. Raises `NotYours`.
    """
    if not _may_read(person, user, at=at):
        raise NotYours
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        person=person, user=user, defaults={"token_digest": _digest(token), "made_at": at}
    )
    _journal("give", person, user, by=by, at=at)
    return f"{PAGE}{token}.ics"


@transaction.atomic
def revoke(*, person: InsuredPerson, user: User, by: Actor, at: datetime) -> bool:
    """Take the reader's address back; False when there was none."""
    deleted, _ = CalendarFeed.objects.filter(person=person, user=user).delete()
    if deleted:
        _journal("revoke", person, user, by=by, at=at)
    return bool(deleted)


def of_reader(*, person: InsuredPerson, user: User) -> CalendarFeed | None:
    """Return the reader's feed of the person, to say since when it is there. One query."""
    return CalendarFeed.objects.filter(person=person, user=user).first()


def content(*, token: str, at: datetime) -> bytes:
    """Return the calendar behind an address. Two queries, one more for a representative.

    Visits ahead and of the last thirty days, the cancelled too: calendars take those out. Raises
    `NoFeed`.
    """
    rows = CalendarFeed.objects.select_related("person", "user")
    found = rows.filter(token_digest=_digest(token)).first()
    if found is None or not _may_read(found.person, found.user, at=at):
        raise NoFeed
    visits = Appointment.objects.filter(
        Q(state__in=_TOLD), person=found.person_id, starts_at__gt=at - PAST
    )
    visits = visits.select_related("slot", "position__clinic", "position__doctor")
    return calendar_file.of_person(list(visits.order_by("starts_at", "pk")[:MOST]), at=at)


def _may_read(person: InsuredPerson, user: User, *, at: datetime) -> bool:
    if not user.is_active:
        return False
    if person.user_id == user.pk:
        return True
    on = timezone.localtime(at).date()
    return person.user_id is not None and wards.may(
        representative=user, ward_id=person.user_id, scope=wards.ALWAYS, on=on
    )


def _journal(act: str, person: InsuredPerson, user: User, *, by: Actor, at: datetime) -> None:
    record(
        act=f"calendar.{act}",
        subject=person.key,
        person=person.key,
        by=by,
        at=at,
        details={"reader": user.key},
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
