from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from oms.domain.accounts.models import User
from oms.domain.notifications import actions, tasks, wishes
from oms.domain.notifications.models import Delivery, Message, Preferences, Subscription
from oms.domain.notifications.templates import TEMPLATES
from oms.domain.notifications.wishes import Group
from oms.gateways import mail, push, sms
from oms.gateways.errors import Permanent
from oms.kit.tasks import run_all_now

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # 15:00 in Moscow
NIGHT = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)  # 23:30
MORNING = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 08:00
pytestmark = pytest.mark.django_db
CONTEXT = {"number": "17-4", "service": "Выписка", "due": "завтра", "answer_by": "завтра"}


def told(user: User, kind: str = "case-taken", key: str = "k", **more: Any) -> Message:
    values: dict[str, Any] = {"context": CONTEXT, "at": NOON, "link": "/cases/1/", **more}
    return actions.tell(user=user, kind=kind, key=key, **values)


def browser(user: User, number: int = 1) -> Subscription:
    endpoint = f"https://fcm.googleapis.com/{number}"
    row = Subscription.objects.create(
        user=user, endpoint=endpoint, p256dh="p", auth="a", created_at=NOON
    )
    Preferences.objects.update_or_create(user=user, defaults={"has_push": True})
    return row


@pytest.mark.parametrize("zone", list(wishes.ZONES))
@pytest.mark.parametrize(
    ("begins", "ends", "now", "expected"),
    [
        ("22:00", "08:00", "21:59", None),
        ("22:00", "08:00", "22:00", "+08:00"),
        ("22:00", "08:00", "23:59", "+08:00"),
        ("22:00", "08:00", "00:00", "08:00"),
        ("22:00", "08:00", "07:59", "08:00"),
        ("22:00", "08:00", "08:00", None),
        ("13:00", "15:00", "12:59", None),
        ("13:00", "15:00", "14:30", "15:00"),
        ("13:00", "15:00", "15:00", None),
        ("09:00", "09:00", "09:00", None),
    ],
)
def test_quiet_hours_are_of_the_persons_clock(zone, begins, ends, now, expected) -> None:
    kept = Preferences(
        quiet_from=time.fromisoformat(begins), quiet_to=time.fromisoformat(ends), time_zone=zone
    )
    clock = wishes.zone(kept)
    at = datetime(2026, 11, 22, *map(int, now.split(":")), tzinfo=clock)
    until = wishes.quiet_until(kept, at=at.astimezone(UTC))
    if expected is None:
        assert until is None
        return
    assert until
    assert until.astimezone(clock).strftime("%H:%M") == expected.lstrip("+")
    assert (until.astimezone(clock).date() > at.date()) == expected.startswith("+")
    kept.quiet = False
    assert wishes.quiet_until(kept, at=at) is None


@pytest.mark.parametrize("kind", list(TEMPLATES))
@pytest.mark.parametrize("said", ["now", "daily", "off"])
def test_what_must_be_sent_cannot_be_switched_off(anna: User, kind: str, said: str) -> None:
    channels = dict.fromkeys(("email", "sms", "push"), said)
    Preferences.objects.create(user=anna, chosen={group.value: channels for group in Group})
    browser(anna)
    context = dict.fromkeys(TEMPLATES[kind].needs, "Х")
    rows = {
        one.channel: one for one in told(anna, kind, context=context, at=NIGHT).deliveries.all()
    }
    if TEMPLATES[kind].must_send:
        assert set(rows) == {"email", "sms", "push"}
        later = "night" if TEMPLATES[kind].by_day else ""
        assert {name: one.hold for name, one in rows.items()} == {
            "email": "", "sms": later, "push": later,
        }  # fmt: skip
    elif said == "off":
        assert rows == {}
    else:
        assert rows["email"].hold == ("digest" if said == "daily" else "")
        assert rows["sms"].hold == "night"  # a day's messages make a letter, not an SMS
        assert rows["push"].hold == "night"


