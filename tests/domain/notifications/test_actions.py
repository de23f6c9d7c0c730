from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from oms.domain.accounts.models import User
from oms.domain.journal.models import Entry
from oms.domain.notifications import actions, queries
from oms.domain.notifications.models import Delivery, Message
from oms.gateways import mail, sms
from oms.gateways.errors import Permanent
from oms.kit import tasks

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db
CASE: dict[str, Any] = {
    "kind": "case-question",
    "context": {"number": "17-4", "service": "Выписка"},
    "key": "case:17/question/1",
    "at": NOON,
    "subject": "case:17",
    "link": "/cases/17/",
    "answer_by": NOON + timedelta(days=3),
}


def test_a_person_is_told_in_the_cabinet_by_mail_and_by_sms(anna: User, clock) -> None:
    message = actions.tell(user=anna, **CASE)
    assert (message.title, message.template_version) == ("Ответьте на вопрос по заявлению", 1)
    assert "до 25\u00a0ноября\u00a02026\u00a0г." in message.body
    assert tasks.run_all_now() == 2
    (letter,) = mail.MEMORY.sent
    assert (letter.to, letter.subject) == ("anna@example.ru", message.title)
    assert message.body in letter.text
    assert "Прочитать вопрос и ответить: https://oms.example/cases/17/" in letter.text
    assert "Анна" not in letter.text + letter.subject
    (text,) = sms.MEMORY.sent
    assert (text.to, text.text.split(":")[0]) == ("+79001234567", "Кабинет ОМС")
    assert set(Delivery.objects.values_list("state", "sent_at")) == {("sent", NOON)}


def test_one_event_is_told_once(anna: User, clock) -> None:
    first = actions.tell(user=anna, **CASE)
    assert actions.tell(user=anna, **CASE) == first
    tasks.run_all_now()
    assert actions.tell(user=anna, **CASE) == first
    assert tasks.run_all_now() == 0
    assert (Message.objects.count(), len(mail.MEMORY.sent), len(sms.MEMORY.sent)) == (1, 1, 1)
    assert Entry.objects.filter(act="message.tell").count() == 1


def test_an_event_that_is_undone_tells_nobody(anna: User, clock) -> None:
    with transaction.atomic():
        actions.tell(user=anna, **CASE)
        transaction.set_rollback(True)
    assert tasks.run_all_now() == 0
    assert (Message.objects.count(), Delivery.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("unset", "kind", "channels"),
    [
        ("", "case-question", {"email", "sms"}),
        ("", "case-taken", {"email"}),
        ("email_confirmed_at", "case-question", {"sms"}),
        ("phone_confirmed_at", "case-question", {"email"}),
        ("email_confirmed_at", "case-taken", set()),
    ],
)
def test_only_confirmed_addresses_are_used(
    anna: User, unset: str, kind: str, channels: set[str]
) -> None:
    if unset:
        setattr(anna, unset, None)
    context = CASE["context"] | {"due": "завтра"}
    message = actions.tell(user=anna, **CASE | {"kind": kind, "context": context})
    assert {delivery.channel for delivery in message.deliveries.all()} == channels


def test_a_code_is_sent_once_and_erased(anna: User, clock) -> None:
    code: dict[str, Any] = {
        "channel": "sms",
        "address": anna.phone,
        "title": "Код",
        "text": "Код: 123456",
        "key": "code:1",
        "at": NOON,
        "user": anna,
    }
    delivery = actions.send_now(**code)
    assert actions.send_now(**code) == delivery
    assert tasks.run_all_now() == 1
    assert [(one.to, one.text) for one in sms.MEMORY.sent] == [(anna.phone, "Код: 123456")]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.text) == ("sent", "")
    with pytest.raises(actions.NothingToResend):
        actions.resend(delivery=delivery, by=anna.actor, at=NOON)


def test_a_late_code_is_not_sent_and_not_kept(anna: User, clock) -> None:
    actions.send_now(
        channel="email", address="a@example.ru", title="Код", text="654321", key="c", at=NOON
    )
    clock.move_to(NOON + timedelta(minutes=11))
    tasks.run_all_now()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.text, mail.MEMORY.sent) == ("failed", "", [])
    assert "устарело" in delivery.error


