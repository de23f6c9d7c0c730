"""Many writers at once. SQLite takes part with a file: in memory it has no second writer."""

import sqlite3
import threading
import time
from collections import Counter
from datetime import date

import pytest
from django.db import close_old_connections, connection, connections

from oms.domain.journal import queries as journal
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.domain.journal.verify import verify
from oms.domain.register import actions
from oms.domain.register.models import EnpCounter, InsuredPerson
from oms.law import enp

BORN = (date(1985, 3, 4), date(1985, 3, 5))
pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def crowd(transactional_db, tmp_path, monkeypatch):
    """(threads, tries each) on a database where writers really meet."""
    if connection.vendor == "postgresql":
        # A connection each, no pool; what a commit survives is not this drill's question.
        options = {"options": "-c synchronous_commit=off"}
        monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
        return 16, 300
    file = tmp_path / "drill.sqlite3"
    connection.ensure_connection()
    with sqlite3.connect(file) as copy:
        connection.connection.backup(copy)
    copy.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", str(file))
    return 4, 50


def together(threads, work):
    """Run `work(number)` in each thread at once; return results, raise the first error."""
    start, results, errors = threading.Barrier(threads), [], []

    def run(number):
        try:
            start.wait()
            results.append(work(number))
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if errors:
        raise errors[0]
    return results


def drill(issue, threads, tries):
    """Numbers given by `issue` to all threads, two birth dates in turn."""

    def work(_):
        return [issue(region="77", birth_date=BORN[number % 2], sex=2) for number in range(tries)]

    return [number for given in together(threads, work) for number in given]


def faults(numbers, expected):
    """What is wrong with the numbers given: doubled, lost, not valid, holes in the sequence."""
    told = [enp.parse(number) for number in numbers]
    by_day = {day: {one.sequence for one in told if one.birth_date == day} for day in BORN}
    whole = set(range(1, expected // 2 + 1))
    return {
        name: value
        for name, value in {
            "doubled": sum(count - 1 for count in Counter(numbers).values()),
            "lost": expected - len(numbers),
            "holes": sum(len(whole - sequences) for sequences in by_day.values()),
            "foreign": sum(one.region != "77" or one.sex != "F" for one in told),
        }.items()
        if value
    }


def read_then_write(*, region, birth_date, sex):
    """The counter as it must not be: look, add one, write."""
    prefix = enp.build(region=region, birth_date=birth_date, sex="F", sequence=0)[:10]
    row = EnpCounter.objects.filter(pk=prefix).first()
    last = (row.last if row else 0) + 1
    time.sleep(0.001)
    EnpCounter.objects.update_or_create(prefix=prefix, defaults={"last": last})
    return enp.build(region=region, birth_date=birth_date, sex="F", sequence=last)


def test_numbers_are_distinct_valid_and_none_is_lost(crowd):
    threads, tries = crowd
    numbers = drill(actions.issue_enp, threads, tries)
    assert len(numbers) == threads * tries
    assert faults(numbers, threads * tries) == {}


def test_the_drill_sees_a_counter_that_reads_then_writes(crowd):
    threads, _ = crowd
    numbers = drill(read_then_write, threads, 50)
    assert faults(numbers, threads * 50).get("doubled", 0) > 0


def test_of_many_gifts_of_a_policy_one_wins(crowd, enter, insurer, other_insurer, at, on):
    threads, _ = crowd
    person = enter()
    if connection.vendor == "sqlite":
        _copy_again()

    def give(number):
        own = InsuredPerson.objects.get(pk=person.pk)
        chosen = (insurer, other_insurer)[number % 2]
        try:
            actions.give_policy(
                person=own, insurer=chosen, ground=1, on=on, by=SYSTEM, at=at,
                basis=f"case:{number}",
            )  # fmt: skip
        except actions.AlreadyInsured:
            return "denied"
        return "given"

    def look(_):
        found = InsuredPerson.objects.get(pk=person.pk)
        return (
            found.policies.count(),
            found.insurances.count(),
            Entry.objects.filter(act="policy.give").count(),
            found.enp == found.policies.get().enp,
            verify(journal.export(), journal.heads()).findings,
        )

    assert Counter(together(threads, give)) == {"given": 1, "denied": threads - 1}
    assert together(1, look) == [(1, 1, 1, True, [])]


def test_of_many_entries_of_one_person_without_snils_one_gets_in(crowd, new_person, region, at):
    """Only a document tells that they are one: no constraint of the database would."""
    threads, _ = crowd
    if connection.vendor == "sqlite":
        _copy_again()
    paper = actions.DocumentData(kind="14", series="45 10", number="123456")

    def enter(_):
        try:
            actions.register_person(
                data=new_person(document=paper), by=SYSTEM, at=at, source="operator"
            )
        except actions.AlreadyOnRecord:
            return "met"
        return "entered"

    assert Counter(together(threads, enter)) == {"entered": 1, "met": threads - 1}


def _copy_again():
    """Bring what fixtures wrote in memory into the drill's file."""
    with sqlite3.connect(connection.settings_dict["NAME"]) as copy:
        connection.connection.backup(copy)
    copy.close()
    close_old_connections()
