"""What becomes of rights by themselves as days go by."""

from datetime import datetime, timedelta

from django.utils import timezone

from oms.domain.accounts.models import Representation
from oms.domain.wards import actions, asking, queries
from oms.kit.tasks import periodic, retrying, task

WARN_BEFORE = timedelta(days=30)


@task()
@retrying()
def ask_civil_status(representation_id: int) -> None:
    """Ask the register of civil status about the certificate; again later when it is down."""
    rows = Representation.objects.select_related("representative", "ward")
    right = rows.filter(pk=representation_id).first()
    if right:
        asking.ask(representation=right, at=timezone.now())


@periodic(every=timedelta(hours=6))
def end_over(*, at: datetime) -> int:
    """End rights whose last day is over, tell of those that end within a month.

    Return how many ended. A right stops to act with its last day, whether marked or not.
    """
    on = timezone.localtime(at, timezone.get_default_timezone()).date()
    ended = 0
    for right in queries.ending(within=on + WARN_BEFORE):
        if right.ends_on is not None and right.ends_on < on:
            actions.end(representation=right, at=at)
            ended += 1
        else:
            actions.warn(representation=right, at=at)
    return ended
