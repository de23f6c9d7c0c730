"""When people who confirm identities are at work, and what that means for who waits."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from oms.domain.directory import queries as directory
from oms.law import dates
from oms.law.typed import NBSP

OPENS, CLOSES = time(9), time(18)


def is_open(at: datetime) -> bool:
    """Tell whether it is working time where the register is kept."""
    local = _local(at)
    working = directory.calendar(region=settings.REGION).is_working(local.date())
    return working and OPENS <= local.time() < CLOSES


def next_opening(at: datetime) -> datetime:
    """Return the next moment at which work begins."""
    local = _local(at)
    day = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    day = directory.calendar(region=settings.REGION).next_working(day)
    return datetime.combine(day, OPENS, tzinfo=local.tzinfo)


def answer_by(at: datetime) -> datetime:
    """Return until when staff answer what came now: by the end of the next working day."""
    local = _local(at)
    day = directory.calendar(region=settings.REGION).add_working_days(local.date(), 1)
    return datetime.combine(day, CLOSES, tzinfo=local.tzinfo)


def opens_words(at: datetime) -> str:
    """Say when it opens: «в 9:00», «завтра в 9:00», «23 ноября в 9:00»."""
    local, opening = _local(at), next_opening(at)
    days = (opening.date() - local.date()).days
    hour = f"в{NBSP}{opening:%-H:%M}"
    if days <= 1:
        return f"завтра {hour}" if days else hour
    day = dates.long(opening.date()).partition(f"{opening.year}")[0].strip()
    return f"{day} {hour}"


def _local(at: datetime) -> datetime:
    return timezone.localtime(at, timezone.get_default_timezone())
