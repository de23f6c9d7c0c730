"""A run may end anywhere: killed, out of time, twice at once. The end is the same."""

import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from tests import elsewhere
from tests import factories as make
from tests.domain.exchange import sample
from tests.domain.exchange.sample import about, answers, content, op, processed, received

from oms.domain.exchange import (
    actions,
    control,
    exports,
    newcomers,
    processing,
    reading,
    tasks,
    writing,
)
from oms.domain.exchange.models import Answer, ExchangeFile
from oms.domain.exchange.naming import parse
from oms.domain.journal.models import Entry
from oms.domain.register.models import InsuredPerson, Policy
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
LATER = make.NOON + timedelta(hours=1)


class Killed(BaseException):
    """As SIGKILL would: nothing catches it."""


def mixture(count: int) -> list[writing.Parts]:
    """Good records, wrong ones, doubles of numbers and of people."""
    records = []
    for n in range(count):
        same = {"SS": "112-233-445 95", "DOCNUM": "654321"} if n % 5 == 4 else {}
        wrong = {"W": 7} if n % 7 == 3 else {}
        records.append(op(n if n % 9 else 1, DR=date(1990, 5, 1 + n), **same, **wrong))
    return records


def state() -> list[list[dict[str, Any]]]:
    """What the register holds, without keys that differ from try to try."""
    people = InsuredPerson.objects.order_by("birth_date").values("birth_date", "snils", "state")
    policies = Policy.objects.order_by("person__birth_date").values("state", "person__birth_date")
    acts = Entry.objects.exclude(act__startswith="exchange.").order_by("act", "at").values("act")
    return [list(people), list(policies), list(acts)]


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(batch=st.integers(1, 7), deaths=st.lists(st.integers(1, 12), max_size=4))
def test_any_division_of_a_file_into_runs_ends_the_same(batch: int, deaths: list[int]) -> None:
    sample.insurer()
    data = content(mixture(12))
    mark = transaction.savepoint()
    file = received(data)
    actions.process(file=file, at=LATER)
    wanted, told = state(), answers(file)
    transaction.savepoint_rollback(mark)

    mark = transaction.savepoint()
    file, real, many = received(data), processing.apply, newcomers.enter
    for death in deaths:

        def apply(record, death=death):
            real(record)
            if record.place == death:
                raise Killed

        def enter(run, told, death=death):
            told = list(told)
            many(run, told)
            if any(one.basis.endswith(f":{death}") for one in told):
                raise Killed

        processing.apply, newcomers.enter = apply, enter
        try:
            actions.process(file=ExchangeFile.objects.get(), at=LATER, batch=batch)
        except Killed:
            pass
        finally:
            processing.apply, newcomers.enter = real, many
    actions.process(file=file, at=LATER, batch=batch)
    try:
        assert (state(), answers(file)) == (wanted, told)
        assert file.state == ExchangeFile.State.DONE
        assert file.done == 12
    finally:
        transaction.savepoint_rollback(mark)


def test_a_turn_ends_in_time_and_the_next_goes_on(monkeypatch) -> None:
    sample.insurer()
    file = received(content([op(n) for n in range(5)]))
    turns = 0
    while not actions.process(file=file, at=LATER, seconds=0, batch=2):
        turns += 1
        assert file.done == 2 * turns
        assert file.state == ExchangeFile.State.RUNNING
    assert (turns, file.done, file.state) == (2, 5, ExchangeFile.State.DONE)


def test_the_worker_takes_a_file_to_its_end(monkeypatch) -> None:
    sample.insurer()
    monkeypatch.setattr(tasks, "SECONDS", 0)
    monkeypatch.setattr(processing, "BATCH", 1)
    monkeypatch.setattr(actions.process, "__kwdefaults__", {"seconds": None, "batch": 1})
    file = received(content([op(n) for n in range(3)]))
    assert run_all_now() == 3
    file.refresh_from_db()
    assert (file.state, file.accepted) == (ExchangeFile.State.DONE, 3)
    tasks.go_on(at=LATER)
    assert run_all_now() == 0


def test_a_run_that_was_overtaken_changes_nothing(monkeypatch) -> None:
    """Another worker answers a batch while ours was reading."""
    sample.insurer()
    file = received(content([op(n) for n in range(4)]))
    other = ExchangeFile.objects.get(pk=file.pk)
    real, seen = processing._apply, []

    def overtaken(run, part):
        if not seen:
            seen.append(1)
            actions.process(file=other, at=LATER, seconds=0, batch=2)
        real(run, part)

    monkeypatch.setattr(processing, "_apply", overtaken)
    assert not actions.process(file=file, at=LATER, batch=2)
    file.refresh_from_db()
    assert (file.done, file.state) == (2, ExchangeFile.State.RUNNING)
    assert actions.process(file=file, at=LATER)
    assert Answer.objects.count() == InsuredPerson.objects.count() == 4


