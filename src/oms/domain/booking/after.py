"""What follows an act within its transaction: freed slots are offered, people told."""

from collections.abc import Iterable
from datetime import datetime

from oms.domain.booking import offers, telling
from oms.domain.booking.models import Appointment, LateRequest, Slot
from oms.domain.booking.waiting_tasks import tell_booked
from oms.domain.journal.actions import Actor


def freed(slots: Iterable[int], *, at: datetime) -> None:
    """Offer slots that just became free to the first who waits for them."""
    for slot in slots:
        offers.offer_freed(slot=slot, at=at)


def booked(*, appointment: Appointment, at: datetime) -> None:
    """Tell the person of a booking: soon, for many may be waiting for this very slot."""
    tell_booked.enqueue(appointment.pk, at.isoformat())


def moved(*, appointment: Appointment, before: Slot, by: Actor, at: datetime) -> None:
    """Tell the person of the new time; `before` is the slot given back."""
    telling.moved(appointment, before=before, at=at)


def cancelled(*, appointment: Appointment, by: Actor, at: datetime) -> None:
    """Tell the person that the visit is cancelled, and by whom."""
    telling.cancelled(appointment, by=by, at=at)


def missed(*, appointment: Appointment, at: datetime) -> None:
    """Tell the person that the visit was cancelled for lateness."""
    telling.missed(appointment, at=at)


def late_answered(*, request: LateRequest, at: datetime) -> None:
    """Tell the person what the clinic answered to a request."""
    telling.late_answered(request, at=at)
