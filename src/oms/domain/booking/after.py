"""What follows an act within its transaction: freed slots are offered, people told."""

from collections.abc import Iterable
from datetime import datetime

from oms.domain.booking.models import Appointment, LateRequest, Slot
from oms.domain.journal.actions import Actor


def freed(slots: Iterable[int], *, at: datetime) -> None:
    """Offer slots that just became free to the first who waits for them."""


def booked(*, appointment: Appointment, at: datetime) -> None:
    """Tell the person of a booking."""


def moved(*, appointment: Appointment, before: Slot, by: Actor, at: datetime) -> None:
    """Tell the person of the new time; `before` is the slot given back."""


def cancelled(*, appointment: Appointment, by: Actor, at: datetime) -> None:
    """Tell the person that the visit is cancelled, and by whom."""


def missed(*, appointment: Appointment, at: datetime) -> None:
    """Tell the person that the visit was cancelled for lateness."""


def late_answered(*, request: LateRequest, at: datetime) -> None:
    """Tell the person what the clinic answered to a request."""
