from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from oms.kit import tasks, ticks
from oms.kit.models import Tick, WorkerBeat
from tests.kit import jobs

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _nothing_ran() -> None:
    jobs.ran.clear()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def only_nightly(monkeypatch: pytest.MonkeyPatch) -> str:
    entry = tasks.Periodic(jobs.nightly, timedelta(hours=24))
    monkeypatch.setattr(tasks, "PERIODIC", {"nightly": entry})
    monkeypatch.setattr(ticks, "PERIODIC", {"nightly": entry})
    return "nightly"


def queued() -> DBTaskResult:
    return DBTaskResult.objects.get()


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(1, 2), (2, 4), (3, 8), (7, 128), (11, 2048), (12, 3600), (500, 3600)],
)
def test_delay_doubles_up_to_an_hour(attempt: int, seconds: int) -> None:
    assert tasks.delay(attempt=attempt) == timedelta(seconds=seconds)


def test_work_queued_in_a_transaction_that_fails_is_not_done() -> None:
    with transaction.atomic():
        jobs.note.enqueue("lost")
        transaction.set_rollback(True)
    jobs.note.enqueue("kept")
    assert tasks.run_all_now() == 1
    assert jobs.ran == ["kept"]


def test_a_failing_task_waits_longer_each_time_then_fails_for_good(clock) -> None:
    jobs.stubborn.enqueue("x")
    waits = []
    for _ in range(2):
        assert tasks.run_all_now() == 1
        waits.append((queued().run_after - NOON).total_seconds())
        clock.move_to(queued().run_after)
    assert waits == [2, 2 + 4]
    assert tasks.run_all_now() == 1
    assert tasks.run_all_now(also_later=True) == 0
    row = queued()
    assert (row.status, len(row.worker_ids)) == (TaskResultStatus.FAILED, 3)
    assert row.exception_class_path == "tests.kit.jobs.TroubleError"


def test_what_a_failure_leaves_behind_names_nobody() -> None:
    jobs.fail_once_for_all.enqueue("x")
    tasks.run_all_now()
    row = queued()
    assert row.status == TaskResultStatus.FAILED
    assert "raise TroubleError" in row.traceback
    assert "Иванов" not in row.traceback


def test_a_task_that_recovers_is_done_once(clock) -> None:
    jobs.fails_until.enqueue(2)
    for _ in range(5):
        tasks.run_all_now(also_later=True)
    assert jobs.ran == ["try"] * 3
    assert queued().status == TaskResultStatus.SUCCESSFUL


def test_a_task_of_another_version_is_kept(clock) -> None:
    jobs.note.enqueue("x")
    DBTaskResult.objects.update(task_path="oms.kit.tasks.of_tomorrow")
    tasks.run_all_now()
    assert queued().status == TaskResultStatus.READY
    assert queued().run_after == NOON + timedelta(seconds=2)


def test_queues_are_kept_apart() -> None:
    jobs.bulky.enqueue()
    assert tasks.claim(worker_id="a", queues=["default"]) is None
    assert tasks.claim(worker_id="a", queues=["bulk"]) is not None


def test_tasks_of_the_dead_go_back_and_those_of_the_living_stay(clock) -> None:
    jobs.note.enqueue("of the dead")
    jobs.note.enqueue("of the living")
    for worker in ("dead", "living"):
        tasks.beat(worker_id=worker, at=NOON)
        assert tasks.claim(worker_id=worker)
    later = NOON + timedelta(seconds=31)
    tasks.beat(worker_id="living", at=later)
    assert tasks.reap(at=NOON + timedelta(seconds=29), lease=LEASE) == 0
    assert tasks.reap(at=later, lease=LEASE) == 1
    assert tasks.reap(at=later, lease=LEASE) == 0
    clock.move_to(later)
    assert tasks.run_all_now() == 1
    assert jobs.ran == ["of the dead"]


def test_a_worker_given_up_for_dead_changes_nothing_when_it_wakes(clock) -> None:
    jobs.stubborn.enqueue("x")
    asleep = tasks.claim(worker_id="asleep")
    assert asleep is not None
    later = NOON + timedelta(minutes=1)
    assert tasks.reap(at=later, lease=LEASE) == 1
    clock.move_to(later)
    assert tasks.claim(worker_id="successor")
    assert tasks.run(asleep) is False
    assert queued().status == TaskResultStatus.RUNNING
    assert queued().worker_ids == ["asleep", "successor"]


def test_a_task_that_kills_its_workers_ends(clock) -> None:
    jobs.note.enqueue("poison")
    moment = NOON
    for number in range(tasks.MAX_ATTEMPTS):
        assert tasks.claim(worker_id=f"victim-{number}")
        moment += timedelta(minutes=1)
        clock.move_to(moment)
        assert tasks.reap(at=moment, lease=LEASE) == 1
    assert queued().status == TaskResultStatus.FAILED
    assert jobs.ran == []


def test_two_workers_start_periodic_work_once(only_nightly: str, clock) -> None:
    seen_by_both = dict(Tick.objects.values_list("name", "due_at"))
    assert ticks.tick(at=NOON) == 1
    assert ticks.tick(at=NOON) == 0
    assert ticks._start(only_nightly, seen_by_both.get(only_nightly), at=NOON) is False
    tasks.run_all_now()
    tomorrow = NOON + timedelta(hours=25)
    due = Tick.objects.get().due_at
    assert [ticks._start(only_nightly, due, at=tomorrow) for _ in range(2)] == [True, False]
    tasks.run_all_now()
    assert jobs.ran == ["nightly", "nightly"]


def test_missed_ticks_do_not_pile_up(only_nightly: str, clock) -> None:
    ticks.tick(at=NOON)
    tasks.run_all_now()
    a_year_later = NOON + timedelta(days=365)
    assert [ticks.tick(at=a_year_later + timedelta(seconds=n)) for n in range(3)] == [1, 0, 0]


def test_slow_periodic_work_does_not_pile_up(only_nightly: str, clock) -> None:
    assert [ticks.tick(at=NOON + timedelta(days=n)) for n in range(4)] == [1, 0, 0, 0]
    assert DBTaskResult.objects.count() == 1


def test_a_tick_written_by_a_wrong_clock_does_not_stop_the_work(only_nightly: str, clock) -> None:
    Tick.objects.create(name=only_nightly, due_at=NOON + timedelta(days=3650))
    assert ticks.tick(at=NOON) == 1


def test_finished_tasks_are_forgotten_in_time(clock) -> None:
    jobs.note.enqueue("fine")
    jobs.fail_once_for_all.enqueue("bad")
    tasks.run_all_now()
    jobs.note.enqueue("still waiting")
    left = [
        (tasks.prune(at=NOON + timedelta(days=days)), DBTaskResult.objects.count())
        for days in (6, 8, 89, 91)
    ]
    assert left == [(0, 3), (1, 2), (0, 2), (1, 1)]


def test_the_last_heartbeat_is_that_of_any_worker() -> None:
    assert tasks.last_heartbeat() is None
    tasks.beat(worker_id="a", at=NOON)
    tasks.beat(worker_id="b", at=NOON - timedelta(hours=1))
    tasks.beat(worker_id="a", at=NOON + timedelta(seconds=5))
    assert tasks.last_heartbeat() == NOON + timedelta(seconds=5)
    assert WorkerBeat.objects.count() == 2
