"""Registers of the state, asked of the simulator as a process of its own."""

import logging
from collections.abc import Iterator
from datetime import date

import pytest
from django.core.cache import cache
from tests.simulated import World, outside_world

from oms.gateways.checks import configured
from oms.gateways.errors import Permanent
from oms.gateways.registers import (
    asking,
    breaker,
    civil_status,
    identity_documents,
    pension,
    switches,
    tax,
)
from oms.gateways.registers.asking import RegisterDown
from oms.gateways.registers.identity_documents import Status
from oms.gateways.registers.switches import Mode
from oms.gateways.registers.words import Asked
from oms.law import requisites

ANNA = Asked("Проверкина", "Анна", "Викторовна", date(1985, 3, 14))
KNOWN = {
    "family_name": "Учебный", "given_name": "Артём", "patronymic": "", "birth_date": "2000-01-02",
    "sex": 1, "snils": "90000000011", "passport": "4510 654321", "inn": "500100732259",
    "names": [{"family_name": "Прежний", "given_name": "Артём", "until": "2019-05-01"}],
}  # fmt: skip
CHILD = {
    "family_name": "Учебный", "given_name": "Олег", "patronymic": "Артёмович",
    "birth_date": "2024-06-01", "birth_certificate": "II-АК 000111", "parents": [KNOWN],
}  # fmt: skip
ARTEM = Asked("УЧЕБНЫЙ", "артем", "", date(2000, 1, 2))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with outside_world(tmp_path_factory.mktemp("registers")) as started:
        started.call("POST", "/registers/people", people=[KNOWN, CHILD])
        yield started


@pytest.fixture(autouse=True)
def _asked_of_the_simulator(db, world, settings, monkeypatch) -> Iterator[None]:
    settings.REGISTERS_URL = f"{world.url}/registers"
    settings.OUTBOX_URL = world.url
    monkeypatch.setattr(asking, "PAUSE_S", 0.01)
    cache.clear()
    yield
    world.call("DELETE", "/faults")
    cache.clear()


def passport(number: str, person: Asked = ANNA) -> identity_documents.Answer:
    return identity_documents.check(kind=14, series="45 10", number=number, person=person)


@pytest.mark.parametrize(
    ("number", "status", "wrong"),
    [
        ("123456", Status.VALID, set()),
        ("123413", Status.LOST, set()),
        ("123417", Status.EXPIRED, set()),
        ("123407", Status.VALID, {"family_name"}),
        ("123427", Status.VALID, {"birth_date"}),
        ("123499", Status.UNKNOWN, None),
    ],
)
def test_a_strangers_passport_answers_as_its_number_says(number, status, wrong) -> None:
    answer = passport(number)
    differing = {name for name, same in answer.fields.items() if not same}
    assert answer.status is status
    assert differing == (wrong or set())
    assert bool(answer.fields) == (wrong is not None)


def test_of_known_people_the_truth_is_told_by_field_only(world) -> None:
    assert all(passport("654321", ARTEM).fields.values())
    assert passport("654321").fields == {
        "family_name": False, "given_name": False, "patronymic": False, "birth_date": False,
    }  # fmt: skip
    assert passport("111111", ARTEM).status is Status.UNKNOWN  # his number is another
    raw = world.call(
        "POST", "/registers/identity-documents", question="check", series="4510", number="654321",
        **ANNA.plain,
    )  # fmt: skip
    assert "Учебный" not in str(raw)


def test_snils_inn_and_civil_status() -> None:
    assert pension.check(snils="90000000011", person=ARTEM, sex=2).fields["sex"] is False
    assert not pension.check(snils="90000000022", person=ARTEM).found
    assert pension.check(snils="20000000701", person=ANNA).fields["family_name"] is False
    assert tax.find_inn(kind=14, series="45 10", number="654321", person=ARTEM) == KNOWN["inn"]
    found = tax.find_inn(kind=14, series="45 10", number="1", person=ANNA)
    assert requisites.normalize_inn(found, length=12) == found
    changes = civil_status.name_changes(person=ARTEM)
    assert [(one.family_name, one.until) for one in changes] == [("Прежний", date(2019, 5, 1))]
    assert civil_status.death(person=ANNA) is None


