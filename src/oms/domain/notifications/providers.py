"""Which SMS provider gets the next message: by weight, without those that fail, back by and by.

Three failures in a row cool a provider down: half a minute, then double each time, half an hour at
most. When that is over one message tries it. If it goes well the provider's share grows from a
tenth to its whole weight within ten minutes, and only then is its past forgotten.

The first half is rules without rows; the second keeps them in the database for all workers.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from oms.domain.notifications.models import Provider

IN_A_ROW = 3
COOLING = timedelta(seconds=30)
LONGEST_COOLING = timedelta(minutes=30)
TRIAL = timedelta(minutes=2)  # as long as the lease of a delivery
RETURN = timedelta(minutes=10)
FIRST_SHARE = 0.1


@dataclass(frozen=True)
class Health:
    """What is known of a provider; the fields are those of the row."""

    failures: int = 0
    coolings: int = 0
    cooled_until: datetime | None = None
    trial_until: datetime | None = None
    back_since: datetime | None = None

    def is_cooled(self, at: datetime) -> bool:
        """Tell whether it is left alone."""
        return self.cooled_until is not None and at < self.cooled_until

    def needs_trial(self, at: datetime) -> bool:
        """Tell whether it has rested and nobody has tried it yet."""
        return self.cooled_until is not None and at >= self.cooled_until

    def share(self, at: datetime) -> float:
        """Return the part of its weight that counts now, 0 … 1."""
        if self.cooled_until is not None:
            return 0.0
        if self.back_since is None:
            return 1.0
        grown = (at - self.back_since) / RETURN
        return min(1.0, FIRST_SHARE + (1 - FIRST_SHARE) * max(0.0, grown))

    def after_failure(self, at: datetime) -> "Health":
        """Count a failure. A failed trial, or three in a row, cool it down (again)."""
        if self.is_cooled(at):
            return self  # sent before it was cooled: known already
        failures = self.failures + 1
        if failures < IN_A_ROW and self.cooled_until is None:
            return replace(self, failures=failures)
        rest = min(COOLING * 2 ** min(self.coolings, 16), LONGEST_COOLING)
        return Health(coolings=self.coolings + 1, cooled_until=at + rest)

    def after_success(self, at: datetime) -> "Health":
        """Forget failures in a row; a trial that went well begins the return."""
        if self.is_cooled(at):
            return self
        if self.cooled_until is not None:
            return Health(coolings=self.coolings, back_since=at)
        if self.back_since is not None and at - self.back_since < RETURN:
            return replace(self, failures=0)
        return Health()


def order(
    key: str, weights: Mapping[str, float], health: Mapping[str, Health], *, at: datetime
) -> list[str]:
    """Return the providers to ask for this message, the first choice first.

    One message always gets the same answer while nothing changes (weighted rendezvous hashing),
    and many messages are shared out by weight. Who is cooled or waits for a trial is not named.
    """
    scores = {}
    for code, weight in weights.items():
        counts = weight * health.get(code, Health()).share(at)
        if counts > 0:
            drawn = int.from_bytes(hashlib.sha256(f"{code}:{key}".encode()).digest()[:7])
            scores[code] = counts / -math.log((drawn + 1) / (2**56 + 2))
    return sorted(scores, key=lambda code: scores[code], reverse=True)


def rested_at(health: Mapping[str, Health], *, at: datetime) -> datetime:
    """Return when the first of those that rest may be asked again."""
    ends = [one.cooled_until for one in health.values() if one.cooled_until]
    later = [moment for moment in ends if moment > at]
    return min(later) if later else at + timedelta(seconds=10)


# Kept for all workers ------------------------------------------------------------------


def choice(key: str, weights: Mapping[str, float], *, at: datetime, hurry: bool) -> list[str]:
    """Return whom to ask, in order; empty when all rest. One query, two when one is to be tried.

    A rested provider is tried by the first message that claims the trial. In a hurry (a code
    somebody waits for) those that rest are asked too, after the others.
    """
    known = _known(weights)
    asked = order(key, weights, known, at=at)
    for code, one in known.items():
        if one.needs_trial(at) and _claim_trial(code, at=at):
            return [code, *asked]
    if hurry:
        asked += [code for code in weights if code not in asked]
    return asked


def wait_until(weights: Mapping[str, float], *, at: datetime) -> datetime:
    """Return when to come back if nobody may be asked now."""
    return rested_at(_known(weights), at=at)


def went_wrong(code: str, *, at: datetime) -> None:
    """Write down that a provider failed."""
    _change(code, at=at, failed=True)


def went_well(code: str, *, at: datetime) -> None:
    """Write down that a provider took a message; one read when nothing is to be forgotten."""
    row = Provider.objects.filter(pk=code).first()
    if row is not None and _health(row) != Health():
        _change(code, at=at, failed=False)


def _known(weights: Mapping[str, float]) -> dict[str, Health]:
    found = {row.code: _health(row) for row in Provider.objects.filter(pk__in=list(weights))}
    return {code: found.get(code, Health()) for code in weights}


def _claim_trial(code: str, *, at: datetime) -> bool:
    free = Q(trial_until=None) | Q(trial_until__lte=at)
    rested = Provider.objects.filter(free, pk=code, cooled_until__lte=at)
    return rested.update(trial_until=at + TRIAL) == 1


@transaction.atomic
def _change(code: str, *, at: datetime, failed: bool) -> None:
    Provider.objects.get_or_create(code=code)
    row = Provider.objects.select_for_update().get(pk=code)
    before = _health(row)
    after = before.after_failure(at) if failed else before.after_success(at)
    if after != before:
        Provider.objects.filter(pk=code).update(**vars(after))


def _health(row: Provider) -> Health:
    return Health(row.failures, row.coolings, row.cooled_until, row.trial_until, row.back_since)
