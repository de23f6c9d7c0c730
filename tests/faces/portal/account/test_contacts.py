"""A new phone or e-mail, taking it back, everything lost, a block contested, the yearly look."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from tests import factories
from tests.faces.portal.account.conftest import NEW_PASSWORD, PASSWORD, code_in, sent
from tests.signing_in import sign_in

from oms.domain.accounts import blocking, control_question, factors, regain, requests
from oms.domain.accounts.models import AccountRequest, Counter, Permit, Role, User
from oms.domain.accounts.synthetic import DEMO_SECRET, add_factor, make_user
from oms.domain.journal.actions import SYSTEM
from oms.domain.notifications import security
from oms.domain.notifications.models import Delivery, Message
from oms.domain.register import actions as register

pytestmark = pytest.mark.django_db
NEW = {"phone": "+79005554433", "email": "new@example.org"}
VIA = {"phone": "sms", "email": "email"}
ACCESS = {
    "family_name": "ветров", "given_name": "Борис", "patronymic": "", "birth_date": "14.03.1985",
    "snils": "112-233-445 95", "policy": "", "phone": NEW["phone"], "email": NEW["email"],
    "reach": "после 18:00",
}  # fmt: skip


@pytest.fixture
def agent(db: None) -> User:
    return make_user(
        role=Role.SUPPORT, phone="+79005550002", email="help@example.org", password=PASSWORD,
        at=timezone.now(), family_name="Фомин", given_name="Даниил",
    )  # fmt: skip


def changes(client: Client, channel: str, value: str) -> Any:
    Counter.objects.all().delete()
    answer = client.post(f"/account/contacts/{channel}/", {"value": value})
    assert answer["Location"] == f"/account/contacts/{channel}/code/"
    code = code_in(Delivery.objects.filter(address=value).latest("pk"))
    return client.post(answer["Location"], {"code": code})


def token_for(address: str) -> str:
    """The right to take something back that was sent to an address last."""
    texts = Delivery.objects.filter(address=address).order_by("-pk").values_list("text", flat=True)
    found = next(filter(None, (re.search(r"\b(?:[2-9A-Z]{4}-){2}[2-9A-Z]{4}", t) for t in texts)))
    return found[0]


@pytest.mark.parametrize("channel", ["phone", "email"])
def test_a_contact_is_changed_told_to_both_and_taken_back_once(boris: User, channel: str) -> None:
    old = getattr(boris, channel)
    thief = sign_in(Client(), boris)
    assert changes(thief, channel, NEW[channel])["Location"] == "/account/profile/"
    boris.refresh_from_db()
    assert getattr(boris, channel) == NEW[channel]
    message = Message.objects.get(kind="contact-changed")
    told = set(message.deliveries.values_list("address", flat=True))
    other = boris.email if channel == "phone" else boris.phone
    assert told == {NEW[channel], other}
    token, owner = token_for(old), Client()
    if channel == "phone":
        typed = owner.post("/account/undo/", {"token": token.lower()})
        assert typed["Location"] == f"/account/undo/{token.lower()}/"
    link = f"/account/undo/{token}/"
    assert "Это не я" in owner.get(link).content.decode()
    boris.refresh_from_db()
    assert getattr(boris, channel) == NEW[channel], "looking changes nothing"
    assert "Вернули" in owner.post(link).content.decode()
    boris.refresh_from_db()
    assert getattr(boris, channel) == old
    assert thief.get("/account/profile/").status_code == 302
    assert owner.post(link).status_code == 404


def test_a_taken_contact_looks_the_same_and_its_owner_is_told(boris: User, agent: User) -> None:
    client = sign_in(Client(), boris)
    pages = []
    for value in ("+79001110000", str(agent.phone)):
        Counter.objects.all().delete()
        client.post("/account/contacts/phone/", {"value": value})
        page = client.post("/account/contacts/phone/code/", {"code": "000000"})
        text = re.sub(r"\+7\s900\s[\d-]+|csrf\w+\" value=\"\w+\"|\d\d:\d\d:\d\d|\"\d+\"", "",
                      page.content.decode())  # fmt: skip
        pages.append(text)
    assert pages[0] == pages[1]
    told = Delivery.objects.get(address=agent.phone)
    assert "указали в другом кабинете" in told.text
    assert not re.search(r"\d{6}", told.text)


def test_a_contact_asks_once_more_who_it_is(boris: User) -> None:
    client = sign_in(Client(), boris)
    with time_machine.travel(timezone.now() + timedelta(minutes=20), tick=False):
        for path in ("", "code/"):
            answer = client.get(f"/account/contacts/phone/{path}")
            assert answer["Location"].startswith("/account/login/confirm/?next=")
    assert Client().get("/account/contacts/phone/")["Location"].startswith("/account/login/")
    assert client.get("/account/contacts/fax/").status_code == 404


def asks_for_access(client: Client) -> str:
    assert client.post("/account/access/", ACCESS)["Location"] == "/account/access/code/phone/"
    answer = client.post("/account/access/code/phone/", {"code": code_in(sent("sms"))})
    assert answer["Location"] == "/account/access/code/email/"
    answer = client.post("/account/access/code/email/", {"code": code_in(sent("email"))})
    assert answer["Location"] == "/account/access/done/"
    return AccountRequest.objects.latest("pk").number


@pytest.fixture
def lost(boris: User) -> User:
    User.objects.filter(pk=boris.pk).update(birth_date=date(1985, 3, 14))
    add_factor(user=boris, secret=DEMO_SECRET, at=timezone.now())
    boris.refresh_from_db()
    return boris


def test_a_request_tells_nothing_of_an_account(lost: User) -> None:
    pages = []
    with time_machine.travel(timezone.now(), tick=False):
        for owner in (True, False):
            if not owner:
                lost.delete()
            Counter.objects.all().delete()
            client = Client()
            number = asks_for_access(client)
            page = client.get("/account/access/done/").content.decode()
            pages.append(page.replace(number, ""))
    assert pages[0] == pages[1]
    assert number.startswith("П-")
    assert Delivery.objects.filter(text__contains=number).count() == 2


def test_from_everything_lost_to_an_account_regained(lost: User, agent: User) -> None:
    client = Client()
    asks_for_access(client)
    request, at = AccountRequest.objects.get(), timezone.now()
    done = regain.grant(request=request, user=lost, how="call", note="", by=agent, at=at)
    security.access_granted(done, at=at)
    assert {"boris@example.org", "+79009876543"} <= set(
        Delivery.objects.filter(text__contains=done.stop).values_list("address", flat=True)
    )
    link = f"/account/access/open/{done.token}/"
    assert link in Delivery.objects.filter(address=NEW["email"]).latest("pk").text
    assert "Ждём сутки" in client.get(link).content.decode()
    client.post(link)
    assert client.get("/account/access/enter/")["Location"] == "/account/access/"
    with time_machine.travel(at + timedelta(hours=25), tick=False):
        assert client.post(link)["Location"] == "/account/access/enter/"
        code = code_in(Delivery.objects.filter(address=NEW["phone"]).latest("pk"))
        answer = client.post("/account/access/enter/", {"code": code})
        assert answer["Location"] == "/account/recovery/password/"
        client.post(answer["Location"], {"password": NEW_PASSWORD})
        assert client.get(link).status_code == 404
    lost.refresh_from_db()
    assert (lost.phone, lost.email) == (NEW["phone"], NEW["email"])
    assert lost.check_password(NEW_PASSWORD)
    assert not factors.has_factor(user=lost)


def test_the_owner_stops_it_by_the_link_of_the_old_contact(lost: User, agent: User) -> None:
    asks_for_access(Client())
    at = timezone.now()
    done = regain.grant(
        request=AccountRequest.objects.get(), user=lost, how="call", note="", by=agent, at=at
    )
    security.access_granted(done, at=at)
    link = f"/account/undo/{token_for('+79009876543')}/"
    assert "остановить" in Client().get(link).content.decode()
    assert "Остановили" in Client().post(link).content.decode()
    assert Client().post(link).status_code == 404
    assert Client().get(f"/account/access/open/{done.token}/").status_code == 404
    assert Message.objects.filter(user=lost, kind="access-stopped").exists()
    told = Delivery.objects.filter(address=NEW["email"]).latest("pk")
    assert "доступ не вернули" in told.text


def test_a_new_contact_is_not_proven_by_another_browser(lost: User) -> None:
    client, other = Client(), Client()
    for one in (client, other):
        Counter.objects.all().delete()
        one.post("/account/access/", ACCESS)
    code = code_in(sent("sms"))
    page = client.post("/account/access/code/phone/", {"code": code})
    assert page.status_code == 200
    assert other.get("/account/access/code/email/")["Location"] == "/account/access/"
    assert other.get("/account/access/done/")["Location"] == "/account/access/"


def test_a_blocked_person_contests_and_hears_the_answer(boris: User, agent: User) -> None:
    at = timezone.now()
    blocking.block(user=boris, reason="forged", text="Паспорт другой.", by=agent, at=at)
    client = Client()
    assert client.get("/account/contest/")["Location"] == "/account/login/"

    def signs_in() -> str:
        Counter.objects.all().delete()
        page = client.post("/account/login/", {"login": boris.email, "password": PASSWORD})
        return page.content.decode()

    assert "Паспорт другой." in signs_in()
    assert client.post("/account/contest/", {"text": "Это мой паспорт"})["Location"]
    made = AccountRequest.objects.get()
    page = client.get("/account/contest/").content.decode()
    assert made.number in page
    assert made.number in signs_in()
    boss = make_user(
        role=Role.ADMINISTRATOR, phone="+79005550003", email="boss@example.org", at=at,
        password=PASSWORD, family_name="Козлов", given_name="Григорий",
    )  # fmt: skip
    decided = requests.decide(request=made, done=False, answer="Паспорт чужой", by=boss, at=at)
    security.request_decided(decided, at=at)
    page = signs_in()
    assert "Паспорт чужой" in page
    assert "Оспорить" in page
    assert "Паспорт чужой" in Message.objects.get(kind="request-decided").body
    with time_machine.travel(at + timedelta(minutes=31), tick=False):
        assert client.get("/account/contest/")["Location"] == "/account/login/"


def test_my_requests_are_mine_alone(boris: User, agent: User) -> None:
    made = requests.ask(
        kind=AccountRequest.Kind.LOOK, user=boris, typed={}, text="Зачем смотрели?", about="",
        at=timezone.now(),
    )  # fmt: skip
    assert made.number in sign_in(Client(), boris).get("/account/requests/").content.decode()
    page = sign_in(Client(), agent).get("/account/requests/").content.decode()
    assert made.number not in page
    assert "Обращений пока нет" in page


def test_the_question_is_set_replaced_and_dropped_with_a_word_to_the_owner(boris: User) -> None:
    client, path = sign_in(Client(), boris), "/account/security/question/"
    for answer in ("да", "кличка", "Кличка собаки"):
        page = client.post(path, {"question": "Кличка собаки?", "answer": answer})
        assert page.status_code == 200, answer
    client.post(path, {"question": "Кличка?", "answer": "Рыжий Ёж"})
    row = control_question.of(user=boris)
    assert row is not None
    assert "рыж" not in row.answer.lower()
    assert "Кличка?" in client.get(path).content.decode()
    client.post(path, {"remove": "1"})
    assert control_question.of(user=boris) is None
    assert Message.objects.filter(kind="question-changed").count() == 2


def test_once_a_year_and_after_a_move_the_cabinet_asks_to_look() -> None:
    at, text = timezone.now(), "Проверьте свои данные"
    user = factories.user(created_at=at - timedelta(days=10))
    client = sign_in(Client(), user)
    person = factories.insured(user, registration="г. Москва, ул. Тестовая, д. 4")
    assert text not in client.get("/").content.decode()
    register.set_address(
        person=person, kind="residence", text="г. Тверь, Новая улица, дом 2", on=at.date(),
        source="typed", by=SYSTEM, at=at + timedelta(minutes=1), basis="",
    )  # fmt: skip
    page = client.get("/").content.decode()
    assert text in page
    assert "Вы переехали" in page
    with time_machine.travel(at + timedelta(minutes=2), tick=False):
        assert client.get("/account/profile/check/").status_code == 200
        client.post("/account/profile/check/")
        assert text not in client.get("/").content.decode()
    User.objects.filter(pk=user.pk).update(profile_checked_at=at - timedelta(days=366))
    page = client.get("/").content.decode()
    assert text in page
    assert "Прошёл год" in page


def test_guesses_of_a_right_are_counted(boris: User) -> None:
    client = Client()
    for _ in range(20):
        page = client.post("/account/undo/", {"token": "AAAA-BBBB-CCCC"}).content.decode()
        assert "не подошёл" in page
    page = client.post("/account/undo/", {"token": "AAAA-BBBB-CCCC"}).content.decode()
    assert "Слишком много попыток" in page
    assert not Permit.objects.exists()
