"""Checks that run by themselves: of changed records each minute, of all by night."""

from datetime import datetime, timedelta

from oms.domain.quality import following
from oms.domain.quality.checking import Changed
from oms.kit.tasks import periodic

A_MINUTE = 60
"""Batches in one run, 120,000 records or half a minute: others get their turn between runs."""


@periodic(every=timedelta(minutes=1))
def check_what_changed(*, at: datetime) -> int:
    """Check the records changed since the last run; return how many findings came and went."""
    done = Changed()
    for _ in range(A_MINUTE):
        changed = following.follow(at=at)
        if changed is None:
            break
        done += changed
    return done.opened + done.gone


@periodic(every=timedelta(minutes=1))
def check_all_by_night(*, at: datetime) -> None:
    """Walk on through the register; begun once a day, gone on with after any stop."""
    following.sweep(at=at, batches=A_MINUTE)
