"""Limits on tries: counted in the database, raised before the try, under a row lock.

Parallel tries queue at the row, so fifty at once pay like fifty in turn. A count is
forgotten after a quiet time; success clears it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from oms.domain.accounts.models import Counter

NEVER = timedelta(days=36_500)


@dataclass(frozen=True)
class Limit:
    """What is counted, how long a quiet time forgets it, and the wait after the n-th try."""

    scope: str
    quiet: timedelta
    wait: Callable[[int], timedelta]


def ladder(*, free: int) -> Callable[[int], timedelta]:
    """Return waits of 1, 2, 4 … 60 minutes that begin with the try number `free`."""

    def wait(count: int) -> timedelta:
        steps = count - free
        return timedelta(minutes=min(2 ** min(steps, 6), 60)) if steps >= 0 else timedelta(0)

    return wait


@transaction.atomic
def take(*, limit: Limit, key: str, at: datetime) -> datetime | None:
    """Charge one try; return None when it may go on, else the moment to wait for.

    A refused try is not charged.
    """
    Counter.objects.get_or_create(scope=limit.scope, key=key, defaults={"last_at": at})
    counter = Counter.objects.select_for_update().get(scope=limit.scope, key=key)
    if counter.wait_until and counter.wait_until > at:
        return counter.wait_until
    if at - counter.last_at > limit.quiet:
        counter.count = 0
    counter.count += 1
    counter.last_at = at
    wait = limit.wait(counter.count)
    counter.wait_until = at + wait if wait else None
    counter.save()
    return None


@transaction.atomic
def refund(*, limit: Limit, key: str) -> None:
    """Give back one try that turned out right, where others share the counter."""
    counter = Counter.objects.select_for_update().filter(scope=limit.scope, key=key).first()
    if counter and counter.count:
        counter.count -= 1
        counter.wait_until = None if not limit.wait(counter.count) else counter.wait_until
        counter.save()


def clear(*, limit: Limit, key: str) -> None:
    """Forget all tries."""
    Counter.objects.filter(scope=limit.scope, key=key).delete()


def forget_old(*, before: datetime) -> int:
    """Delete counters nobody touched since `before` and nobody waits for; return how many."""
    free = Q(wait_until=None) | Q(wait_until__lte=before)
    return Counter.objects.filter(free, last_at__lt=before).delete()[0]


def tries(*, limit: Limit, key: str) -> int:
    """Return how many tries are counted now."""
    found = Counter.objects.filter(scope=limit.scope, key=key).first()
    return found.count if found else 0
