"""Registration from the form to the cabinet, and what it does not betray."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from tests.faces.portal.account.conftest import PASSWORD, TYPED, code_in, sent

from oms.domain.accounts.models import Consent, Counter, OneTimeCode, Registration, Source, User
from oms.domain.accounts.queries import profile
from oms.domain.journal.models import Entry

pytestmark = pytest.mark.django_db


def register(client: Client, **changed: str) -> Any:
    return client.post("/account/signup/", TYPED | changed)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_from_the_form_to_the_cabinet(client: Client) -> None:
    assert register(client)["Location"] == "/account/signup/phone/"
    assert not User.objects.exists()

    page = client.get("/account/signup/phone/").content.decode()
    assert "+7\xa0900\xa0123-45-67" in page
    answer = client.post("/account/signup/phone/", {"code": wrong(code_in(sent("sms")))})
    assert "Осталось попыток: 4" in answer.content.decode()
    answer = client.post("/account/signup/phone/", {"code": f" {code_in(sent('sms'))} "})
    assert answer["Location"] == "/account/signup/email/"
    before = client.session.session_key
    answer = client.post("/account/signup/email/", {"code": code_in(sent("email"))})
    assert answer["Location"] == "/account/security/offer/?next=%2F"

    user = User.objects.get()
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session.session_key != before
    assert (user.phone, user.email) == ("+79001234567", "anna@example.org")
    assert user.phone_confirmed_at
    assert user.email_confirmed_at
    assert user.check_password(PASSWORD)
    assert {c.kind for c in Consent.objects.filter(user=user)} == set(Consent.Kind.values)
    assert profile(user)["birth_date"].value == "1990-11-05"
    assert profile(user)["family_name"].source is Source.TYPED
    acts = set(Entry.objects.filter(person=user.key).values_list("act", flat=True))
    assert {"user.register", "user.sign-in", "profile.set"} <= acts
    assert not Registration.objects.exists()


def test_typed_values_return_for_mending_without_the_password(client: Client) -> None:
    register(client)
    page = client.get("/account/signup/").content.decode()
    assert 'value="Климова"' in page
    assert 'value="05.11.1990"' in page
    assert PASSWORD not in page


def test_a_code_for_one_phone_does_not_confirm_another(client: Client) -> None:
    register(client)
    code = code_in(sent("sms"))
    register(client, phone="+7 900 123-45-68")
    answer = client.post("/account/signup/phone/", {"code": code})
    assert answer.status_code == 200
    assert Registration.objects.latest("pk").phone_confirmed_at is None


def test_another_code_only_after_a_pause(client: Client) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        register(client)
        answer = client.post("/account/signup/phone/again/", follow=True)
        assert "через 1\xa0минуту" in answer.content.decode()
        first = code_in(sent("sms"))
        clock.shift(timedelta(seconds=61))
        client.post("/account/signup/phone/again/")
        answer = client.post("/account/signup/phone/", {"code": first})
        assert "Неверный код" in answer.content.decode()
        answer = client.post("/account/signup/phone/", {"code": code_in(sent("sms"))})
        assert answer["Location"] == "/account/signup/email/"


def test_an_expired_code_says_so(client: Client) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        register(client)
        clock.shift(timedelta(minutes=10))
        answer = client.post("/account/signup/phone/", {"code": code_in(sent("sms"))})
    assert "Код больше не действует" in answer.content.decode()


def test_the_email_page_waits_for_the_phone(client: Client) -> None:
    assert client.get("/account/signup/email/")["Location"] == "/account/signup/"
    register(client)
    assert client.get("/account/signup/email/")["Location"] == "/account/signup/phone/"
    assert client.post("/account/signup/email/again/")["Location"] == "/account/signup/"


def answers(client: Client, *, steps: list[tuple[str, dict[str, str]]]) -> list[Any]:
    """What a visitor sees: status, place, body without the one-time token."""
    seen = []
    for path, data in steps:
        answer: HttpResponse = client.post(path, data, follow=False)
        page = client.get(answer.headers.get("Location", path)).content.decode()
        seen.append((answer.status_code, answer.headers.get("Location"), _plain(page)))
    return seen


def _plain(page: str) -> str:
    import re

    return re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", page)


def test_a_taken_phone_looks_like_a_free_one(boris: User) -> None:
    steps = [("/account/signup/phone/", {"code": "1"})]
    steps += [("/account/signup/phone/", {"code": "000000"})] * 6
    steps += [("/account/signup/phone/again/", {})]
    seen, now = [], timezone.now().replace(hour=9, minute=10, second=5)  # no digits of a phone
    for phone in (boris.phone or "", "+79009876544"):
        Counter.objects.all().delete()
        form = ("/account/signup/", TYPED | {"phone": phone})
        with time_machine.travel(now, tick=False):
            pages = answers(Client(), steps=[form, *steps])
        seen.append(str(pages).replace("98-76-54", "").replace(phone[-2:], ""))
    taken, free = seen
    assert taken.replace("987-65-43", "N").replace("987-65-", "N") == free.replace(
        "987-65-44", "N"
    ).replace("987-65-", "N")


def test_the_owner_of_a_taken_address_is_told(client: Client, boris: User) -> None:
    register(client, phone=boris.phone or "")
    message = sent("sms")
    assert (message.address, message.user) == (boris.phone, boris)
    assert "уже есть" in message.text
    assert OneTimeCode.objects.get().code_hash == "", "no code fits a decoy, not even a guessed one"

    register(client, phone="+79001234567", email="BORIS@example.org")
    client.post("/account/signup/phone/", {"code": code_in(sent("sms"))})
    letter = sent("email")
    assert (letter.address, letter.user) == ("boris@example.org", boris)
    assert "уже есть" in letter.text
    assert User.objects.count() == 1


def test_who_is_younger_than_14_is_told_the_way(client: Client) -> None:
    today = timezone.localdate()
    child = today.replace(year=today.year - 13)
    page = register(client, birth_date=child.strftime("%d.%m.%Y")).content.decode()
    assert "с 14\xa0лет" in page or "с 14 лет" in page
    assert "родитель" in page


def test_both_consents_are_needed_and_readable(client: Client) -> None:
    page = register(client, terms="", personal_data="").content.decode()
    assert "без этого кабинет открыть нельзя" in page
    assert not Registration.objects.exists()
    for kind in Consent.Kind.values:
        text = client.get(f"/account/consents/{kind}/")
        assert f"/account/consents/{kind}/" in page
        assert "Редакция" in text.content.decode()
    assert client.get("/account/consents/other/").status_code == 404
