"""ФЕРЗЛ asked over SOAP, of the simulator as a process of its own."""

import logging
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest
from django.core.cache import cache
from lxml import etree
from tests.simulated import World, outside_world

from oms.gateways import ferzl
from oms.gateways.errors import Permanent
from oms.gateways.registers import asking
from oms.gateways.registers.asking import RegisterDown

ENP, SNILS, BORN = "7756410835999915", "11223344595", date(1985, 3, 14)


def known(**changes: Any) -> dict[str, Any]:
    return {
        "oip": "1", "family_name": "Учебная", "given_name": "Анна", "patronymic": "Ивановна",
        "birth_date": BORN.isoformat(), "sex": 2, "snils": SNILS,
        "policies": [
            {"enp": ENP, "form": "П", "insurer": "77001", "begins_on": "2012-01-01",
             "ends_on": "2019-12-31", "state": "CLOSED"},
            {"enp": ENP, "form": "Ц", "insurer": "77002", "begins_on": "2020-01-01",
             "state": "ACTIVE"},
        ],
        "documents": [{"kind": "14", "series": "45 10", "number": "123456"}],
        "clinics": [{"code": "770001"}],
    } | changes  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with outside_world(tmp_path_factory.mktemp("ferzl")) as started:
        people = [known()]
        people.append(known(oip="2", snils="90000000011", slow=True, policies=[], documents=[]))
        twin = {"snils": "90000000022", "policies": [], "documents": []}
        people += [known(oip=f"{n}", **twin) for n in range(10, 35)]
        started.call("POST", "/ferzl/people", people=people)
        yield started


@pytest.fixture(autouse=True)
def _asked_of_the_simulator(db, world, settings, monkeypatch) -> Iterator[None]:
    settings.FERZL_URL = f"{world.url}/ferzl"
    monkeypatch.setattr(asking, "PAUSE_S", 0.01)
    monkeypatch.setattr(ferzl, "POLL_PAUSE_S", 0.01)
    cache.clear()
    yield
    world.call("DELETE", "/faults")
    cache.clear()


def test_a_person_is_found_by_each_of_three_ways() -> None:
    found = ferzl.by_policy(ENP)
    assert found
    assert found == ferzl.by_snils(SNILS, BORN) == ferzl.by_document("14", "4510", "123456")
    assert (found.oip, found.family_name, found.birth_date) == ("1", "Учебная", BORN)
    assert [one.in_force for one in found.policies] == [False, True]
    assert found.policy
    assert (found.policy.insurer, found.policy.begins_on) == ("77002", date(2020, 1, 1))
    assert (found.documents[0].number, found.clinics) == ("123456", ("770001",))
    assert ferzl.by_policy("7756410835999923") is None
    assert ferzl.by_snils(SNILS, date(1985, 3, 15)) is None


def test_a_long_operation_is_polled() -> None:
    found = ferzl.by_snils("90000000011", BORN)
    assert found
    assert found.oip == "2"


def test_an_operation_that_never_ends_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(ferzl, "POLLS", 1)
    with pytest.raises(RegisterDown, match="слишком долго"):
        ferzl.by_snils("90000000011", BORN)


def test_several_persons_on_two_pages_are_no_answer(monkeypatch) -> None:
    with pytest.raises(ferzl.Refused, match="несколько"):
        ferzl.by_snils("90000000022", BORN)


def test_errors_name_the_field_and_never_the_value(caplog) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(ferzl.Refused) as refused:
        ferzl.by_snils("12345", BORN)
    assert refused.value.fields == ("snils",)
    assert "12345" not in str(refused.value) + caplog.text


@pytest.mark.parametrize("fault", ["temporary", "refuse"])
def test_what_is_down_is_tried_thrice_then_left_alone(world, fault) -> None:
    world.fail(fault, channel="register", recipient="ferzl", times=2)
    assert ferzl.by_policy(ENP)
    cache.clear()
    world.fail(fault, channel="register", recipient="ferzl", times=-1)
    for _ in range(5):
        with pytest.raises(RegisterDown):
            ferzl.by_policy(ENP)
    with pytest.raises(RegisterDown, match="временно не спрашиваем"):
        ferzl.by_policy(ENP)


def test_answers_are_kept_sealed_and_asked_anew_on_wish(world) -> None:
    assert ferzl.by_policy(ENP)
    world.fail("temporary", channel="register", recipient="ferzl", times=-1)
    assert ferzl.by_policy(ENP)
    with pytest.raises(RegisterDown):
        ferzl.by_policy(ENP, fresh=True)
    key = asking.question_key("ferzl", {"policy": ENP})
    assert "Учебная".encode() not in cache.get(f"register:answer:{key}")


BODY = '<s:Envelope xmlns:s="{0}"><s:Body>{1}</s:Body></s:Envelope>'
FAULT = "<s:Fault><faultcode>s:{0}</faultcode><faultstring>x</faultstring></s:Fault>"


@pytest.mark.parametrize(
    ("status", "content", "error"),
    [
        (200, "not xml", RegisterDown),
        (200, "", RegisterDown),
        (200, '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', RegisterDown),
        (200, BODY.format(ferzl.ENVELOPE, ""), RegisterDown),
        (500, BODY.format(ferzl.ENVELOPE, FAULT.format("Server")), RegisterDown),
        (500, BODY.format(ferzl.ENVELOPE, FAULT.format("Client")), ferzl.Refused),
        (401, "", RegisterDown),
        (200, "x" * (ferzl.LARGEST + 1), RegisterDown),
    ],
)
def test_strange_answers_are_no_answers(monkeypatch, status, content, error) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=content.encode()))
    real = httpx.Client
    monkeypatch.setattr(ferzl.httpx, "Client", lambda **_: real(transport=transport))
    with pytest.raises((error, Permanent)) as raised:
        ferzl.by_policy(ENP)
    assert isinstance(raised.value, error)


def test_the_envelope_is_soap(monkeypatch) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        inner = f'<r xmlns="{ferzl.NAMESPACE}"><total>0</total></r>'
        return httpx.Response(200, content=BODY.format(ferzl.ENVELOPE, inner).encode())

    real = httpx.Client
    transport = httpx.MockTransport(answer)
    monkeypatch.setattr(ferzl.httpx, "Client", lambda **_: real(transport=transport))
    assert ferzl.by_document("14", "45 10", "123456") is None
    assert sent[0].headers["Content-Type"] == "text/xml; charset=utf-8"
    assert "SOAPAction" in sent[0].headers
    body = etree.fromstring(sent[0].content)[0][0]
    tags = [etree.QName(one).localname for one in body.iter()]
    assert tags == [
        "getPersonDataRequest", "externalRequestId", "documentSearch", "docType", "docSer",
        "docNum", "pageNumber", "pageSize",
    ]  # fmt: skip