def test_a_failed_delivery_is_sent_again_under_its_old_key(anna: User, clock) -> None:
    mail.MEMORY.failures.append(Permanent("Отказ"))
    message = actions.tell(user=anna, **CASE)
    tasks.run_all_now()
    failed = message.deliveries.get(channel="email")
    assert (failed.state, failed.error) == ("failed", "Отказ")
    again = [actions.resend(delivery=failed, by=anna.actor, at=NOON) for _ in range(2)]
    assert [one.pk for one in again] == [failed.pk] * 2
    tasks.run_all_now()
    failed.refresh_from_db()
    assert (failed.state, failed.error, len(mail.MEMORY.sent)) == ("sent", "", 1)
    assert Entry.objects.get(act="message.resend").actor == anna.key


def test_a_sent_message_is_repeated_once_per_wish(anna: User, clock) -> None:
    message = actions.tell(user=anna, **CASE)
    tasks.run_all_now()
    first = message.deliveries.get(channel="email")
    with pytest.raises(actions.JustSent):
        actions.resend(delivery=first, by=anna.actor, at=NOON + timedelta(seconds=59))
    for minutes in (5, 10):
        at = NOON + timedelta(minutes=minutes)
        clock.move_to(at)
        twice = {actions.resend(delivery=first, by=anna.actor, at=at).pk for _ in range(2)}
        assert len(twice) == 1
        tasks.run_all_now()
    keys = [one.key.removeprefix(CASE["key"]) for one in mail.MEMORY.sent]
    assert keys == ["/email", "/email~2", "/email~3"]
    assert len({one.text for one in mail.MEMORY.sent}) == 1


def test_the_inbox_is_read_in_pages_of_few_queries(anna: User, django_assert_num_queries) -> None:
    for number in range(7):
        moment = NOON + timedelta(hours=number // 2)  # some at the same moment
        actions.tell(user=anna, **CASE | {"key": f"k{number}", "at": moment})
    seen, before = [], ""
    for size in (3, 3, 1):
        with django_assert_num_queries(2):
            page = queries.inbox(user=anna, limit=3, before=before)
        assert len(page.messages) == size
        seen += [message.key for message in page.messages]
        before = page.before
    assert seen == [f"k{number}" for number in (6, 5, 4, 3, 2, 1, 0)]
    assert before == ""


@pytest.mark.parametrize("cursor", ["x", "-1", "1-", "9" * 30 + "-1", "1-" + "9" * 30, "٣-٤"])
def test_a_damaged_cursor_does_no_harm(anna: User, cursor: str) -> None:
    queries.inbox(user=anna, before=cursor)


def test_reading_is_for_the_addressee_only(anna: User, django_assert_num_queries) -> None:
    boris = User.objects.create(
        phone="+79007654321", family_name="Б", given_name="Б", created_at=NOON
    )
    mine = [actions.tell(user=anna, **CASE | {"key": f"k{number}"}) for number in range(3)]
    foreign = actions.tell(user=boris, **CASE | {"key": "foreign"})
    assert actions.mark_read(user=anna, ids=[mine[0].pk, foreign.pk], at=NOON) == 1
    assert actions.mark_read(user=anna, ids=[mine[0].pk], at=NOON + timedelta(days=1)) == 0
    with django_assert_num_queries(1):
        assert queries.unread_count(user=anna) == 2
    assert queries.unread_count(user=boris) == 1
    assert list(Message.objects.visible_to(boris)) == [foreign]
    assert set(Delivery.objects.visible_to(anna).values_list("message", flat=True)) == {
        message.pk for message in mine
    }
    assert actions.mark_read(user=anna, at=NOON) == 2
    mine[0].refresh_from_db()
    assert mine[0].read_at == NOON


def test_the_unread_count_stops_at_99(anna: User) -> None:
    Message.objects.bulk_create(
        Message(user=anna, kind="x", title="x", body="x", key=f"k{number}", at=NOON)
        for number in range(120)
    )
    assert queries.unread_count(user=anna) == 99


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a server")
def test_one_event_told_by_many_at_once_is_one(anna: User) -> None:
    def tell(_: int) -> int:
        try:
            return actions.tell(user=anna, **CASE).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(tell, range(16)))) == 1
    assert Delivery.objects.count() == 2
