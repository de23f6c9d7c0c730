"""What becomes of the register by itself as days go by."""

from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from oms.domain.journal.actions import SYSTEM
from oms.domain.register.actions.rows import NotOnRecord
from oms.domain.register.actions.suspension import begin, resume
from oms.domain.register.models import Suspension
from oms.kit.tasks import periodic

BATCH = 500
log = structlog.get_logger(__name__)


@periodic(every=timedelta(hours=1))
def follow_suspensions(*, at: datetime) -> int:
    """Begin the suspensions whose day has come, end those whose day is over; return how many.

    A record closed meanwhile (death, annulment) is left as it is: its suspension stands no more.
    """
    on = timezone.localdate(at)
    rows = Suspension.objects.select_related("person").order_by("pk")
    begins = rows.filter(state=Suspension.State.PLANNED, valid_from__lte=on)[:BATCH]
    begun = sum(_followed(row, at=at) for row in begins)
    ends = rows.filter(state=Suspension.State.RUNNING, valid_until__lte=on)[:BATCH]
    return begun + sum(_followed(row, at=at) for row in ends)


def _followed(row: Suspension, *, at: datetime) -> int:
    try:
        if row.state == Suspension.State.PLANNED:
            begin(suspension=row, by=SYSTEM, at=at)
        elif row.valid_until:
            resume(person=row.person, on=row.valid_until, by=SYSTEM, at=at, basis=row.basis)
    except NotOnRecord:
        Suspension.objects.filter(pk=row.pk).update(state=Suspension.State.ENDED)
        log.info("suspension of a closed record ended", suspension=row.pk)
    return 1
