import time
from collections.abc import Iterator
from typing import Any

import pytest
from smpplib.client import Client

from oms.gateways import smpp, sms
from oms.gateways.errors import BadAddress, GatewayError, NotTaken, Permanent, Temporary

TEXT: dict[str, Any] = {"to": "+79001234567", "text": "Кабинет ОМС: вопрос", "key": "case/1"}
LONG = "Ответьте до 25 ноября на вопрос по заявлению. " * 6


@pytest.fixture
def receipts(monkeypatch) -> list[tuple[str, smpp.Receipt]]:
    found: list[tuple[str, smpp.Receipt]] = []
    monkeypatch.setattr(smpp, "_handler", lambda code, one: found.append((code, one)) or True)
    return found


@pytest.fixture
def provider(world, receipts) -> Iterator[smpp.Smpp]:
    one = smpp.Smpp(smpp.parse(world.smpp_url), code="sms-2")
    yield one
    one.close()


def wait(condition, seconds: float = 5) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("text", [TEXT["text"], LONG, "Б" * 70, "Б" * 71, "Ж" * 134])
def test_a_text_arrives_whole_in_any_length_and_is_confirmed(world, provider, receipts, text):
    number = provider.send(to=TEXT["to"], text=text, key=f"k:{len(text)}")
    (caught,) = world.caught()
    assert (caught["recipient"], caught["text"], caught["copies"]) == (TEXT["to"], text, 1)
    wait(lambda: ("sms-2", smpp.Receipt(number, "DELIVRD")) in receipts)


def test_a_repeated_message_is_one(world, provider) -> None:
    for _ in range(3):
        provider.send(**TEXT)
    provider.send(**TEXT | {"key": "case/2"})
    assert sorted(row["copies"] for row in world.caught()) == [1, 3]


@pytest.mark.parametrize(
    ("kind", "error", "kept"),
    [
        ("temporary", NotTaken, 0),
        ("bad-address", BadAddress, 0),
        ("reject", Permanent, 0),
        ("refuse", Temporary, 0),
        ("lost", Temporary, 1),
    ],
)
def test_each_failure_means_what_it_means(
    world, provider, kind: str, error: type[GatewayError], kept: int
) -> None:
    world.fail(kind, channel="smpp", recipient=TEXT["to"])
    with pytest.raises(GatewayError) as caught:
        provider.send(**TEXT)
    assert type(caught.value) is error
    assert "900" not in str(caught.value)
    assert len(world.caught()) == kept
    provider.send(**TEXT)  # bound anew if the session broke
    assert [row["copies"] for row in world.caught()] == [kept + 1]


def test_once_a_part_is_taken_nobody_else_may_complete_it(world, provider, monkeypatch) -> None:
    true, calls = provider._submit, []

    def second_fails(client: Client, **parameters: Any) -> str:
        calls.append(1)
        if len(calls) == 2:
            raise NotTaken("позже")
        return true(client, **parameters)

    monkeypatch.setattr(provider, "_submit", second_fails)
    with pytest.raises(Temporary) as caught:
        provider.send(**TEXT | {"text": LONG})
    assert type(caught.value) is Temporary


def test_a_silent_provider_is_not_waited_for_for_ever(world, provider, monkeypatch) -> None:
    monkeypatch.setattr(smpp, "ANSWER_S", 0.2)
    world.fail("slow-answer", channel="smpp", seconds=1)
    with pytest.raises(Temporary, match="не ответил"):
        provider.send(**TEXT)
    assert len(world.caught()) == 1
    provider.send(**TEXT | {"key": "case/3"})


def test_an_idle_session_is_asked_whether_it_lives(provider, monkeypatch) -> None:
    monkeypatch.setattr(smpp, "IDLE_S", 0.1)
    monkeypatch.setattr(smpp, "ANSWER_S", 0.5)
    monkeypatch.setattr(smpp, "_STEP_S", 0.05)
    provider.listen()
    client, heard = provider._client, []
    true = provider._handle
    monkeypatch.setattr(
        provider, "_handle", lambda own, pdu: (heard.append(pdu.command), true(own, pdu))
    )
    wait(lambda: heard.count("enquire_link_resp") >= 3)
    assert provider._client is client


def test_what_the_network_could_not_deliver_is_told(world, provider, receipts) -> None:
    world.fail("undelivered", channel="smpp")
    number = provider.send(**TEXT)
    wait(lambda: ("sms-2", smpp.Receipt(number, "UNDELIV")) in receipts)


def test_a_receipt_that_comes_too_early_comes_again(world, provider, monkeypatch) -> None:
    told: list[str] = []

    def late(_: str, receipt: smpp.Receipt) -> bool:
        told.append(receipt.reference)
        return told.count(receipt.reference) == 3

    monkeypatch.setattr(smpp, "_handler", late)
    number = provider.send(**TEXT)
    wait(lambda: told.count(number) == 3)
    time.sleep(0.6)
    assert told.count(number) == 3


def test_nobody_there_means_not_taken() -> None:
    one = smpp.Smpp(smpp.parse("smpp://oms:x@127.0.0.1:9"), code="sms-1")
    with pytest.raises(NotTaken):
        one.send(**TEXT)


@pytest.mark.parametrize(
    "url", ["http://x", "smpp://", "smpp://too-long-a-user-name:x@h", "smpp://u:ninesigns@h"]
)
def test_a_wrong_address_is_told_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="SMPP"):
        smpp.parse(url)


def test_providers_and_weights_come_from_the_settings(settings) -> None:
    settings.SMS_URL, settings.SMS_2_URL = "https://sms.example", "smpp://u:p@smsc.example"
    settings.SMS_WEIGHTS = "3:1"
    assert sms.weights() == {"sms-1": 3, "sms-2": 1}
    assert isinstance(sms.gateway("sms-1"), sms.Http)
    assert isinstance(sms.gateway("sms-2"), smpp.Smpp)
    smpp.close_all()
    for wrong in ("0:1", "x", "-1:2"):
        with pytest.raises(ValueError):
            sms.parse_weights(wrong)
