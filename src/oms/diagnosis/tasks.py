"""Runs of the diagnosis are kept for a year."""

from datetime import datetime, timedelta

from oms.diagnosis.models import Run
from oms.kit.tasks import periodic

KEPT = timedelta(days=365)


@periodic(every=timedelta(days=1))
def forget_old(*, at: datetime) -> int:
    """Delete runs older than a year; return how many."""
    return Run.objects.filter(begun_at__lt=at - KEPT).delete()[0]
