from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from oms.domain.accounts.models import User
from oms.domain.notifications import actions, tasks
from oms.domain.notifications.models import Delivery, Message
from oms.gateways import mail, sms
from oms.gateways.errors import BadAddress, GatewayError, NotTaken, Temporary
from oms.gateways.smpp import Receipt
from oms.kit.tasks import run_all_now

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db
TAKEN = {"number": "17-4", "service": "Выписка", "due": "завтра"}


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
    pauses = [(later - sooner).seconds for sooner, later in pairwise(moments)]
    assert pauses == [10, 120, 480, 1800, 3600, 7200, 7200]
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


def test_a_contact_that_takes_nothing_is_told_and_left_alone(anna: User, clock) -> None:
    mail.MEMORY.failures.append(BadAddress("Такого адреса нет"))
    told: dict[str, Any] = {"kind": "case-taken", "context": TAKEN, "at": NOON}
    actions.tell(user=anna, key="first", **told)
    run_all_now()
    notice = Message.objects.get(kind="contact-unreachable")
    assert "почта" in notice.body
    assert "Такого адреса нет" in notice.body
    assert {(one.channel, one.state) for one in notice.deliveries.all()} == {
        ("email", "failed"),
        ("sms", "sent"),
    }
    second = actions.tell(user=anna, key="second", **told).deliveries.get()
    assert (second.state, second.error) == ("failed", "Не отправляли: Такого адреса нет")
    run_all_now(also_later=True)
    assert mail.MEMORY.sent == []
    with pytest.raises(actions.ContactTakesNothing):
        actions.resend(delivery=second, by=anna.actor, at=NOON)
    assert Message.objects.filter(kind="contact-unreachable").count() == 1

    anna.email_confirmed_at = NOON + timedelta(minutes=1)  # confirmed anew
    anna.save()
    actions.tell(user=anna, key="third", **told)
    actions.resend(delivery=now(second), by=anna.actor, at=NOON)
    run_all_now()
    assert len(mail.MEMORY.sent) == 2


@pytest.mark.parametrize("way", ["code", "word", "change"])
def test_a_contact_is_used_again_once_it_is_proven(anna: User, clock, way: str) -> None:
    mail.MEMORY.failures.append(BadAddress("Такого адреса нет"))
    told: dict[str, Any] = {"kind": "case-taken", "context": TAKEN, "at": NOON}
    actions.tell(user=anna, key="first", **told)
    run_all_now()
    if way == "code":
        letter: dict[str, Any] = {"channel": "email", "address": anna.email, "title": "Код"}
        actions.send_now(**letter, text="1", key="code", at=NOON, user=anna)
        run_all_now()
    elif way == "word":
        actions.contact_is_right(user=anna, channel="email", at=NOON)
    else:
        anna.email = "new@example.ru"
    assert actions.tell(user=anna, key="second", **told).deliveries.get().error == ""


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


# SMS providers ---------------------------------------------------------------------------


@dataclass
class Simple:
    """A provider that fails as told and keeps what it took."""

    sent: list[str] = field(default_factory=list)
    failures: list[GatewayError] = field(default_factory=list)
    takes_before_failing: bool = False

    def send(self, *, to: str, text: str, key: str) -> str:
        error = self.failures.pop(0) if self.failures else None
        if (error is None or self.takes_before_failing) and key not in self.sent:
            self.sent.append(key)
        if error:
            raise error
        return f"n:{key}"


@pytest.fixture
def two(monkeypatch) -> tuple[Simple, Simple]:
    own = {"sms-1": Simple(), "sms-2": Simple()}
    monkeypatch.setattr(sms, "weights", lambda: {"sms-1": 1e9, "sms-2": 1e-9})
    monkeypatch.setattr(sms, "gateway", own.__getitem__)
    return own["sms-1"], own["sms-2"]


def text_to(anna: User, key: str = "sms:1", **more: Any) -> Delivery:
    told: dict[str, Any] = {"secret": False, "user": anna, "at": NOON, **more}
    return actions.send_now(channel="sms", address=anna.phone, title="", text="Т", key=key, **told)


def test_the_second_provider_is_asked_at_once_when_the_first_surely_took_nothing(
    anna: User, clock, two
) -> None:
    two[0].failures.append(NotTaken("занят"))
    one = text_to(anna)
    run_all_now()
    assert (two[0].sent, two[1].sent) == ([], ["sms:1"])
    row = now(one)
    assert (row.state, row.provider, row.reference) == ("sent", "sms-2", "n:sms:1")


def test_a_provider_that_may_have_it_is_asked_alone_until_it_says(anna: User, clock, two) -> None:
    two[0].failures += [Temporary("тишина"), NotTaken("позже")]  # it may have it since the first
    two[0].takes_before_failing = True
    one = text_to(anna)
    for _ in range(3):
        run_all_now()
        assert now(one).provider == "sms-1"
        clock.move_to(now(one).next_at)
    assert (two[0].sent, two[1].sent) == (["sms:1"], [])
    assert (now(one).state, now(one).attempts) == ("sent", 3)


