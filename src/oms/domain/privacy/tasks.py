"""Exports and erasures, done in the background."""

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import task

from oms.domain.accounts.models import Export
from oms.domain.privacy import erasing, exports
from oms.kit.tasks import periodic, retrying


@task(queue_name="bulk")
@retrying(max_attempts=4)
def gather(export: int) -> None:
    """Make one export."""
    found = Export.objects.filter(pk=export).select_related("user").first()
    if found is not None:
        exports.make(export=found, at=timezone.now())


@periodic(every=timedelta(hours=1))
def forget_old_exports(*, at: datetime) -> int:
    """Delete files nobody should keep longer, and say of those never made that they failed."""
    stuck = Export.objects.filter(state__in=["waiting", "gathering"])
    for one in stuck.filter(asked_at__lt=at - timedelta(hours=6)):
        exports.fail(export=one)
    return exports.forget_old(at=at)


@periodic(every=timedelta(minutes=10))
def erase_due(*, at: datetime) -> int:
    """Erase accounts whose days to think are over."""
    return erasing.erase_due(at=at)
