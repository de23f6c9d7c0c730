"""What happens to works as time goes on."""

from datetime import datetime, timedelta

from oms.domain.journal.actions import SYSTEM
from oms.domain.works.actions import end
from oms.domain.works.models import PlannedWork
from oms.kit.tasks import periodic


@periodic(every=timedelta(minutes=30))
def end_what_is_over(*, at: datetime) -> int:
    """End works whose time is over, so that no page asks about them; return how many."""
    over = PlannedWork.objects.filter(ended_at=None, ends_at__lte=at).order_by("ends_at")
    return sum(bool(end(work=work, by=SYSTEM, at=at)) for work in over[:100])
