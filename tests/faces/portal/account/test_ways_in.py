"""The pages of every way in: passkeys, SMS, the offer, the puzzle, the stop, the session's end."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth import hashers
from django.test import Client
from django.utils import timezone
from tests.faces.portal.account.conftest import PASSWORD, TYPED, code_in, sent
from tests.passkey_device import Device
from tests.puzzles import answers, key_in, solved
from tests.signing_in import sign_in

from oms.domain.accounts import factors, limits, passkeys, registration
from oms.domain.accounts.models import Counter, SignIn, User, Visit
from oms.domain.accounts.synthetic import DEMO_SECRET, add_factor
from oms.domain.notifications.models import Delivery
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def log_in(client: Client, password: str = PASSWORD, **more: str) -> Any:
    return client.post(
        "/account/login/", {"login": "boris@example.org", "password": password, **more}
    )


def text(answer: Any) -> str:
    return str(answer.content.decode()).replace("\xa0", " ")


def passkey_for(user: User) -> Device:
    client, device = sign_in(Client(), user), Device()
    asked = client.post("/account/security/passkeys/new/ask/").json()
    sent_form = {"name": "Мой телефон", "answer": device.create(asked)}
    answer = client.post("/account/security/passkeys/new/", sent_form)
    assert answer["Location"] in ("/account/security/", "/account/security/codes/")
    return device


def by_passkey(client: Client, device: Device, where: str = "/account/login/passkey/") -> Any:
    asked = client.post(f"{where}ask/").json()
    return client.post(where, {"answer": device.get(asked)})


# Passkeys -------------------------------------------------------------------------------


def test_a_passkey_signs_in_alone_and_counts_as_both_factors(operator: User) -> None:
    device, client = passkey_for(operator), Client()
    assert "ключ доступа" in sent("email").text
    assert by_passkey(client, device)["Location"] == "/"
    assert client.session["_auth_user_id"] == str(operator.pk)
    assert client.get("/desk/", follow=True).status_code == 200
    assert SignIn.objects.latest("pk").method == "webauthn"
    page = text(client.get("/account/security/"))
    assert "Мой телефон" in page
    assert "ещё не использован" not in page


def test_a_passkey_is_the_second_step_and_confirms_once_more(boris: User) -> None:
    device, client = passkey_for(boris), Client()
    assert log_in(client)["Location"] == "/account/login/second-step/"
    page = text(client.get("/account/login/second-step/"))
    assert "Подтвердить ключом доступа" in page
    assert "Запасным кодом" in page
    step = "/account/login/second-step/passkey/"
    assert by_passkey(client, Device(id=device.id), step)["Location"] == (
        "/account/login/second-step/"
    )
    assert by_passkey(client, device, step)["Location"] == "/"
    outcomes = SignIn.objects.filter(user=boris).order_by("pk")
    assert [(one.outcome, one.method) for one in outcomes] == [
        ("wrong-factor", "password"), ("entered", "password+webauthn"),
    ]  # fmt: skip
    with time_machine.travel(timezone.now() + timedelta(minutes=20), tick=False):
        assert "/account/login/confirm/" in client.get("/account/security/codes/")["Location"]
        answer = by_passkey(client, device, "/account/login/confirm/passkey/")
        assert answer["Location"] == "/account/security/"
        assert client.get("/account/security/codes/").status_code == 200


def test_a_question_is_bound_to_its_session_and_answered_once(boris: User) -> None:
    device, one, other = passkey_for(boris), Client(), Client()
    asked = one.post("/account/login/passkey/ask/").json()
    answer = {"answer": device.get(asked)}
    other.post("/account/login/passkey/ask/")
    assert other.post("/account/login/passkey/", answer)["Location"] == "/account/login/"
    assert Client().post("/account/login/passkey/", answer)["Location"] == "/account/login/"
    state = one.session["passkey_state"]
    assert one.post("/account/login/passkey/", answer)["Location"] == "/"
    one.post("/account/logout/")
    one.get("/account/login/")
    session = one.session
    session["passkey_state"] = state
    session.save()
    assert one.post("/account/login/passkey/", answer)["Location"] == "/account/login/"


def test_a_blocked_account_stays_shut_to_its_passkey(boris: User) -> None:
    device = passkey_for(boris)
    User.objects.update(is_active=False, blocked_reason="Обман")
    client = Client()
    assert by_passkey(client, device).status_code == 403
    assert "_auth_user_id" not in client.session


def test_wrong_passkeys_from_one_place_begin_to_wait(db: None) -> None:
    client = Client()
    for _ in range(31):
        client.post("/account/login/passkey/", {"answer": json.dumps({"id": "x"})})
    assert "Слишком много попыток" in text(client.get("/account/login/"))


def test_keys_are_named_renamed_and_removed_by_their_owner_only(
    boris: User, operator: User
) -> None:
    passkey_for(boris)
    key = passkeys.of(user=boris)[0]
    mine, other = sign_in(Client(), boris), sign_in(Client(), operator)
    for path in (
        f"/account/security/passkeys/{key.pk}/",
        f"/account/security/passkeys/{key.pk}/off/",
    ):
        assert other.get(path).status_code == 404
        assert other.post(path, {"name": "x"}).status_code == 404
        assert mine.get(path).status_code == 200
    mine.post(f"/account/security/passkeys/{key.pk}/", {"name": "Ноутбук"})
    assert passkeys.of(user=boris)[0].name == "Ноутбук"
    mine.post(f"/account/security/passkeys/{key.pk}/off/")
    assert not Authenticator.objects.filter(user=boris).exists()
    assert "удалён ключ" in sent("email").text


def test_the_last_factor_of_staff_stays(operator: User) -> None:
    passkey_for(operator)
    client, key = sign_in(Client(), operator), passkeys.of(user=operator)[0]
    answer = client.post(f"/account/security/passkeys/{key.pk}/off/")
    assert answer.status_code == 409
    assert "нельзя остаться без второго фактора" in text(answer)
    assert passkeys.of(user=operator)


def test_an_sms_does_not_open_the_desk(operator: User) -> None:
    User.objects.filter(pk=operator.pk).update(role="insured", organization="")
    operator.refresh_from_db()
    issued = factors.send_sms(user=operator, origin="::1", at=timezone.now())
    factors.set_up_sms(user=operator, code_key=issued.key, typed=issued.code, at=timezone.now())
    User.objects.filter(pk=operator.pk).update(role="insurer", organization="insurer:77001")
    client = Client()
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        client.post("/account/login/", {"login": "op@example.org", "password": PASSWORD})
        answer = client.post("/account/login/second-step/", {"code": code_in(sent("sms"))})
        assert answer.status_code == 302
        assert client.get("/account/security/").status_code == 200
        assert client.get("/desk/cases/")["Location"] == "/account/security/factor/"


# SMS and the offer ----------------------------------------------------------------------


def test_sms_from_the_offer_to_the_next_sign_in(boris: User, client: Client) -> None:
    offer = log_in(client, next="/account/profile/")["Location"]
    page = text(client.get(offer))
    for words in ("Ключ доступа", "Приложение с кодами", "Код по СМС", 'href="/account/profile/"'):
        assert words in page
    client.post("/account/security/sms/send/")
    assert sent("sms").address == "+79009876543"
    answer = client.post("/account/security/sms/", {"code": code_in(sent("sms"))})
    assert answer["Location"] == "/account/security/codes/"
    assert 'href="/account/profile/"' in text(client.get(answer["Location"]))
    assert "защищён кодами по СМС" in sent("email").text
    client.post("/account/logout/")

    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        count = Delivery.objects.filter(channel="sms").count()
        assert log_in(client)["Location"] == "/account/login/second-step/"
        assert Delivery.objects.filter(channel="sms").count() == count + 1
        page = text(client.get("/account/login/second-step/"))
        assert "65-43" in page
        assert "900" not in re.sub(r"<[^>]+>", "", page)
        code = code_in(sent("sms"))
        wrong = f"{(int(code) + 1) % 10**6:06}"
        answer = client.post("/account/login/second-step/", {"code": wrong})
        assert "Неверный код" in text(answer)
        assert client.post("/account/login/second-step/", {"code": code})["Location"] == "/"
    assert SignIn.objects.latest("pk").method == "password+sms"


def test_the_first_factor_ends_other_sessions(boris: User, client: Client) -> None:
    log_in(client)
    elsewhere = Client()
    log_in(elsewhere)
    client.post("/account/security/sms/send/")
    client.post("/account/security/sms/", {"code": code_in(sent("sms"))})
    assert client.get("/account/security/").status_code == 200
    assert elsewhere.get("/account/security/").status_code == 302


def test_another_way_is_a_link_away(boris: User, client: Client) -> None:
    add_factor(user=boris, secret=DEMO_SECRET, at=timezone.now())
    issued = factors.send_sms(user=boris, origin="::1", at=timezone.now() - timedelta(minutes=2))
    factors.set_up_sms(user=boris, code_key=issued.key, typed=issued.code, at=timezone.now())
    log_in(client)
    page = text(client.get("/account/login/second-step/"))
    assert "Код из приложения" in page
    assert 'href="/account/login/second-step/?way=sms"' in page
    assert "Получить код" in text(client.get("/account/login/second-step/?way=sms"))
    client.post("/account/login/second-step/sms/")
    address = "/account/login/second-step/?way=sms"
    assert client.post(address, {"code": code_in(sent("sms"))})["Location"] == "/"


def test_the_offer_comes_once_in_thirty_days(boris: User) -> None:
    begun = timezone.now()
    places = []
    for days in (0, 1, 31):
        with time_machine.travel(begun + timedelta(days=days), tick=False):
            places.append(log_in(Client())["Location"])
    offer = "/account/security/offer/?next=%2F"
    assert places == [offer, "/", offer]


# Puzzle, stop, link ---------------------------------------------------------------------


def test_after_three_failures_no_password_is_looked_at_without_a_puzzle(
    boris: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        page = text(log_in(client, "не тот 1"))
        assert bool(key_in(page)) is (n == 2)
    before = Counter.objects.get(scope="sign-in-name").count
    hashes: list[str] = []
    hasher = type(hashers.get_hasher())
    monkeypatch.setattr(hasher, "encode", lambda *args: hashes.append("x"))
    assert "Знаки с картинки" in text(log_in(client))
    page = text(log_in(client, puzzle_key=key_in(page), puzzle="НЕТ"))
    assert "не подошёл" in page
    assert not hashes
    monkeypatch.undo()
    assert Counter.objects.get(scope="sign-in-name").count == before
    answer = log_in(client, puzzle_key=key_in(page), puzzle=answers(key_in(page))[1])
    assert answer.status_code == 302


def test_the_puzzle_changes_without_leaving_the_page(boris: User, client: Client) -> None:
    page = text(client.get("/account/login/?puzzle=1"))
    one = key_in(page)
    assert client.get(f"/account/puzzle/{one}.png")["Content-Type"] == "image/png"
    fresh = text(client.get("/account/puzzle/"))
    assert key_in(fresh) not in ("", one)
    assert "<html" not in fresh
    for key in ("nothing", "%00" * 32, "a" * 32):
        assert client.get(f"/account/puzzle/{key}.png").status_code == 404


SEVEN = limits.Limit("registration", HOUR, lambda n: HOUR if n >= 7 else timedelta(0))


def test_registration_asks_a_puzzle_and_then_waits_before_any_hash(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    page: Any = None
    monkeypatch.setattr(registration, "FROM_ONE_PLACE", SEVEN)
    for n in range(7):
        typed = TYPED | {"phone": f"+7900123{n:04}", "email": f"a{n}@example.org"}
        if page is not None:
            typed |= solved(text(page))
        answer = Client().post("/account/signup/", typed)
        assert answer["Location"] == "/account/signup/phone/", text(answer)
        page = Client().get("/account/signup/")
        assert bool(key_in(text(page))) is (2 <= n < 6)
    hashes: list[str] = []
    monkeypatch.setattr(type(hashers.get_hasher()), "encode", lambda *args: hashes.append("x"))
    refused = Client().post("/account/signup/", TYPED)
    assert "регистрируются очень часто" in text(refused)
    assert not hashes


def test_the_letters_link_lets_the_owner_in_and_needs_a_press(boris: User) -> None:
    page: Any = None
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    for _ in range(5):
        page = log_in(stranger, "не тот 1", **(solved(text(page)) if page else {}))
    run_all_now()
    assert "Слишком много" in text(log_in(Client(REMOTE_ADDR="203.0.113.8")))
    found = re.search(r"http://[^/]+(/account/login/unlock/\S+/)", sent("email").text)
    assert found
    owner = Client(REMOTE_ADDR="203.0.113.7")
    for _ in range(3):
        assert "Это мой браузер" in text(owner.get(found[1]))
    assert "Слишком много" in text(log_in(owner))
    assert owner.post(found[1])["Location"] == "/account/login/"
    assert log_in(owner).status_code == 302
    assert owner.session["_auth_user_id"] == str(boris.pk)
    assert Client().get(found[1]).status_code == 404
    assert "больше не действует" in text(Client().post(found[1]))


# Sessions and history -------------------------------------------------------------------


def test_the_page_lists_who_came_in_and_ends_one_session(boris: User, operator: User) -> None:
    client, other = Client(), Client(headers={"User-Agent": "Mozilla Firefox Windows"})
    log_in(client, "не тот 1")
    for one in (client, other):
        log_in(one)
    page = text(client.get("/account/security/"))
    for words in ("Неверный пароль", "Вход выполнен", "Firefox, Windows", "127.0.0.1", "Это не я"):
        assert words in page
    there = Visit.objects.get(session_key=other.session.session_key)
    stranger = sign_in(Client(), operator)
    assert stranger.post(f"/account/security/visits/{there.pk}/").status_code == 404
    assert other.get("/account/security/").status_code == 200
    client.post(f"/account/security/visits/{there.pk}/")
    assert other.get("/account/security/").status_code == 302
    assert client.get("/account/security/").status_code == 200


def test_an_idle_session_ends_and_leads_back(boris: User, operator: User) -> None:
    begun = timezone.now().replace(microsecond=0)
    client = Client()
    with time_machine.travel(begun, tick=False):
        log_in(client)
    with time_machine.travel(begun + timedelta(minutes=29), tick=False):
        assert client.get("/account/session/").json() == {"left": 60, "final": False}
        page = text(client.get("/account/profile/"))
        assert 'data-session-left="1800"' in page
    with time_machine.travel(begun + timedelta(minutes=60), tick=False):
        assert client.get("/account/session/").status_code == 401
        answer = client.get("/account/profile/")
        assert answer["Location"] == "/account/login/?next=/account/profile/"
        assert "30 минут без действий" in text(client.get(answer["Location"]))
        assert not Visit.objects.filter(user=boris).exists()
    staff = sign_in(Client(), operator)
    with time_machine.travel(begun + timedelta(minutes=16), tick=False):
        assert staff.get("/desk/", follow=True).redirect_chain[-1][0].startswith("/account/login/")


def test_looking_does_not_keep_a_session_and_a_late_form_leads_back(boris: User) -> None:
    begun = timezone.now().replace(microsecond=0)
    client = Client()
    with time_machine.travel(begun, tick=False):
        log_in(client)
    for minutes in (10, 20, 29):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            assert client.get("/account/session/").json()["left"] == (30 - minutes) * 60
    with time_machine.travel(begun + timedelta(minutes=31), tick=False):
        came = "http://testserver/account/security/password/"
        answer = client.post("/account/security/password/", {}, headers={"Referer": came})
        assert answer["Location"] == "/account/login/?next=%2Faccount%2Fsecurity%2Fpassword%2F"


def test_the_idle_clock_costs_one_write_a_minute(boris: User) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = Client()
    log_in(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        client.get("/account/session/?stay=1")
        with CaptureQueriesContext(connection) as queries:
            client.get("/account/session/?stay=1")
        assert not [q for q in queries if not q["sql"].startswith("SELECT")]


def test_a_session_gets_a_new_id_at_sign_in(boris: User, client: Client) -> None:
    client.get("/account/login/?puzzle=1")
    session = client.session
    session["planted"] = "by a stranger"
    session.save()
    client.cookies["sessionid"] = session.session_key
    log_in(client)
    assert client.session.session_key != session.session_key
    assert client.session["_auth_user_id"] == str(boris.pk)
    assert not type(session)(session.session_key).load()


def test_the_page_of_security_costs_the_same_however_long_the_history(boris: User) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in(Client(), boris)
    counts = []
    for lines in (1, 200):
        now = timezone.now()
        SignIn.objects.bulk_create(
            SignIn(user=boris, at=now, outcome="entered", method="password") for _ in range(lines)
        )
        for n in range(lines // 20):
            Visit.objects.create(user=boris, session_key=f"{lines}-{n}", started_at=now)
        with CaptureQueriesContext(connection) as queries:
            client.get("/account/security/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
