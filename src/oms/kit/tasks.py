"""Background work: a thin layer over django-tasks-db.

`@task()` queues in the caller's transaction (the row is written at once, nothing is deferred
to commit), so an effect and its follow-up work stand or fall together. The library has no
retries, no reaper and no periodic work; those are here, in `ticks.py` and `worker.py`.
Tasks are thin and idempotent: a worker may die at any line, and the task runs again.
"""

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias, TypeVar

import structlog
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import normalize_uuid

from oms.kit.models import WorkerBeat

__all__ = [
    "PERIODIC",
    "last_heartbeat",
    "periodic",
    "queued_arguments",
    "retrying",
    "run_all_now",
    "task",
]

QUEUES = ("default", "bulk")
MAX_ATTEMPTS = 8
MAX_DELAY_S = 3600
KEEP_DONE = timedelta(days=7)
KEEP_FAILED = timedelta(days=90)

log = structlog.get_logger(__name__)
Row: TypeAlias = DBTaskResult[..., Any]
Function = TypeVar("Function", bound=Callable[..., Any])


# Declaring -----------------------------------------------------------------------------


def retrying(*, max_attempts: int = MAX_ATTEMPTS) -> Callable[[Function], Function]:
    """Let a task that raises run again after 2, 4, 8 … s (at most an hour), then fail for good.

    Stands under `@task()`. A task without it fails at its first exception.
    """

    def mark(function: Function) -> Function:
        function.max_attempts = max_attempts  # type: ignore[attr-defined]
        return function

    return mark


class PeriodicFunction(Protocol):
    """Work that is told the moment it is started for."""

    __module__: str
    __name__: str

    def __call__(self, *, at: datetime) -> object:
        """Do the work; run once more after a crash, it must do no harm."""


@dataclass(frozen=True)
class Periodic:
    """One periodic work."""

    function: PeriodicFunction
    every: timedelta


PERIODIC: dict[str, Periodic] = {}
P = TypeVar("P", bound=PeriodicFunction)


def periodic(*, every: timedelta) -> Callable[[P], P]:
    """Have workers call `function(at=now)` once each `every`, however many workers run.

    Stands in an app's `tasks.py`, which workers load. Ticks missed while no worker ran are
    not made up for: one run follows, not many.
    """

    def register(function: P) -> P:
        PERIODIC[f"{function.__module__}.{function.__name__}"] = Periodic(function, every)
        return function

    return register


@task()
@retrying(max_attempts=3)
def run_periodic(name: str) -> None:
    """Run one periodic work. Queued in the transaction that claims its tick: never lost."""
    PERIODIC[name].function(at=timezone.now())


# Running -------------------------------------------------------------------------------


def claim(*, worker_id: str, queues: Iterable[str] = QUEUES) -> Row | None:
    """Take the next task that is due for this worker, or None. Two workers never get one task."""
    ready = DBTaskResult.objects.ready().filter(queue_name__in=list(queues))
    if not ready.exists():  # an idle worker takes no write lock
        return None
    with transaction.atomic():
        row = ready.get_locked()
        if row is not None:
            row.claim(worker_id)
    return row


def run(row: Row, *, clock: Callable[[], datetime] = timezone.now) -> bool:
    """Run a claimed task and write down how it went; return whether it succeeded."""
    with structlog.contextvars.bound_contextvars(task=row.task_path, task_id=str(row.pk)):
        try:
            value = row.task.call(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
        except Exception as error:  # whatever a task raises is its own failure
            _after_failure(row, error, at=clock())
            return False
        _finish(row, status=TaskResultStatus.SUCCESSFUL, at=clock(), return_value=value)
        return True


def run_all_now(*, also_later: bool = False) -> int:
    """Run what is queued, in this process, until nothing is due; return how many ran.

    For tests. `also_later` pulls in tasks that wait for a later moment (each once).
    """
    if also_later:
        DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=timezone.now())
    count = 0
    while (row := claim(worker_id="now")) is not None:
        run(row)
        count += 1
    return count


def queued_arguments(job: Any) -> list[list[Any]]:
    """The positional arguments of every task of this kind that waits or runs."""
    rows = DBTaskResult.objects.filter(
        task_path=job.module_path,
        status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING],
    )
    return [stored["args"] for stored in rows.values_list("args_kwargs", flat=True)]