def test_an_sms_and_a_push_wait_till_the_morning(anna: User, clock) -> None:
    Preferences.objects.create(user=anna, chosen={"cases": {"sms": "now"}})
    browser(anna)
    clock.move_to(NIGHT)
    told(anna, at=NIGHT)
    run_all_now()
    assert (len(mail.MEMORY.sent), sms.MEMORY.sent, push.MEMORY.sent) == (1, [], [])
    tasks.sweep(at=NIGHT + timedelta(hours=1))
    clock.move_to(NIGHT + timedelta(hours=1))
    run_all_now(also_later=True)  # a task that runs too early finds nothing to do
    assert sms.MEMORY.sent == []
    clock.move_to(MORNING)
    run_all_now()
    (text,) = sms.MEMORY.sent
    assert text.text == "Кабинет ОМС: заявление взято в работу. Подробности в кабинете."
    (notice,) = push.MEMORY.sent
    message = Message.objects.get()
    assert (notice.title, notice.path) == (message.title, f"/messages/{message.pk}/")


def test_a_code_does_not_wait_for_the_morning(anna: User, clock) -> None:
    clock.move_to(NIGHT)
    code: dict[str, Any] = {"channel": "sms", "address": anna.phone, "title": "", "text": "1"}
    actions.send_now(**code, key="code", at=NIGHT, user=anna)
    run_all_now()
    assert len(sms.MEMORY.sent) == 1


def test_messages_of_a_day_come_in_one_letter(anna: User, clock) -> None:
    Preferences.objects.create(user=anna, chosen={"cases": {"email": "daily"}})
    for number in range(3):
        told(anna, key=f"k{number}")
    told(anna, "case-question", key="must", answer_by=NOON + timedelta(days=3))
    run_all_now(also_later=True)
    assert [one.subject for one in mail.MEMORY.sent] == ["Ответьте на вопрос по заявлению"]
    tasks.sweep(at=NOON + timedelta(days=3))
    evening = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # 19:00 in Moscow
    tasks.gather(at=evening - timedelta(minutes=1))
    run_all_now()
    assert len(mail.MEMORY.sent) == 1
    clock.move_to(evening)
    for _ in range(2):
        tasks.gather(at=evening)
        run_all_now()
    (_, letter) = mail.MEMORY.sent
    assert letter.subject == "Сообщения за день"
    assert letter.text.count("Заявление взято в работу") == 3
    assert letter.text.count("https://oms.example/messages/") == 3
    parts = Delivery.objects.filter(inside__isnull=False)
    assert set(parts.values_list("state", "sent_at", "hold")) == {("sent", evening, "")}


def test_a_letter_of_the_day_that_fails_fails_for_its_parts(anna: User, clock) -> None:
    Preferences.objects.create(user=anna, chosen={"cases": {"email": "daily"}})
    part = told(anna).deliveries.get()
    evening = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    clock.move_to(evening)
    mail.MEMORY.failures.append(Permanent("Отказ"))
    tasks.gather(at=evening)
    run_all_now()
    part.refresh_from_db()
    assert (part.state, part.error) == ("failed", "Отказ")
    actions.resend(delivery=part, by=anna.actor, at=evening)
    run_all_now()
    part.refresh_from_db()
    assert (part.state, part.inside, mail.MEMORY.sent[0].subject) == ("sent", None, part.title)


def test_a_browser_that_left_is_forgotten(anna: User, clock) -> None:
    here, gone = browser(anna), browser(anna, 2)
    del here
    push.MEMORY.failures.append(push.Gone("Отписан"))
    told(anna)
    run_all_now()
    assert len(push.MEMORY.sent) == 1
    assert Subscription.objects.count() == 1
    failed = Delivery.objects.get(channel="push", state="failed")
    with pytest.raises(actions.NoSuchBrowser):
        actions.resend(delivery=failed, by=anna.actor, at=NOON)
    assert gone.pk
    push.MEMORY.failures.append(push.Gone("Отписан"))
    told(anna, key="second")
    run_all_now()
    assert not Preferences.objects.get(pk=anna.pk).has_push


def test_telling_costs_a_fixed_number_of_queries(anna: User, django_assert_max_num_queries) -> None:
    browser(anna)
    with django_assert_max_num_queries(24):
        told(anna, "case-question")
