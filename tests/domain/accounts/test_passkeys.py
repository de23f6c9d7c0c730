"""Passkeys: one challenge, one answer, from our own address, by the right person's key."""

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from tests.domain.accounts.conftest import NOW, PASSWORD, Together
from tests.passkey_device import Device

from oms.domain.accounts import factors, passkeys
from oms.domain.accounts.factors import Kind
from oms.domain.accounts.models import Role, User
from oms.domain.accounts.passkeys import Asked, NotAdded
from oms.domain.accounts.synthetic import make_user
from oms.domain.journal.models import Entry


def added(user: User, device: Device, **given: Any) -> Authenticator:
    asked = passkeys.ask_new(user=user, at=NOW)
    defaults = {"state": asked.state, "answer": device.create(asked.options), "at": NOW}
    return passkeys.add(user=user, name="Мой телефон", **(defaults | given))


def entered(device: Device, asked: Asked | None = None, **given: Any) -> Authenticator | None:
    asked = asked or passkeys.ask(user=given.get("user"), at=NOW)
    defaults = {"user": None, "state": asked.state, "answer": device.get(asked.options), "at": NOW}
    return passkeys.check(**(defaults | given))


@pytest.fixture
def boris(db: None) -> User:
    return make_user(
        role=Role.INSURED, phone="+79001234568", email="b@example.org", password=PASSWORD,
        at=NOW, family_name="Ветров", given_name="Борис",
    )  # fmt: skip


def test_a_key_comes_in_alone_and_as_a_second_step(anna: User) -> None:
    device = Device()
    row = added(anna, device)
    assert factors.has_strong_factor(user=anna)
    assert len(factors.recovery_codes(user=anna)) == 10
    found = entered(device)
    assert found == row
    assert found.user == anna
    assert found.last_used_at == NOW
    assert entered(device, user=anna) == row
    assert [key.name for key in passkeys.of(user=anna)] == ["Мой телефон"]


def test_one_challenge_one_answer(anna: User) -> None:
    device = Device()
    asked = passkeys.ask_new(user=anna, at=NOW)
    answer = device.create(asked.options)
    passkeys.add(user=anna, state=asked.state, answer=answer, name="", at=NOW)
    with pytest.raises(NotAdded):
        passkeys.add(user=anna, state=asked.state, answer=answer, name="", at=NOW)
    asked = passkeys.ask(user=None, at=NOW)
    assert entered(device, asked)
    assert entered(device, asked) is None


def test_a_question_lives_five_minutes_and_serves_one_purpose(anna: User, boris: User) -> None:
    device = Device()
    added(anna, device)
    assert entered(device, at=NOW + passkeys.LIFE + timedelta(seconds=1)) is None
    assert entered(device, passkeys.ask(user=anna, at=NOW)) is None
    assert entered(device, passkeys.ask(user=None, at=NOW), user=anna) is None
    assert entered(device, passkeys.ask(user=boris, at=NOW), user=anna) is None
    asked = passkeys.ask_new(user=anna, at=NOW)
    with pytest.raises(NotAdded):
        passkeys.add(
            user=boris, state=asked.state, answer=Device().create(asked.options), name="", at=NOW
        )
    for nothing in (None, {}, "x"):
        assert entered(device, state=nothing) is None


@pytest.mark.parametrize(
    "origin", ["https://localhost:8000", "http://localhost:8001", "https://evil.example", "null"]
)
def test_another_address_is_refused(anna: User, origin: str) -> None:
    with pytest.raises(NotAdded):
        added(anna, Device(origin=origin))
    device = Device()
    added(anna, device)
    device.origin = origin
    assert entered(device) is None


def test_anothers_key_opens_nothing(anna: User, boris: User) -> None:
    mine, his = Device(), Device()
    added(anna, mine)
    added(boris, his)
    assert entered(his, user=anna) is None
    his.handle = mine.handle  # claims to be Anna's
    assert entered(his) is None
    forged = Device(id=mine.id, handle=mine.handle)  # her key's name, another's signature
    assert entered(forged) is None
    assert entered(forged, user=anna) is None


def test_alone_only_a_key_that_knows_its_owner(anna: User) -> None:
    device = Device(verifies=False)
    added(anna, device)
    assert entered(device, user=anna)
    assert entered(device) is None


def test_a_copied_key_is_refused_and_told(anna: User) -> None:
    device = Device(counter=5)
    added(anna, device)
    assert entered(device)
    device.counter = 3
    assert entered(device) is None
    assert Entry.objects.filter(act="user.passkey-copied", person=anna.key).count() == 1
    device.counter = 6
    assert entered(device)


def test_keys_that_do_not_count_are_welcome(anna: User) -> None:
    device = Device()
    added(anna, device)
    for _ in range(2):
        device.counter = -1
        assert entered(device)


@pytest.mark.parametrize(
    "answer",
    ["", "[]", "null", "{", '{"response": 1}', '{"id": "a", "rawId": "\\u0000", "type": "x"}']
    + [json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": r}) for r in (
        {}, {"clientDataJSON": "!!", "attestationObject": "AA"}, {"userHandle": "MQ"},
        {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "", "userHandle": "0Q"},
    )],
)  # fmt: skip
def test_hostile_answers_are_a_plain_no(anna: User, answer: str) -> None:
    added(anna, Device())
    for user in (None, anna):
        asked = passkeys.ask(user=user, at=NOW)
        assert passkeys.check(user=user, state=asked.state, answer=answer, at=NOW) is None
    asked = passkeys.ask_new(user=anna, at=NOW)
    with pytest.raises(NotAdded):
        passkeys.add(user=anna, state=asked.state, answer=answer, name="", at=NOW)


def test_ten_keys_are_enough_and_names_are_kept_short(anna: User) -> None:
    rows = [added(anna, Device()) for _ in range(passkeys.MOST)]
    with pytest.raises(passkeys.Enough):
        passkeys.ask_new(user=anna, at=NOW)
    assert passkeys.rename(user=anna, pk=rows[0].pk, name="ж" * 100)
    assert len(passkeys.of(user=anna)[0].name) == passkeys.LONGEST_NAME


def test_nobody_renames_or_removes_anothers(anna: User, boris: User) -> None:
    row = added(anna, Device())
    assert not passkeys.rename(user=boris, pk=row.pk, name="x")
    assert factors.switch_off(user=boris, kind=Kind.PASSKEY, pk=row.pk, at=NOW) == 0
    assert passkeys.of(user=anna)


@pytest.mark.parametrize(
    ("address", "offered"),
    [
        ("https://oms.example", True), ("http://localhost:8000", True),
        ("http://oms.example", False), ("https://203.0.113.5", False),
        ("http://127.0.0.1:8000", False),
    ],
)  # fmt: skip
def test_offered_where_browsers_allow_them(settings: Any, address: str, offered: bool) -> None:
    settings.BASE_URL = address
    assert passkeys.available() is offered


def test_one_answer_sent_at_once_enters_once(together: Together) -> None:
    [device] = together(_with_key, [Device()])
    asked = passkeys.ask(user=None, at=NOW)
    answer = device.get(asked.options)
    found = together(
        lambda _: passkeys.check(user=None, state=asked.state, answer=answer, at=NOW), range(10)
    )
    assert sum(one is not None for one in found) == 1


def _with_key(device: Device) -> Device:
    user = make_user(
        role=Role.INSURED, phone="+79001234567", email="anna@example.org", password=PASSWORD,
        at=NOW, family_name="Климова", given_name="Анна",
    )  # fmt: skip
    added(user, device)
    return device
