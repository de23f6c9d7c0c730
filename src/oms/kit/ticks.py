"""Periodic work: one tick, claimed by one worker, run from the queue like any other task."""

from datetime import datetime

from django.db import transaction

from oms.kit.models import Tick
from oms.kit.tasks import PERIODIC, queued_arguments, run_periodic


def tick(*, at: datetime) -> int:
    """Queue every periodic work that is due and not claimed by another; return how many."""
    due = dict(Tick.objects.values_list("name", "due_at"))
    return sum(_start(name, due.get(name), at=at) for name in list(PERIODIC))


def _start(name: str, due: datetime | None, *, at: datetime) -> bool:
    following = at + PERIODIC[name].every
    # A date beyond the next period was written by a worker whose clock was wrong.
    if due is not None and at < due <= following:
        return False
    with transaction.atomic():
        if not _claim(name, due, following) or _is_queued(name):
            return False
        run_periodic.enqueue(name)
    return True


def _claim(name: str, due: datetime | None, following: datetime) -> bool:
    if due is None:
        return Tick.objects.get_or_create(name=name, defaults={"due_at": following})[1]
    return Tick.objects.filter(name=name, due_at=due).update(due_at=following) == 1


def _is_queued(name: str) -> bool:
    """Whether the former run has not ended yet: slow work does not pile up."""
    return [name] in queued_arguments(run_periodic)
