"""What becomes of visits by themselves as minutes go by."""

from datetime import datetime, timedelta

from oms.domain.booking import actions, reminders, slots
from oms.kit.tasks import periodic


@periodic(every=timedelta(minutes=1))
def settle_holds(*, at: datetime) -> int:
    """Mark holds that ran out; their slots go to those who wait."""
    return actions.settle_holds(at=at)


@periodic(every=timedelta(minutes=1))
def miss_late(*, at: datetime) -> int:
    """Mark those who are 15 minutes late, and tell them."""
    return actions.miss_late(at=at)


@periodic(every=timedelta(hours=6))
def extend_horizon(*, at: datetime) -> int:
    """Make the slots of the days that came into reach; what is there already stays."""
    return slots.extend_horizon(at=at)


@periodic(every=timedelta(minutes=1))
def remind(*, at: datetime) -> int:
    """Remind of visits a day and two hours before."""
    return reminders.send(at=at)