def test_a_birth_names_no_parent_but_says_whether_this_is_one() -> None:
    child = Asked("Учебный", "Олег", "Артемович", date(2024, 6, 1))
    right = civil_status.birth(series="II-АК", number="000111", child=child, parent=ARTEM)
    wrong = civil_status.birth(series="II-АК", number="000111", child=child, parent=ANNA)
    assert (right.found, right.is_parent, all(right.child.values())) == (True, True, True)
    assert not wrong.is_parent
    assert not civil_status.birth(series="II-АК", number="000199", child=ANNA, parent=ANNA).found


def test_a_failure_is_tried_three_times_under_one_key(world) -> None:
    world.fail("temporary", channel="register", recipient="pension", times=2)
    assert pension.check(snils="20000000001", person=ANNA).found
    world.fail("refuse", channel="register", recipient="pension", times=3)
    with pytest.raises(RegisterDown):
        pension.check(snils="20000000002", person=ANNA)
    assert asking.available("pension")  # one question is not yet an outage


def test_the_circuit_opens_lets_one_probe_through_and_closes(world) -> None:
    switches.switch(register="pension", mode=Mode.DOWN)
    for number in range(breaker.FAILURES):
        with pytest.raises(RegisterDown):
            pension.check(snils=f"2000000{number:04}", person=ANNA)
    assert not asking.available("identity-documents", "pension")
    assert asking.available("identity-documents")
    shown = {one.code: (one.mode, one.is_left_alone) for one in switches.switches()}
    assert shown["pension"] == (Mode.DOWN, True)
    assert shown["tax"] == (Mode.ANSWERS, False)
    world.call("DELETE", "/faults")
    with pytest.raises(RegisterDown):  # well again, but nobody asks yet
        pension.check(snils="20000000001", person=ANNA)
    cache.delete("register:pension:open")  # half a minute goes by
    assert breaker.may_ask("pension")
    assert not breaker.may_ask("pension")  # half-open: one probe at a time
    cache.delete("register:pension:probe")
    assert pension.check(snils="20000000001", person=ANNA).found
    assert breaker.may_ask("pension")
    assert breaker.may_ask("pension")


def test_a_failed_probe_opens_the_circuit_again() -> None:
    cache.set("register:tax:tripped", 1)
    assert breaker.may_ask("tax")
    breaker.failed("tax")
    assert not breaker.may_ask("tax")


def test_an_answer_is_kept_encrypted_and_asked_for_once(world, monkeypatch) -> None:
    kept = {}
    monkeypatch.setattr(asking.cache, "set", lambda key, value, life: kept.update({key: value}))
    tax.find_inn(kind=14, series="45 10", number="1", person=ANNA)
    text = str(kept)
    assert kept
    assert "Проверкина" not in text
    assert "inn" not in text
    monkeypatch.undo()
    tax.find_inn(kind=14, series="45 10", number="1", person=ANNA)
    switches.switch(register="tax", mode=Mode.DOWN)
    assert tax.find_inn(kind=14, series="45 10", number="1", person=ANNA)
    with pytest.raises(RegisterDown):
        tax.find_inn(kind=14, series="45 10", number="2", person=ANNA)


def test_a_refused_question_is_not_repeated_and_trips_nothing(world) -> None:
    for _ in range(breaker.FAILURES):
        world.fail("bad-address", channel="register", recipient="tax")
        with pytest.raises(Permanent):
            tax.find_inn(kind=14, series="45 10", number="3", person=ANNA)
    assert asking.available("tax")


def test_a_slow_register_is_not_waited_for(world, monkeypatch) -> None:
    monkeypatch.setattr(asking, "TIMEOUT", 0.2)
    world.fail("delay", channel="register", recipient="tax", seconds=0.5, times=3)
    with pytest.raises(RegisterDown):
        tax.find_inn(kind=14, series="45 10", number="4", person=ANNA)


def test_the_log_names_no_person(caplog) -> None:
    with caplog.at_level(logging.INFO):
        passport("123456")
    assert "register.asked" in caplog.text
    assert "identity-documents" in caplog.text
    assert "Проверкина" not in caplog.text
    assert "123456" not in caplog.text


@pytest.mark.parametrize(("url", "warned"), [("http://far.example", True), ("https://x", False)])
def test_production_is_warned_of_an_open_line(settings, monkeypatch, url, warned) -> None:
    settings.REGISTERS_URL = url
    monkeypatch.setattr(settings.ENV, "profile", "production")
    assert ("oms.W005" in {one.id for one in configured()}) is warned