def test_a_worker_that_died_leaves_the_provider_it_had_asked(anna: User, clock, two) -> None:
    one = text_to(anna)
    taken = tasks.claim(delivery_id=one.pk, at=NOON)
    assert taken
    assert tasks._note_provider(taken, "sms-2")  # asked, and the worker dies
    clock.move_to(NOON + tasks.LEASE)
    run_all_now()
    assert (two[0].sent, two[1].sent) == ([], ["sms:1"])


def test_a_code_does_not_wait_for_certainty(anna: User, clock, two) -> None:
    two[0].failures.append(Temporary("тишина"))
    text_to(anna, secret=True)
    run_all_now()
    assert two[1].sent == ["sms:1"]


def test_when_all_rest_messages_wait_without_losing_attempts(anna: User, clock, two) -> None:
    for one in two:
        one.failures += [NotTaken("лежит")] * 3
    texts = [text_to(anna, key=f"sms:{number}") for number in range(5)]
    run_all_now()
    waiting = [now(one) for one in texts]
    assert {one.state for one in waiting} == {"waiting"}
    assert [one.attempts for one in waiting] == [1, 1, 1, 0, 0]
    for _ in range(40):
        clock.shift(timedelta(seconds=31))
        run_all_now()
    assert {now(one).state for one in texts} == {"sent"}
    assert sorted(two[0].sent + two[1].sent) == [f"sms:{number}" for number in range(5)]


@pytest.mark.parametrize(
    ("state", "expected"),
    [("DELIVRD", ("sent", "delivered", "")), ("UNDELIV", ("failed", "lost", "телефон не принял"))],
)
def test_a_receipt_is_written_down(
    anna: User, clock, two, state: str, expected: tuple[str, str, str]
) -> None:
    one = text_to(anna)
    assert not tasks.take_receipt("sms-1", Receipt("n:sms:1", state))  # not known yet
    run_all_now()
    assert not tasks.take_receipt("sms-2", Receipt("n:sms:1", state))  # another's number
    assert tasks.take_receipt("sms-1", Receipt("n:sms:1", state))
    row = now(one)
    assert (row.state, row.receipt, row.receipt_at) == (*expected[:2], NOON)
    assert expected[2] in row.error
    if row.state == "failed":
        clock.shift(timedelta(minutes=2))
        again = actions.resend(delivery=row, by=anna.actor, at=NOON + timedelta(minutes=2))
        run_all_now()
        assert again.key == "sms:1~2"
        assert two[0].sent == ["sms:1", "sms:1~2"]


# Reminders -------------------------------------------------------------------------------


def test_an_answer_is_reminded_of_once_a_day_before(anna: User, clock) -> None:
    told: dict[str, Any] = {"user": anna, "at": NOON, "answer_by": NOON + timedelta(days=3)}
    refused = {"kind": "document-refused", "context": {"document": "Паспорт", "reason": "Х."}}
    actions.tell(**told, **refused, key="open", subject="document:1")
    actions.tell(**told, **refused, key="done", subject="document:2")
    asked = {"kind": "case-question", "context": {"number": "1", "service": "С"}}
    actions.tell(**told, **asked, key="case")  # cases remind of their own questions
    assert actions.answered(user=anna, subject="document:2", at=NOON) == 1
    reminders = Message.objects.filter(kind="answer-reminder")
    tasks.remind(at=NOON + timedelta(days=1, hours=23))
    assert not reminders.exists()
    for hours in (49, 50, 71):
        tasks.remind(at=NOON + timedelta(hours=hours))
    (one,) = reminders
    assert (one.key, one.subject) == ("open!soon", "document:1")
    assert "Документ не принят" in one.body


def test_a_question_is_over_when_its_matter_moves_on(anna: User, clock) -> None:
    told: dict[str, Any] = {"user": anna, "at": NOON, "subject": "case:1"}
    asked = {"kind": "case-question", "context": {"number": "1", "service": "С"}}
    asked["answer_by"] = NOON + timedelta(days=3)
    first = actions.tell(**told, **asked, key="1")
    refused = {"kind": "document-refused", "context": {"document": "Паспорт", "reason": "Х."}}
    actions.tell(**told, **refused, key="2")  # of another kind of matter
    reminded = {"kind": "case-question-reminder", "context": asked["context"]}
    actions.tell(**told, **reminded, key="3", answer_by=asked["answer_by"])
    first.refresh_from_db()
    assert first.answered_at is None
    actions.tell(**told, kind="case-taken", context=TAKEN, key="4")
    first.refresh_from_db()
    assert first.answered_at == NOON