def delay(*, attempt: int) -> timedelta:
    """How long to wait after the given failed attempt (1, 2, …): 2, 4, 8 … 3600 s."""
    return timedelta(seconds=min(2**attempt, MAX_DELAY_S))


def _max_attempts(row: Row) -> int:
    """What the task declares; a task this version does not know is kept for one that does."""
    try:
        found: int = getattr(import_string(row.task_path).func, "max_attempts", 1)
    except (ImportError, AttributeError):
        return MAX_ATTEMPTS
    return found


def _after_failure(row: Row, error: Exception, *, at: datetime) -> None:
    """Put back for another attempt, or fail for good. The message may be personal: not kept."""
    attempt = len(row.worker_ids)
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    again = attempt < _max_attempts(row)
    if again:
        log.warning("task.retry", attempt=attempt, error=name)
        _put_back(row, at=at + delay(attempt=attempt))
        return
    log.error("task.failed", attempt=attempt, error=name)
    frames = "".join(traceback.format_tb(error.__traceback__))
    _fail(row, at=at, error=name, frames=frames)


def _finish(row: Row, *, status: str, at: datetime, **values: Any) -> bool:
    """Close the row if it is still ours: a worker that was given up for dead changes nothing."""
    return bool(_still_ours(row).update(status=status, finished_at=at, **values))


def _put_back(row: Row, *, at: datetime) -> bool:
    return bool(_still_ours(row).update(status=TaskResultStatus.READY, run_after=at))


def _fail(row: Row, *, at: datetime, error: str, frames: str = "") -> bool:
    return _finish(
        row, status=TaskResultStatus.FAILED, at=at, exception_class_path=error, traceback=frames
    )


def _still_ours(row: Row) -> Any:
    return DBTaskResult.objects.filter(
        pk=row.pk, status=TaskResultStatus.RUNNING, started_at=row.started_at
    )


# Looking after -------------------------------------------------------------------------


def beat(*, worker_id: str, at: datetime) -> None:
    """Say that a worker lives."""
    WorkerBeat.objects.update_or_create(worker_id=worker_id, defaults={"at": at})


def last_heartbeat() -> datetime | None:
    """When any worker last said it lives; None when none ever did or all stopped in order."""
    latest: datetime | None = WorkerBeat.objects.aggregate(latest=Max("at"))["latest"]
    return latest


def reap(*, at: datetime, lease: timedelta) -> int:
    """Put back the tasks of workers silent for longer than `lease`; return how many.

    Dying counts as an attempt. A task that has taken `MAX_ATTEMPTS` workers with it fails.
    """
    silent_since = at - lease
    alive = set(WorkerBeat.objects.filter(at__gte=silent_since).values_list("worker_id", flat=True))
    running = DBTaskResult.objects.filter(
        status=TaskResultStatus.RUNNING, started_at__lt=silent_since
    )
    return sum(_reap(row, at=at) for row in running if row.worker_ids[-1] not in alive)


def _reap(row: Row, *, at: datetime) -> bool:
    attempt = len(row.worker_ids)
    log.warning("task.orphan", task=row.task_path, task_id=normalize_uuid(row.pk), attempt=attempt)
    if attempt < max(_max_attempts(row), MAX_ATTEMPTS):
        return _put_back(row, at=at)
    return _fail(row, at=at, error="oms.kit.tasks.WorkerDied")


def prune(*, at: datetime) -> int:
    """Delete tasks done a week ago, failed three months ago, and beats of long-gone workers."""
    finished = DBTaskResult.objects.filter(
        status=TaskResultStatus.SUCCESSFUL, finished_at__lt=at - KEEP_DONE
    ) | DBTaskResult.objects.filter(
        status=TaskResultStatus.FAILED, finished_at__lt=at - KEEP_FAILED
    )
    WorkerBeat.objects.filter(at__lt=at - KEEP_DONE).delete()
    deleted: int = finished.delete()[0]
    return deleted


@periodic(every=timedelta(days=1))
def forget_finished(*, at: datetime) -> None:
    """Prune once a day."""
    prune(at=at)
