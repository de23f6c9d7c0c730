"""The worker process: takes tasks one by one until it is told to stop."""

import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from types import FrameType

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from oms.kit import tasks, ticks
from oms.kit.models import WorkerBeat

log = structlog.get_logger(__name__)
TICK_S = 1.0
LOST_DATABASE_PAUSE_S = 1.0


def _new_id() -> str:
    return f"{os.getpid()}-{secrets.token_hex(8)}"


@dataclass
class Worker:
    """One worker's settings (seconds) and state."""

    queues: tuple[str, ...] = tasks.QUEUES
    interval: float = 0.25
    beat: float = 5.0
    lease: float = 30.0
    id: str = field(default_factory=_new_id)
    stopping: bool = False
    next_tick: float = 0.0
    next_reap: float = 0.0

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """End after the present task. A plain flag: a signal handler may take no lock."""
        self.stopping = True

    def step(self) -> bool:
        """Do the next piece of work; return whether there was any."""
        self._look_after()
        row = tasks.claim(worker_id=self.id, queues=self.queues)
        if row is None:
            return False
        tasks.run(row)
        return True

    def say_alive(self) -> None:
        """Write a heartbeat."""
        tasks.beat(worker_id=self.id, at=timezone.now())

    def _look_after(self) -> None:
        now = time.monotonic()
        if now >= self.next_tick:
            self.next_tick = now + TICK_S
            ticks.tick(at=timezone.now())
        if now >= self.next_reap:
            self.next_reap = now + self.lease / 2
            tasks.reap(at=timezone.now(), lease=timedelta(seconds=self.lease))


def run(
    *,
    queues: Iterable[str] = tasks.QUEUES,
    interval: float = 0.25,
    beat: float = 5.0,
    lease: float = 30.0,
) -> None:
    """Work until SIGTERM or SIGINT; the task in hand is finished first.

    `interval` is the pause in s when nothing is due, `beat` the time in s between signs of
    life, `lease` the silence in s after which a worker's tasks go to others. `beat` must be
    well below `lease`.
    """
    if not 0 < beat * 2 <= lease:
        raise ValueError("beat must be at most half of lease")
    worker = Worker(tuple(queues), min(interval, 0.5), beat, lease)
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
    autodiscover_modules("tasks")
    log.info("worker.start", worker=worker.id)
    with _Heart(worker):
        while not worker.stopping:
            _guarded(worker)
    log.info("worker.stop", worker=worker.id)


def _guarded(worker: Worker) -> None:
    """One step; a lost database is waited for.

    The worker then goes on under a new name: what it held under the old one falls silent
    and is reaped, so a task whose end could not be written is not forgotten.
    """
    try:
        close_old_connections()
        busy = worker.step()
    except (DatabaseError, InterfaceError) as error:
        log.warning("worker.database_lost", worker=worker.id, error=type(error).__name__)
        connection.close()
        worker.id = _new_id()
        time.sleep(LOST_DATABASE_PAUSE_S)
    else:
        if not busy:
            time.sleep(worker.interval)


class _Heart:
    """Beats beside the work, so that a long task does not look like a dead worker."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self.worker.say_alive()
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join(timeout=self.worker.beat)
        _quietly(WorkerBeat.objects.filter(worker_id=self.worker.id).delete)

    def _beat(self) -> None:
        while not self.ended.wait(self.worker.beat):
            _quietly(self.worker.say_alive)
            connection.close()


def _quietly(call: Callable[[], object]) -> None:
    """Do without it when the database is away: silence is what the others should notice."""
    try:
        call()
    except (DatabaseError, InterfaceError) as error:
        log.warning("worker.no_beat", error=type(error).__name__)
