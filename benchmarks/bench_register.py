"""ENP look-ups in a register of a million persons, against a bare SELECT by primary key.

    PYTHONPATH=src .venv/bin/python benchmarks/bench_register.py --postgres URL [--persons 1000000]

Makes a database of its own beside the one URL names, loads invented people into it, measures
and drops it (`--keep` leaves it for the next run). All subjects share one connection; each round
asks all of them about the same people in the same order, none of whom was asked about before.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import databases

DATABASE = "oms_bench_register"
EACH = 1000


def main() -> None:
    options = arguments()
    url = databases.make(options.postgres, name=DATABASE)
    try:
        databases.prepare(url)
        load(options.persons)
        measure(options.rounds)
    finally:
        if not options.keep:
            finish(options.postgres)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", default=os.environ.get("OMS_BENCH_POSTGRES"), required=False)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    if not options.postgres:
        parser.error("give --postgres URL or use benchmarks/run")
    return options


def finish(url: str) -> None:
    from django.db import connections

    connections.close_all()
    databases.drop(url, name=DATABASE)


def load(persons: int) -> None:
    import click
    from django.db import connection
    from django.utils import timezone

    from oms.domain.directory import synthetic as directory
    from oms.domain.register import synthetic as register

    at = timezone.now()
    directory.seed(at=at)
    missing = max(persons - register.made(), 0)
    began = time.monotonic()
    with click.progressbar(length=missing, label="Loading people", file=sys.stderr) as bar:
        added = register.people(count=persons, at=at, progress=bar.update)
    spent = time.monotonic() - began
    if added:
        print(f"loaded {added} persons in {spent:.0f} s: {added / spent:.0f} a second")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measure(rounds: int) -> None:
    from oms.domain.register.models import InsuredPerson, Policy

    count = InsuredPerson.objects.count()
    people = sample(rounds)
    subjects = lookups()
    for one in subjects.values():  # connection, plans and imports are warm before the first round
        one(*people[0])
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for number in range(rounds):
        asked = people[number::rounds]
        for name, took in turn(subjects, asked).items():
            times[name].append(took)
    report(count, Policy.objects.count(), times)


def sample(rounds: int) -> list[tuple[int, str, date]]:
    """Key, ENP and birth date of people with a policy in force, spread over the register."""
    from oms.domain.register.models import Policy

    rows = Policy.objects.filter(state=Policy.State.ACTIVE).exclude(enp="")
    keys = list(rows.values_list("pk", flat=True))
    chosen = random.Random(11).sample(keys, min(rounds * EACH, len(keys)))
    found = rows.filter(pk__in=chosen).values_list("person_id", "enp", "person__birth_date")
    people = list(found)
    random.Random(12).shuffle(people)
    return people


def lookups() -> dict[str, Callable[[int, str, date], Any]]:
    from django.db import connection
    from django.utils import timezone

    from oms.domain.register import matching
    from oms.domain.register.models import InsuredPerson
    from oms.domain.register.queries import public_policy_check

    cursor = connection.cursor()
    today = timezone.localdate()

    def bare(table: str, column: str) -> Callable[[Any], Any]:
        sql = f"SELECT * FROM {table} WHERE {column} = %s"

        def ask(value: Any) -> Any:
            cursor.execute(sql, [value])
            return one_of(cursor.fetchall())

        return ask

    by_key, by_enp = bare("register_insuredperson", "id"), bare("register_insuredperson", "enp")
    return {
        "bare SELECT by primary key": lambda pk, enp, born: by_key(pk),
        "bare SELECT by ENP": lambda pk, enp, born: by_enp(enp),
        "person of an ENP (ORM)": lambda pk, enp, born: InsuredPerson.objects.get(enp=enp),
        "matching.find(enp=…)": lambda pk, enp, born: one_of(matching.find(enp=enp)),
        "public_policy_check": lambda pk, enp, born: found(
            public_policy_check(number=enp, birth_date=born, on=today)
        ),
    }


def one_of(rows: Sequence[Any]) -> Any:
    assert len(rows) >= 1
    return rows[0]


def found(answer: Any) -> Any:
    assert answer.found
    return answer


def turn(
    subjects: dict[str, Callable[..., Any]], asked: list[tuple[int, str, date]]
) -> dict[str, float]:
    """Microseconds per look-up, in slices of 100 so that a noisy moment hits all alike."""
    spent = dict.fromkeys(subjects, 0.0)
    names = list(subjects)
    for start in range(0, len(asked), 100):
        random.shuffle(names)
        for name in names:
            ask = subjects[name]
            began = time.perf_counter()
            for person in asked[start : start + 100]:
                ask(*person)
            spent[name] += time.perf_counter() - began
    return {name: took / len(asked) * 1e6 for name, took in spent.items()}


def report(people: int, policies: int, times: dict[str, list[float]]) -> None:
    floor = next(iter(times.values()))
    print(f"\n{people} persons, {policies} policies; {len(floor)} rounds, medians")
    print(f"{'':30}{'µs':>8}{'times the floor':>18}  (lowest to highest round)")
    for name, took in times.items():
        ratios = [mine / base for mine, base in zip(took, floor, strict=True)]
        spread = f"({min(ratios):.2f}–{max(ratios):.2f})"
        print(f"{name:30}{statistics.median(took):8.0f}{statistics.median(ratios):18.2f}  {spread}")


if __name__ == "__main__":
    main()
