"""What a closing leaves to the worker: more people than a page may keep waiting for."""

from collections.abc import Mapping, Sequence

from django.utils import timezone

from oms.domain.booking import rebooking
from oms.domain.booking.models import Appointment
from oms.domain.journal.actions import Actor
from oms.kit.tasks import retrying, task


@task()
@retrying()
def propose_rest(visits: Sequence[int], because: str, by: Mapping[str, str]) -> None:
    """Offer other times for these visits; those that are booked no more are left alone."""
    rows = Appointment.objects.filter(pk__in=visits, state=Appointment.State.BOOKED)
    rebooking.propose(appointments=rows, because=because, by=Actor(**by), at=timezone.now())
