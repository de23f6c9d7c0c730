"""Limits on tries: counted in the database, raised before the try, under a row lock.

Parallel tries queue at the row, so fifty at once pay like fifty in turn. A count is
forgotten after a quiet time; success clears it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from oms.domain.accounts.models import Counter

NEVER = timedelta(days=36_500)
_SPEND = """
INSERT INTO accounts_counter AS kept (scope, key, count, last_at) VALUES (%s, %s, 1, %s)
ON CONFLICT (scope, key) DO UPDATE SET last_at = excluded.last_at,
    count = CASE WHEN kept.last_at = excluded.last_at THEN kept.count + 1 ELSE 1 END
RETURNING count
"""


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


@dataclass(frozen=True)
class Pace:
    """How many requests a minute somebody may make, counted under a scope."""

    scope: str
    a_minute: int


def spend(*, pace: Pace, key: str, at: datetime) -> datetime | None:
    """Count one request; return None when it may go on, else when the next minute begins.

    For programs that ask all day: one statement, no lock that waits for another's work.
    """
    minute = at.replace(second=0, microsecond=0)
    moment = connection.ops.adapt_datetimefield_value(minute)
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, [pace.scope, key, moment])
        (count,) = cursor.fetchone()
    return None if count <= pace.a_minute else minute + timedelta(minutes=1)


@transaction.atomic
def take(*, limit: Limit, key: str, at: datetime) -> datetime | None:
    """Charge one try; return None when it may go on, else the moment to wait for.

    A refused try is not charged.
    """
    counter = _locked(limit, key, at)
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


def _locked(limit: Limit, key: str, at: datetime) -> Counter:
    """The counter under its lock. A right try may delete it between the look and the lock."""
    while True:
        Counter.objects.get_or_create(scope=limit.scope, key=key, defaults={"last_at": at})
        found = Counter.objects.select_for_update().filter(scope=limit.scope, key=key).first()
        if found is not None:
            return found


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


def tries(*, limit: Limit, key: str, at: datetime | None = None) -> int:
    """Return how many tries are counted now; at a moment `at`, a quiet time forgets them."""
    found = Counter.objects.filter(scope=limit.scope, key=key).first()
    return _counted(found, limit, at)


def is_suspicious(*, counters: Iterable[tuple[Limit, str]], after: int, at: datetime) -> bool:
    """Tell whether one of these counts `after` tries or more, and none of them waits.

    Then the next try must prove a person; while a wait is due, that would be of no use.
    """
    rows = [
        (limit, Counter.objects.filter(scope=limit.scope, key=key).first())
        for limit, key in counters
    ]
    if any(row and row.wait_until and row.wait_until > at for _, row in rows):
        return False
    return any(_counted(row, limit, at) >= after for limit, row in rows)


def _counted(row: Counter | None, limit: Limit, at: datetime | None) -> int:
    if row is None or (at is not None and at - row.last_at > limit.quiet):
        return 0
    return row.count