def test_a_batch_that_the_database_broke_off_is_answered_anew(monkeypatch) -> None:
    """Two loads that wait for each other's numbers: one is broken off, nothing of it is lost."""
    sample.insurer()
    file = received(content([op(n) for n in range(2)]))
    real, sent = processing.newcomers.enter, []

    def enter(run, told):
        real(run, list(told))
        if len(sent) < processing.DEADLOCKS:
            sent.append(1)
            broken = OperationalError("deadlock detected")
            broken.__cause__ = psycopg.errors.DeadlockDetected()
            raise broken

    monkeypatch.setattr(newcomers, "enter", enter)
    assert actions.process(file=file, at=LATER)
    assert (file.accepted, InsuredPerson.objects.count(), Answer.objects.count()) == (2, 2, 2)
    name = f"{sample.NAME}X"
    other = received(content([op(1)], name=name), name=name)
    monkeypatch.setattr(newcomers, "enter", _refused)
    with pytest.raises(OperationalError, match="disk"):
        actions.process(file=other, at=LATER)


def _refused(run: object, told: object) -> None:
    raise OperationalError("disk full")


def test_what_we_write_we_read() -> None:
    """i, k and s: right by their schemas, and a file of changes told back changes nothing."""
    insurer = sample.insurer()
    person = make.insured(by=insurer, phone="+79001234567", residence="г. Москва, ул. Ё, д. 1—2")
    gone = make.insured(by=insurer, family_name="Ушедшая")
    processed([about(gone, 1, "П021", DSTOP=sample.VISIT)])
    clerk = make.operator(insurer)
    made = {}
    for kind, count in (("i", 1), ("k", 1), ("s", 1)):
        written = exports.export(
            kind=kind, insurer=insurer, since=sample.VISIT, until=make.TODAY, by=clerk, at=LATER
        )
        data = made[kind] = b"".join(written.content)
        heading, items = reading.read([data], name=parse(written.name))
        records = [(control.faults(one, kind=kind), one.findtext("PERSON/FAM")) for _, one in items]
        wanted = "Ушедшая" if kind == "s" else person.family_name
        assert (heading.records, records) == (count, [([], wanted)])
    before = InsuredPerson.objects.values().get(pk=person.pk), person.addresses.get().text
    name = etree.fromstring(made["i"]).get("FILENAME")
    file = received(made["i"], name=name)
    assert actions.process(file=file, at=LATER)
    assert [code for _, code, _ in answers(file)] == ["AA"]
    after = InsuredPerson.objects.values().get(pk=person.pk), person.addresses.get().text
    assert after == before
    assert Entry.objects.filter(act="exchange.export").count() == 3


def test_nobody_writes_files_about_anothers_people() -> None:
    insurer = sample.insurer()
    stranger = make.operator(make.insurer("77002"))
    days = {"since": make.TODAY, "until": make.TODAY, "at": LATER}
    with pytest.raises(actions.NotYours):
        exports.export(kind="k", insurer=insurer, by=stranger, **days)
    with pytest.raises(exports.BadPeriod):
        exports.export(
            kind="k", insurer=insurer, by=make.operator(insurer),
            **{**days, "since": make.TODAY + timedelta(days=1)},
        )  # fmt: skip


PROGRAM = """
import sys
from datetime import datetime
import django
django.setup()
from oms.domain.exchange import actions
from oms.domain.exchange.models import ExchangeFile
file = ExchangeFile.objects.get()
actions.process(file=file, at=datetime.fromisoformat(sys.argv[1]), batch=3)
"""


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("sqlite" in os.environ.get("OMS_DATABASE_URL", "sqlite"), reason="PostgreSQL")
def test_a_killed_process_loses_and_doubles_nothing() -> None:
    """SIGKILL again and again; whoever comes next goes on."""
    sample.insurer()
    file = received(content([op(n, DR=date(1980, 1, 1) + timedelta(days=n)) for n in range(150)]))
    for _ in range(2):
        with started() as process:
            _wait_for_more(file, process)
            process.send_signal(signal.SIGKILL)
        file.refresh_from_db()
        assert file.done == file.answers.count() == InsuredPerson.objects.count()
    with started() as process:
        assert process.wait(60) == 0
    file.refresh_from_db()
    assert (file.state, file.done, file.accepted) == (ExchangeFile.State.DONE, 150, 150)
    assert InsuredPerson.objects.count() == Policy.objects.count() == 150
    assert Entry.objects.filter(act="policy.give").count() == 150


def started() -> "subprocess.Popen[bytes]":
    environment = elsewhere.environment(DJANGO_SETTINGS_MODULE="oms.config.settings")
    return subprocess.Popen([sys.executable, "-c", PROGRAM, LATER.isoformat()], env=environment)


def _wait_for_more(file: ExchangeFile, process: "subprocess.Popen[bytes]") -> None:
    before, deadline = file.done, time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        file.refresh_from_db()
        if file.done > before:
            return
        time.sleep(0.02)
