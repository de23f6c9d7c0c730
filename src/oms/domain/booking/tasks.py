"""What becomes of visits by themselves as minutes go by."""

from datetime import datetime, timedelta

from oms.domain.booking import actions
from oms.kit.tasks import periodic


@periodic(every=timedelta(minutes=1))
def settle_holds(*, at: datetime) -> int:
    """Mark holds that ran out; their slots go to those who wait."""
    return actions.settle_holds(at=at)


@periodic(every=timedelta(minutes=1))
def miss_late(*, at: datetime) -> int:
    """Mark those who are 15 minutes late, and tell them."""
    return actions.miss_late(at=at)
