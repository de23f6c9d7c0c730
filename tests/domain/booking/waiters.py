"""People who wait for a doctor: joined, offered, answering, in few words for tests."""

from datetime import datetime, timedelta

from tests.factories import NOON, TODAY
from tests.visits import booked

from oms.domain.booking import actions, waiting
from oms.domain.booking.models import Appointment, Offer, Slot, WaitingEntry
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Message
from oms.domain.register.models import InsuredPerson

MINUTE = timedelta(minutes=1)


def wishes(**values) -> waiting.Wishes:
    return waiting.Wishes(**({"until_day": TODAY + timedelta(days=30)} | values))


def join(person: InsuredPerson, at: datetime = NOON, **asked) -> WaitingEntry:
    where = {name: asked.pop(name) for name in list(asked) if name in SCOPES}
    return waiting.join(
        person=person, wishes=wishes(**asked), by=person.user.actor, user=person.user, at=at,
        **where,
    )  # fmt: skip


SCOPES = ("position", "clinic", "region", "speciality")


def free(slot: Slot, at: datetime = NOON) -> None:
    """Somebody booked it and cancels."""
    row = Appointment.objects.filter(slot=slot, state="booked").first()
    row = row or booked(slot)
    actions.cancel(appointment=row, by=row.person.user.actor, at=at)


def accept(offer: Offer, at: datetime = NOON, key: str = "k", **more) -> Appointment:
    user = (offer.entry or offer.instead_of).person.user
    return waiting.accept(offer=offer, by=user.actor, user=user, key=key, at=at, **more)


def refuse(offer: Offer, at: datetime = NOON) -> Offer:
    return waiting.refuse(offer=offer, by=offer.entry.person.user.actor, at=at)


def open_offer() -> Offer:
    return Offer.objects.get(state=Offer.State.OPEN)


def said(entry: WaitingEntry) -> list[str]:
    rows = Entry.objects.filter(subject=entry.key).order_by("pk")
    return [act.removeprefix("waiting.") for act in rows.values_list("act", flat=True)]


def kinds(person: InsuredPerson) -> list[str]:
    rows = Message.objects.filter(user=person.user).order_by("pk")
    return list(rows.values_list("kind", flat=True))
