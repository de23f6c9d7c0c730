"""Search for duplicates by itself: what changed every five minutes, everything every night."""

from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from oms.domain.duplicates import finding, judging
from oms.domain.duplicates.linkage import backends
from oms.kit.tasks import periodic, retrying, task

log = structlog.get_logger(__name__)


@periodic(every=timedelta(minutes=5))
def look_for_duplicates(*, at: datetime) -> int:
    """Compare who was entered or changed; bring back what was put aside until today."""
    judging.ask_again(on=timezone.localdate(at))
    return finding.look_at_changed(at=at)


@periodic(every=timedelta(days=1))
def begin_search(*, at: datetime) -> None:
    """Queue the search through the whole register, where bulk matching is installed."""
    if backends.is_there():
        search_register.enqueue()
    else:
        log.info("bulk matching is off: its extra is not installed", engine=backends.chosen())


@task(queue_name="bulk")
@retrying()
def search_register() -> None:
    """Search the whole register; killed, it goes on where it was."""
    finding.search(at=timezone.now())
