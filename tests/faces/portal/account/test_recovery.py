"""Recovery: every hurdle an account has, by either contact; unknown names look the same."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.faces.portal.account.conftest import NEW_PASSWORD, PASSWORD, code_in, sent
from tests.signing_in import sign_in

from oms.domain.accounts import control_question, factors
from oms.domain.accounts.factors import Kind
from oms.domain.accounts.models import Counter, Permit, User
from oms.domain.accounts.sign_in import check_password
from oms.domain.accounts.synthetic import DEMO_SECRET, add_factor
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Delivery, Message

pytestmark = pytest.mark.django_db
CODE, FACTOR, QUESTION, PASS = (
    f"/account/recovery/{step}/" for step in ("code", "factor", "question", "password")
)
VIA = {"phone": "sms", "email": "email"}


def nothing(user: User) -> None:
    pass


def app(user: User) -> None:
    add_factor(user=user, secret=DEMO_SECRET, at=timezone.now())


def by_sms(user: User) -> None:
    factors.switched_on(user=user, kind=Kind.SMS, data={}, at=timezone.now())


def question(user: User) -> None:
    control_question.set_question(
        user=user, question="Кличка первой кошки?", answer="Мурка-Ёлка", at=timezone.now()
    )


def app_and_question(user: User) -> None:
    app(user)
    question(user)


def with_app(client: Client, user: User) -> Any:
    return client.post(FACTOR, {"code": factors.code_at(secret=DEMO_SECRET, at=timezone.now())})


def with_recovery_code(client: Client, user: User) -> Any:
    return client.post(FACTOR, {"code": factors.recovery_codes(user=user)[0]})


def with_other_contact(client: Client, user: User) -> Any:
    Counter.objects.all().delete()
    client.post("/account/recovery/factor/other/")
    by = Permit.objects.latest("pk").data["by"]
    letter = sent("email" if by == "phone" else "sms")
    assert letter.address == (user.email if by == "phone" else user.phone)
    return client.post(FACTOR, {"sent_code": code_in(letter)})


def with_answer(client: Client, user: User) -> Any:
    return client.post(QUESTION, {"answer": "  мурка ЕЛКА "})


Step = tuple[str, Callable[[Client, User], Any]]
JOURNEYS: list[tuple[Callable[[User], None], list[Step]]] = [
    (nothing, []),
    (app, [(FACTOR, with_app)]),
    (app, [(FACTOR, with_recovery_code)]),
    (by_sms, [(FACTOR, with_other_contact)]),
    (by_sms, [(FACTOR, with_recovery_code)]),
    (question, [(QUESTION, with_answer)]),
    (app_and_question, [(FACTOR, with_app), (QUESTION, with_answer)]),
]


def begins(client: Client, login: str, channel: str) -> Any:
    answer = client.post("/account/recovery/", {"login": login})
    assert answer["Location"] == "/account/recovery/way/"
    return client.post("/account/recovery/way/", {"channel": channel})


@pytest.mark.parametrize("channel", ["phone", "email"])
@pytest.mark.parametrize(("has", "steps"), JOURNEYS)
def test_every_hurdle_of_the_account_is_passed_in_turn(
    boris: User, has: Callable[[User], None], steps: list[Step], channel: str
) -> None:
    has(boris)
    kinds = factors.ways(user=boris)
    elsewhere, client = sign_in(Client(), boris), Client()
    for _ in range(6):
        client.post("/account/login/", {"login": "boris@example.org", "password": "не тот 1"})
    assert begins(client, "+7 900 987-65-43", channel)["Location"] == CODE
    answer = client.post(CODE, {"code": code_in(sent(VIA[channel]))})
    for place, goes_on in [*steps, (PASS, None)]:
        assert answer["Location"] == place
        ahead = {FACTOR, QUESTION, PASS} - {place}
        for other in ahead:
            assert client.get(other)["Location"] == place, "no hurdle is jumped over"
            assert client.post(other, {"password": NEW_PASSWORD, "code": "1"}).status_code == 302
        assert boris.check_password(PASSWORD)
        assert client.get(place).status_code == 200
        if goes_on:
            answer = goes_on(client, boris)
    assert "имя" in client.post(PASS, {"password": "ветров ветров 1"}).content.decode()
    assert client.post(PASS, {"password": NEW_PASSWORD})["Location"] == "/account/login/"

    boris.refresh_from_db()
    assert boris.check_password(NEW_PASSWORD)
    assert factors.ways(user=boris) == kinds
    assert elsewhere.get("/account/profile/").status_code == 302
    assert client.get(PASS)["Location"] == "/account/recovery/", "used once"
    assert check_password(
        identifier="boris@example.org", password=NEW_PASSWORD, origin="203.0.113.7",
        device=None, agent="", at=timezone.now(),
    ).user, "the counters are forgotten"  # fmt: skip


@pytest.mark.parametrize("channel", ["phone", "email"])
def test_each_step_is_told_on_every_proven_channel(boris: User, channel: str) -> None:
    client = Client()
    begins(client, "boris@example.org", channel)
    other = {"phone": "email", "email": "sms"}[channel]
    assert "без кода пароль не изменить" in sent(other).text
    client.post(CODE, {"code": code_in(sent(VIA[channel]))})
    client.post(PASS, {"password": NEW_PASSWORD})
    for kind in ("access-recovery", "password-changed"):
        message = Message.objects.get(user=boris, kind=kind)
        told = set(message.deliveries.values_list("channel", "address"))
        assert told == {("email", "boris@example.org"), ("sms", "+79009876543")}
    acts = set(Entry.objects.filter(subject=boris.key).values_list("act", flat=True))
    assert {"user.recovery-begin", "user.password", "user.recovery"} <= acts
    assert "testserver" not in "".join(Delivery.objects.values_list("text", flat=True))


def test_an_unproven_contact_gets_no_code(boris: User) -> None:
    User.objects.filter(pk=boris.pk).update(phone_confirmed_at=None)
    begins(Client(), "boris@example.org", "phone")
    assert not Delivery.objects.filter(channel="sms").exists()


@pytest.mark.parametrize("channel", ["phone", "email"])
@pytest.mark.parametrize(
    ("known", "unknown"),
    [("boris@example.org", "nobody@example.org"), ("+79009876543", "+79009876544")],
)
def test_an_unknown_name_looks_and_costs_the_same(
    boris: User, known: str, unknown: str, channel: str
) -> None:
    seen, costs = [], []
    with time_machine.travel(timezone.now(), tick=False):
        for name in ("+79001110000", known, unknown):  # the first makes the place's counter
            client, pages, queries = Client(), [], []
            for method, path, data in (
                ("post", "/account/recovery/", {"login": name}),
                ("get", "/account/recovery/way/", None),
                ("post", "/account/recovery/way/", {"channel": channel}),
                ("get", CODE, None),
                ("post", CODE, {"code": "000000"}),
                ("post", "/account/recovery/code/again/", None),
                ("get", CODE, None),
            ):
                with CaptureQueriesContext(connection) as asked:
                    answer = getattr(client, method)(path, data)
                pages.append((answer.status_code, _plain(answer.content.decode())))
                queries.append(
                    [_kind(one["sql"]) for one in asked if "SAVEPOINT" not in one["sql"]]
                )
            seen.append(pages)
            costs.append(queries)
    assert seen[1] == seen[2]
    assert costs[1] == costs[2]
    sent_to = set(Delivery.objects.values_list("address", flat=True))
    assert sent_to == {"boris@example.org", "+79009876543"}


def _kind(sql: str) -> str:
    return " ".join(sql.split()[:3])


def _plain(page: str) -> str:
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    return re.sub(r"\S•••@\S+|\+7\s\d{3}\s•••-••-\d\d", "mask", page)


def test_masks_are_the_same_tomorrow_and_tell_nothing(boris: User) -> None:
    masks = []
    for name in ("nobody@gmail.com", "nobody@gmail.com", "112-233-445 95", "+79001112233"):
        client = Client()
        Counter.objects.all().delete()
        client.post("/account/recovery/", {"login": name})
        page = client.get("/account/recovery/way/").content.decode().replace("\xa0", " ")
        masks.append(re.findall(r"\+7 \d{3} •••-••-\d\d|\w•••@[\w.•]+", page))
    assert masks[0] == masks[1]
    assert masks[0][1] == "n•••@gmail.com"
    assert masks[2] == ["+7 900 •••-••-43", "b•••@•••"]
    assert masks[3][0] == "+7 900 •••-••-33"


def test_the_half_hour_ends(client: Client, boris: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        begins(client, "boris@example.org", "email")
        client.post(CODE, {"code": code_in(sent("email"))})
        clock.shift(timedelta(minutes=31))
        answer = client.post(PASS, {"password": NEW_PASSWORD}, follow=True)
    assert answer.request["PATH_INFO"] == "/account/recovery/"
    assert "Время на восстановление вышло" in answer.content.decode()
    boris.refresh_from_db()
    assert boris.check_password(PASSWORD)


def test_another_browser_holds_nothing(client: Client, boris: User) -> None:
    begins(client, "boris@example.org", "email")
    before = client.session.session_key
    assert client.post(CODE, {"code": code_in(sent("email"))})["Location"] == PASS
    assert client.session.session_key != before
    assert Client().get(PASS)["Location"] == "/account/recovery/"


def test_five_wrong_answers_close_the_question_for_a_day(boris: User) -> None:
    question(boris)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(2):
            client = Client()
            begins(client, "boris@example.org", "email")
            client.post(CODE, {"code": code_in(sent("email"))})
            for _ in range(3 if number else 2):
                page = client.post(QUESTION, {"answer": "не та"}).content.decode()
                assert "Ответ не подошёл" in page
            clock.shift(timedelta(minutes=2))
        page = client.post(QUESTION, {"answer": "Мурка елка"}).content.decode()
        assert "Слишком много неверных ответов" in page
        assert client.get(PASS)["Location"] == QUESTION


def test_the_only_factor_by_sms_needs_the_other_contact(boris: User) -> None:
    by_sms(boris)
    User.objects.filter(pk=boris.pk).update(email_confirmed_at=None)
    client = Client()
    begins(client, "+79009876543", "phone")
    client.post(CODE, {"code": code_in(sent("sms"))})
    count = Delivery.objects.count()
    client.post("/account/recovery/factor/other/")
    assert Delivery.objects.count() == count, "the same phone proves nothing new"
    assert "Отправить код" not in client.get(FACTOR).content.decode()


def test_a_blocked_person_gets_a_password_and_then_the_reason(boris: User) -> None:
    User.objects.filter(pk=boris.pk).update(is_active=False, blocked_reason="Проверяем")
    client = Client()
    begins(client, "boris@example.org", "email")
    client.post(CODE, {"code": code_in(sent("email"))})
    client.post(PASS, {"password": NEW_PASSWORD})
    answer = client.post("/account/login/", {"login": "+79009876543", "password": NEW_PASSWORD})
    assert answer.status_code == 403
    assert "Проверяем" in answer.content.decode()
