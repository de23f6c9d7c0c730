"""«Сообщения» and «Как сообщать»: archive, export, repeat, preferences, browsers."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from lxml import etree
from tests import factories
from tests.push_browser import PushBrowser

from oms.domain.accounts.models import User
from oms.domain.notifications import actions, preferences, wishes
from oms.domain.notifications.models import Delivery, Message, Preferences, Subscription
from oms.gateways import mail, push, sms
from oms.gateways.errors import BadAddress, Permanent
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
NOW = factories.NOON
QUESTION: dict[str, Any] = {
    "kind": "case-question",
    "context": {"number": "17-4", "service": "=Выписка"},
    "link": "/cases/17/",
    "subject": "case:17",
    "answer_by": NOW + timedelta(days=3),
}
TAKEN = {"kind": "case-taken", "context": {"number": "18-2", "service": "Полис", "due": "завтра"}}
REFUSED = {"kind": "document-refused", "context": {"document": "Паспорт", "reason": "Размыто."}}


@pytest.fixture(autouse=True)
def _quietly(settings: Any) -> Any:
    settings.SMTP_URL = settings.SMS_URL = settings.SMS_2_URL = settings.PUSH_SERVICES = ""
    with time_machine.travel(NOW, tick=False):
        yield
    for gateway in (mail, sms, push):
        gateway.MEMORY.clear()


@pytest.fixture
def told(anna: User) -> list[Message]:
    anna.email_confirmed_at = anna.phone_confirmed_at = NOW - timedelta(days=400)
    anna.save()
    mail.MEMORY.failures.append(Permanent("Почтовый сервер отказался принять письмо (554)"))
    found = []
    for number, (what, days) in enumerate(((REFUSED, 9), (TAKEN, 2), (QUESTION, 0))):
        at = NOW - timedelta(days=days)
        found.append(actions.tell(user=anna, key=f"k{number}", at=at, **what))
        run_all_now()
    return found


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200
    text = answer.content.decode().replace("\xa0", " ")
    return re.findall(r'class="title[^>]*>(?:<span[^>]*>[^<]*</span>)?([^<]+)</a>', text)


ALL = ["Ответьте на вопрос по заявлению", "Заявление взято в работу", "Документ не принят"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ALL),
        ({"q": "размыто"}, ALL[2:]),
        ({"q": "РАБОТУ"}, [ALL[1]]),
        ({"q": "ничего такого"}, []),
        ({"group": "papers"}, ALL[2:]),
        ({"group": "cases"}, ALL[:2]),
        ({"group": "x", "state": "y"}, ALL),
        ({"state": "answer"}, ALL[:1]),
        ({"state": "failed"}, ALL[2:]),
        ({"state": "unread"}, ALL),
        ({"since": "10.11.2026"}, ALL),
    ],
)
def test_the_archive_is_sifted(anna: User, told, entered: Enter, asked, expected) -> None:
    client = entered(anna)
    if "since" in asked:
        asked = {"since": f"{NOW - timedelta(days=3):%d.%m.%Y}", "until": f"{NOW:%d.%m.%Y}"}
        expected = ALL[:2]
    assert titles(client.get("/messages/", asked)) == expected


def test_a_day_that_is_none_stays_as_typed(anna: User, told, entered: Enter) -> None:
    answer = entered(anna).get("/messages/", {"since": "завтра", "until": "40.01.2026"})
    assert titles(answer) == ALL
    text = answer.content.decode()
    assert 'value="завтра"' in text
    assert 'value="40.01.2026"' in text
    assert text.count("Укажите день") == 2


def test_pages_cost_a_fixed_number_of_queries(
    anna: User, told, entered: Enter, django_assert_max_num_queries: Any
) -> None:
    client = entered(anna)
    client.get("/messages/")
    for more in range(2):
        for number in range(6):
            actions.tell(user=anna, key=f"more{more}-{number}", at=NOW, **TAKEN)
        with django_assert_max_num_queries(6):
            client.get("/messages/", {"state": "failed", "group": "papers", "q": "паспорт"})
        with django_assert_max_num_queries(7):
            client.get(f"/messages/{told[0].pk}/")
        with django_assert_max_num_queries(6):
            client.get("/account/telling/")
        with django_assert_max_num_queries(6):
            client.get("/messages/export/", {"format": "json"})


def test_what_is_shown_can_be_taken_along(anna: User, told, entered: Enter) -> None:
    client = entered(anna)
    whole = client.get("/messages/export/", {"format": "csv"})
    assert "attachment" in whole["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(whole.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 5  # letter and SMS of two, letter of one
    failed = next(row for row in rows if row["Состояние"] == "Не доставлено")
    assert failed["Заголовок"] == "Документ не принят"
    assert "(554)" in failed["Причина"]
    book = client.get("/messages/export/", {"format": "xlsx"}).content
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        strings = etree.fromstring(parts.read("xl/sharedStrings.xml"))
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    words = "".join(strings.itertext())
    assert all(row["Текст"] in words for row in rows)
    assert (sheet.count("<row "), sheet.count("<f>")) == (6, 0)
    (one,) = json.loads(
        client.get("/messages/export/", {"format": "json", "group": "papers"}).content
    )
    assert one["body"] == told[0].body
    assert {row["channel"]: row["state"] for row in one["deliveries"]} == {
        "email": "failed",
        "sms": "sent",
    }
    assert client.get("/messages/export/", {"format": "exe"}).status_code == 404


def test_a_table_is_never_a_formula(anna: User, entered: Enter) -> None:
    Message.objects.create(user=anna, kind="x", title="=1+1", body="@x", key="f", at=NOW)
    text = entered(anna).get("/messages/export/", {"format": "csv"}).content.decode("utf-8-sig")
    assert "'=1+1;'@x" in text


def test_a_message_says_how_it_arrived_and_is_sent_again(anna: User, told, entered: Enter) -> None:
    client, path = entered(anna), f"/messages/{told[0].pk}/"
    page = client.get(path).content.decode()
    assert "(554)" in page
    assert "встроенный текст 1" in page
    assert page.count("Повторить<") == 2
    failed = told[0].deliveries.get(channel="email")
    assert client.post(f"{path}again/{failed.pk}/")["Location"] == path
    run_all_now()
    assert len(mail.MEMORY.sent) == 3
    page = client.get(path).content.decode()
    assert "(554)" not in page
    client.post(f"{path}again/{failed.pk}/")  # within a minute
    assert "Подождите минуту" in client.get(path).content.decode()
    run_all_now()
    assert len(mail.MEMORY.sent) == 3


def test_repeats_of_a_day_are_counted(anna: User, told, entered: Enter) -> None:
    client, path = entered(anna), f"/messages/{told[1].pk}/"
    letter = told[1].deliveries.get(channel="email")
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(7):
            clock.shift(timedelta(minutes=2))
            client.post(f"{path}again/{letter.pk}/")
            run_all_now()
        assert "повторяли пять раз" in client.get(path).content.decode()
    assert Delivery.objects.filter(message=told[1]).count() == 1 + actions.RESENDS_A_DAY


def test_a_person_chooses_how_to_be_told(anna: User, entered: Enter) -> None:
    client = entered(anna)
    page = client.get("/account/telling/").content.decode()
    assert "Что придёт всегда" in page
    assert "Ответьте на вопрос по заявлению" in page
    typed = {
        name: value
        for group in wishes.Group
        for name, value in (
            (f"{group}_email", "now"),
            (f"{group}_sms", "off"),
            (f"{group}_push", "off"),
        )
    } | {"cases_email": "daily", "papers_sms": "now", "quiet_from": "23:30", "quiet_to": "06:00"}
    typed["time_zone"] = "Asia/Omsk"
    assert client.post("/account/telling/", typed)["Location"] == "/account/telling/"
    kept = Preferences.objects.get(pk=anna.pk)
    assert kept.chosen["cases"] == {"email": "daily", "push": "off"}
    assert kept.chosen["papers"] == {"sms": "now", "push": "off"}
    assert (kept.quiet, f"{kept.quiet_from:%H:%M}", kept.time_zone) == (False, "23:30", "Asia/Omsk")
    page = client.get("/account/telling/").content.decode()
    assert '<option value="daily" selected>' in page
    wrong = client.post("/account/telling/", {**typed, "cases_sms": "daily", "quiet_to": "x"})
    assert wrong.status_code == 422
    assert Preferences.objects.get(pk=anna.pk).chosen == kept.chosen


@pytest.mark.parametrize("path", ["/account/profile/", "/account/security/", "/account/telling/"])
def test_a_contact_that_takes_nothing_is_said_where_it_is_mended(
    anna: User, entered: Enter, path: str
) -> None:
    anna.email_confirmed_at = NOW - timedelta(days=400)
    anna.save()
    mail.MEMORY.failures.append(BadAddress("Почтовый сервер не знает такого адреса (550)"))
    actions.tell(user=anna, key="k", at=NOW, **TAKEN)
    run_all_now()
    client = entered(anna)
    page = client.get(path).content.decode()
    assert "сообщения не доходят" in page
    assert "/account/contacts/email/" in page
    client.post("/account/telling/contacts/email/right/")
    assert "сообщения не доходят" not in client.get(path).content.decode()
    assert client.post("/account/telling/contacts/pigeon/right/").status_code == 404


def test_a_browser_is_subscribed_and_forgotten(anna: User, boris: User, entered: Enter) -> None:
    client, device = entered(anna), PushBrowser("https://fcm.googleapis.com/send/1")

    def tells(one: Client, **more: Any) -> Any:
        return one.post("/account/telling/push/", {**device.told, **more}, "application/json")

    assert tells(client).status_code == 201
    assert tells(client).status_code == 201
    (row,) = Subscription.objects.all()
    assert (row.user, row.endpoint) == (anna, device.endpoint)
    for wrong in (
        {"endpoint": "http://fcm.googleapis.com/x"},
        {"endpoint": "https://127.0.0.1/x"},
        {"endpoint": "https://fcm.googleapis.com.evil.example/x"},
        {"endpoint": "https://me@fcm.googleapis.com:8080/x"},
        {"keys": {"p256dh": "AAAA", "auth": device.told["keys"]["auth"]}},
        {"keys": {"p256dh": device.told["keys"]["p256dh"], "auth": "AAAA"}},
        {"keys": 1},
    ):
        assert tells(client, **wrong).status_code == 422
    other = entered(boris)
    assert tells(other).status_code == 201  # the same browser, another person
    assert Subscription.objects.get().user == boris
    assert not Preferences.objects.get(pk=anna.pk).has_push
    pk = Subscription.objects.get().pk
    assert client.post(f"/account/telling/push/{pk}/off/").status_code == 404
    assert other.post(f"/account/telling/push/{pk}/off/").status_code == 302
    assert not Subscription.objects.exists()


def test_only_so_many_browsers_are_kept(anna: User) -> None:
    for number in range(preferences.MOST_BROWSERS + 3):
        device = PushBrowser(f"https://fcm.googleapis.com/send/{number}")
        at = timezone.now() + timedelta(minutes=number)
        preferences.subscribe(
            user=anna, endpoint=device.endpoint, agent="Chrome", at=at, **device.told["keys"]
        )
    kept = {row.endpoint.rpartition("/")[2] for row in Subscription.objects.all()}
    assert kept == {str(number) for number in range(3, 13)}


def test_the_worker_is_a_script_of_ours(client: Client) -> None:
    answer = client.get("/push-worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert b"showNotification" in answer.content
