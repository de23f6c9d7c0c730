from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django_tasks_db.models import DBTaskResult

from oms.domain.accounts.models import User
from oms.domain.notifications import actions, tasks
from oms.domain.notifications.models import Delivery
from oms.gateways import mail
from oms.gateways.errors import BadAddress, Temporary
from oms.kit.tasks import run_all_now

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(anna: User, clock) -> Delivery:
    return actions.send_now(
        channel="email",
        address="anna@example.ru",
        title="Тема",
        text="Текст",
        key="letter:1",
        at=NOON,
        secret=False,
    )


def now(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def test_a_temporary_failure_waits_longer_each_time_and_ends(letter: Delivery, clock) -> None:
    mail.MEMORY.failures += [Temporary("Сервер занят")] * 20
    moments = [NOON]
    for _ in range(7):
        assert run_all_now() == 1
        row = now(letter)
        assert (row.state, row.error) == ("waiting", "Сервер занят")
        task = DBTaskResult.objects.get(status="READY")
        assert task.run_after == row.next_at
        moments.append(row.next_at)
        clock.move_to(row.next_at)
    minutes = [(later - sooner).seconds // 60 for sooner, later in pairwise(moments)]
    assert minutes == [1, 2, 4, 8, 16, 32, 64]
    assert run_all_now() == 1
    assert (now(letter).state, now(letter).attempts) == ("failed", 8)
    assert run_all_now(also_later=True) == 0
    assert len(mail.MEMORY.failures) == 12


def test_a_failure_that_passes_is_forgotten(letter: Delivery, clock) -> None:
    mail.MEMORY.failures.append(Temporary("Сервер занят"))
    run_all_now()
    clock.move_to(now(letter).next_at)
    run_all_now()
    row = now(letter)
    assert (row.state, row.error, row.attempts, len(mail.MEMORY.sent)) == ("sent", "", 2, 1)


def test_a_bad_address_fails_at_once_in_words(letter: Delivery) -> None:
    mail.MEMORY.failures.append(BadAddress("Такого адреса нет"))
    assert run_all_now() == 1
    assert (now(letter).state, now(letter).error) == ("failed", "Такого адреса нет")
    assert run_all_now(also_later=True) == 0


def test_two_never_send_one(letter: Delivery) -> None:
    assert tasks.claim(delivery_id=letter.pk, at=NOON)
    assert tasks.claim(delivery_id=letter.pk, at=NOON + timedelta(seconds=119)) is None
    run_all_now()
    assert mail.MEMORY.sent == []


def test_what_a_dead_worker_left_is_sent_when_its_lease_ends(letter: Delivery, clock) -> None:
    tasks.claim(delivery_id=letter.pk, at=NOON)  # and the worker dies
    assert run_all_now() == 1  # its task, put back, finds the lease and comes back later
    clock.move_to(NOON + tasks.LEASE)
    assert run_all_now() == 1
    assert (now(letter).state, len(mail.MEMORY.sent)) == ("sent", 1)


def test_a_worker_that_wakes_late_does_not_overwrite(letter: Delivery, clock) -> None:
    asleep = tasks.claim(delivery_id=letter.pk, at=NOON)
    assert asleep
    clock.move_to(NOON + tasks.LEASE)
    run_all_now()
    assert tasks._settle(asleep, state="failed", error="поздно") is False
    assert now(letter).state == "sent"


def test_a_delivery_that_kills_its_workers_ends(letter: Delivery, clock) -> None:
    for number in range(tasks.MAX_ATTEMPTS):
        clock.move_to(NOON + number * tasks.LEASE)
        assert tasks.claim(delivery_id=letter.pk, at=NOON + number * tasks.LEASE)
    clock.move_to(NOON + 20 * tasks.LEASE)
    run_all_now()
    assert (now(letter).state, mail.MEMORY.sent) == ("failed", [])


def test_the_sweep_finds_orphans_and_leaves_the_others(letter: Delivery, clock) -> None:
    tasks.sweep(at=NOON + timedelta(minutes=3))
    assert DBTaskResult.objects.count() == 1  # it has a task: nothing to add
    DBTaskResult.objects.all().delete()
    tasks.sweep(at=NOON + timedelta(minutes=1))
    assert DBTaskResult.objects.count() == 0  # not late yet
    for minutes in (3, 4):
        tasks.sweep(at=NOON + timedelta(minutes=minutes))
    assert DBTaskResult.objects.count() == 1
    run_all_now()
    assert now(letter).state == "sent"
    tasks.sweep(at=NOON + timedelta(days=1))
    assert DBTaskResult.objects.filter(status="READY").count() == 0


def test_a_fault_of_ours_is_tried_again_and_swept_up(letter: Delivery, clock, monkeypatch) -> None:
    def broken(**_: object) -> str:
        raise ZeroDivisionError

    with monkeypatch.context() as fault:
        fault.setattr(tasks.letters, "mail_html", broken)
        assert run_all_now() == 1
    assert now(letter).state == "sending"
    clock.move_to(NOON + tasks.LEASE)
    run_all_now()
    assert now(letter).state == "sent"
