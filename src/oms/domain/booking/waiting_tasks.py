"""What happens by itself around visits: told, reminded, offered, ended. `after` brings it in."""

from datetime import datetime, timedelta

from oms.domain.booking import telling, waiting
from oms.domain.booking.models import Appointment
from oms.kit.tasks import periodic, retrying, task


@task()
@retrying()
def tell_booked(appointment_id: int, at: str) -> None:
    """Tell of a booking, unless it is over or was moved (that was told) meanwhile.

    Queued by the booking itself: whoever fights for a slot does not wait for the letters.
    """
    rows = Appointment.objects.select_related(
        "slot", "person__user", "position__clinic", "position__doctor"
    )
    row = rows.filter(pk=appointment_id, state__in=Appointment.KEPT, sequence=0).first()
    if row is not None:
        telling.booked(row, at=datetime.fromisoformat(at))


@periodic(every=timedelta(minutes=1))
def pass_offers_on(*, at: datetime) -> int:
    """End offers that were not answered; their slots go to the next."""
    return waiting.lapse_offers(at=at)


@periodic(every=timedelta(minutes=1))
def offer_free(*, at: datetime) -> int:
    """Offer what is free and waited for: after holds that ran out, or newly made."""
    return waiting.sweep(at=at)


@periodic(every=timedelta(hours=1))
def end_old_places(*, at: datetime) -> int:
    """Close places in the list whose last day is over."""
    return waiting.end_old(at=at)
