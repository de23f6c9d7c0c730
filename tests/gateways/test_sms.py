from typing import Any

import httpx
import pytest

from oms.gateways import outbox, sms
from oms.gateways.checks import configured
from oms.gateways.errors import BadAddress, GatewayError, Temporary

TEXT: dict[str, Any] = {"to": "+79001234567", "text": "Код: 123456", "key": "code/1"}


def provider(world, token: str = "right") -> sms.Http:
    return sms.Http(f"{world.url}/sms", token)


def test_a_message_arrives_once_however_often_it_is_sent(world) -> None:
    for _ in range(3):
        assert provider(world).send(**TEXT) == "code/1"
    (caught,) = world.caught()
    assert (caught["channel"], caught["recipient"], caught["text"], caught["copies"]) == (
        "sms",
        "+79001234567",
        "Код: 123456",
        3,
    )


def test_without_a_token_the_provider_is_asked_all_the_same(world) -> None:
    with pytest.raises(Temporary, match="401"):
        provider(world, "").send(**TEXT)


@pytest.mark.parametrize(
    ("kind", "error", "kept"),
    [
        ("refuse", Temporary, 0),
        ("temporary", Temporary, 0),
        ("bad-address", BadAddress, 0),
        ("lost", Temporary, 1),
    ],
)
def test_each_failure_means_what_it_means(
    world, kind: str, error: type[GatewayError], kept: int
) -> None:
    world.fail(kind, channel="sms", recipient=TEXT["to"])
    with pytest.raises(error) as caught:
        provider(world).send(**TEXT)
    assert "900" not in str(caught.value)
    assert len(world.caught()) == kept
    provider(world).send(**TEXT)
    assert [row["copies"] for row in world.caught()] == [kept + 1]


def test_a_wrong_token_is_our_own_fault(world) -> None:
    with pytest.raises(Temporary):
        provider(world, "wrong").send(**TEXT)
    assert world.caught() == []
    assert "wrong" not in repr(provider(world, "wrong"))


def test_a_slow_provider_is_not_waited_for_for_ever(world, monkeypatch) -> None:
    monkeypatch.setattr(sms, "TIMEOUT", httpx.Timeout(0.3))
    world.fail("slow-answer", seconds=1)
    with pytest.raises(Temporary):
        provider(world).send(**TEXT)
    assert len(world.caught()) == 1


@pytest.mark.parametrize("number", ["89001234567", "+7 900 1234567", "+7900123456\n", "", "+7abc"])
def test_a_number_is_one_number(number: str) -> None:
    with pytest.raises(BadAddress):
        sms.Http("http://127.0.0.1:9/sms").send(**TEXT | {"to": number})


def test_the_letter_box_shows_the_newest_of_one_person_first(world, settings) -> None:
    settings.OUTBOX_URL = world.url
    for number in range(3):
        provider(world).send(to="+79001234567", text=f"№ {number}", key=str(number))
    provider(world).send(to="+79007654321", text="Другому", key="other")
    shown = outbox.messages(to="+79001234567", limit=2)
    assert [row.text for row in shown] == ["№ 2", "№ 1"]
    assert [row.text for row in outbox.messages(to="+79001234567", before=shown[-1].id)] == ["№ 0"]
    assert outbox.message(number=shown[0].id) == shown[0]
    assert outbox.message(number=10**9) is None
    assert shown[0].at.utcoffset() is not None


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "", "nonsense"])
def test_a_letter_box_out_of_reach_is_told(settings, url: str) -> None:
    settings.OUTBOX_URL = url
    with pytest.raises(Temporary):
        outbox.messages()


@pytest.mark.parametrize(
    ("path", "body"),
    [("/sms", {"to": "+79001234567"}), ("/sms", ["no"]), ("/faults", {"kind": "earthquake"})],
)
def test_the_simulator_refuses_nonsense(world, path: str, body: object) -> None:
    answer = httpx.post(
        world.url + path, json=body, headers={"Authorization": "Bearer right"}, trust_env=False
    )
    assert answer.status_code == 400


def check_ids(settings, **changes: object) -> list[str | None]:
    for name, value in changes.items():
        setattr(settings, name, value)
    return [message.id for message in configured()]


def test_production_needs_both_gateways(settings) -> None:
    class Production:
        profile = "production"
        is_test = False

    settings.CLAMD_URL = "unix:/run/clamav/clamd.ctl"
    assert check_ids(settings) == []
    assert check_ids(settings, ENV=Production) == ["oms.E001", "oms.E002"]
    assert check_ids(settings, SMTP_URL="mail", SMS_URL="http://sms.example/x") == [
        "oms.E003",
        "oms.W001",
    ]
    assert check_ids(settings, SMTP_URL="smtp://robot:x@mail", SMS_URL="https://sms.example") == [
        "oms.E004"
    ]
    assert check_ids(settings, SMTP_URL="smtp://robot:x@mail?tls=1") == []
