"""Search and match in a register of a whole region, 13 million invented persons by default.

    PYTHONPATH=src .venv/bin/python benchmarks/bench_matching.py --postgres URL [--persons 13000000]

Makes a database of its own beside the one URL names, fills it (`masses`), measures and drops it
(`--keep` leaves it, `--loaded` measures what it holds). Exact look-ups are timed inside the
database (EXPLAIN ANALYZE) and from here; tolerant ones and the desk's search from here, each beside
bare SQL of the same plan. Times are of the rounds: the middle one, and lowest to highest. Recall is
counted on those who are in the register twice (`recalling`); the public check of a policy is timed
for found and not found (`checking`).
"""

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import checking
import databases
import recalling
from times import Rounds, at, took

DATABASE = "oms_bench_masses"
PARTS = ("exact", "tolerant", "search", "recall", "check", "partitions")


def main() -> None:
    options = arguments()
    url = databases.make(options.postgres, name=DATABASE)
    try:
        databases.prepare(url, settings="benchmarks.settings")
        if not options.loaded:
            load(options.persons, options.processes)
        sizes()
        warm()
        measure(options)
    finally:
        if not (options.keep or options.loaded):
            finish(options.postgres)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", default=os.environ.get("OMS_BENCH_POSTGRES"))
    parser.add_argument("--persons", type=int, default=13_000_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--asked", type=int, default=1000, help="look-ups of a kind in a round")
    parser.add_argument("--each", type=int, default=200, help="truths asked for of a kind")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--keep", action="store_true", help="leave the database")
    parser.add_argument("--loaded", action="store_true", help="load nothing, leave the database")
    options = parser.parse_args()
    if not options.postgres:
        parser.error("give --postgres URL or use benchmarks/run --matching")
    return options


def measure(options: argparse.Namespace) -> None:
    told = {"exact": exact, "tolerant": tolerant, "search": search}
    in_rounds = {name: (part, Rounds()) for name, part in told.items() if name in options.only}
    loads = []
    for number in range(options.rounds):
        for part, rounds in in_rounds.values():
            part(options.asked, number, rounds)
            loads.append(os.getloadavg()[0])
    if loads:
        print(
            f"\n{options.rounds} rounds of {options.asked} look-ups of a kind (half as many where "
            f"tolerant), load {min(loads):.1f}–{max(loads):.1f}"
        )
    for name, (_, rounds) in in_rounds.items():
        TABLES[name](rounds)
    if "recall" in options.only:
        recalling.recall(options.each)
    if "check" in options.only:
        checking.check(options.asked // 2)
    if "partitions" in options.only:
        partitions(options.asked, min(options.persons, 1_000_000))


def load(persons: int, processes: int) -> None:
    import click
    from django.utils import timezone

    from oms.domain.directory import synthetic as directory
    from oms.domain.register.masses import loading

    at = timezone.now()
    directory.seed(at=at)
    began = time.monotonic()
    with click.progressbar(length=loading.steps(persons), file=sys.stderr) as bar:
        added = loading.load(count=persons, at=at, processes=processes, progress=bar.update)
    spent = time.monotonic() - began
    if added:
        print(f"{added} persons in {spent:.0f} s, keys included: {added / spent:.0f} a second")


def finish(url: str) -> None:
    from django.db import connections

    connections.close_all()
    databases.drop(url, name=DATABASE)


def sizes() -> None:
    rows = asked(
        "SELECT relname, reltuples::bigint, pg_relation_size(oid), pg_indexes_size(oid)"
        " FROM pg_class WHERE relkind = 'r' AND relname LIKE 'register_%'"
        " AND reltuples > 1000 ORDER BY 3 DESC"
    )
    print(f"\n{'table':28}{'rows':>12}{'MB':>8}{'indexes, MB':>14}")
    for name, count, heap, indexes in rows:
        print(f"{name:28}{count:12}{heap >> 20:8}{indexes >> 20:14}")
    print(f"in all {sum(row[2] + row[3] for row in rows) / 2**30:.1f} GB", flush=True)


def warm() -> None:
    """Read into memory what a register in use has there: what search enters by, and persons."""
    asked("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
    asked("SELECT pg_prewarm('register_insuredperson', 'read')")
    asked("SELECT pg_prewarm('register_identitydocument', 'read')")
    for name in (
        "register_born", "register_former_name", "register_former_key", "register_name_spelling",
        "register_region_name", "register_name_birth", "register_insuredperson_pkey",
        "register_policy_enp", "register_document", "register_snils",
        "register_one_person_per_enp",
    ):  # fmt: skip
        asked("SELECT pg_prewarm(%s, 'buffer')", [name])


def asked(sql: str, told: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, told or None)
        return cursor.fetchall() if cursor.description else []


def persons(count: int, seed: int) -> list[Any]:
    """People spread over the register, others for each seed."""
    from oms.domain.register.models import InsuredPerson

    rows = InsuredPerson.objects.exclude(enp=None).exclude(snils=None)
    last = InsuredPerson.objects.order_by("-pk").values_list("pk", flat=True)[0]
    keys = random.Random(seed).sample(range(1, last + 1), min(count * 2, last))
    found = list(rows.filter(pk__in=keys).exclude(patronymic="")[:count])
    random.Random(seed).shuffle(found)
    return found


def documents_of(people: Sequence[Any]) -> dict[int, Any]:
    from oms.domain.register.models import IdentityDocument

    return {one.person_id: one for one in IdentityDocument.objects.filter(person__in=people)}


EXACT = {
    "floor: primary key": ("SELECT * FROM register_insuredperson WHERE id = %s", "pk"),
    "СНИЛС": ("SELECT * FROM register_insuredperson WHERE snils = %s", "snils"),
    "ЕНП": ("SELECT * FROM register_insuredperson WHERE enp = %s", "enp"),
    "document": (
        "SELECT p.* FROM register_identitydocument d JOIN register_insuredperson p"
        " ON p.id = d.person_id WHERE d.number_key = %s", "document"),
    "name and birth date": (
        "SELECT * FROM register_insuredperson WHERE name_key = %s AND birth_date = %s", "name"),
}  # fmt: skip
FLOOR = next(iter(EXACT))


def exact(count: int, number: int, rounds: Rounds) -> None:
    """Milliseconds in the database and round trip, of look-ups by number."""
    people = persons(count, number)
    documents = documents_of(people)
    told = {
        "snils": lambda one: [one.snils],
        "enp": lambda one: [one.enp],
        "document": lambda one: [documents[one.pk].number_key],
        "name": lambda one: [one.name_key, one.birth_date],
        "pk": lambda one: [one.pk],
    }
    for name, (sql, column) in EXACT.items():
        inside, here = [], []
        for one in people:
            values = told[column](one)
            inside.append(explained(sql, values)["Execution Time"])
            here.append(took(lambda sql=sql, values=values: asked(sql, values)))
        rounds.add(name, "inside", inside)
        rounds.add(name, "here", here)


def explained(sql: str, values: Sequence[Any]) -> dict[str, Any]:
    how = "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY, FORMAT JSON) "
    plan = asked(how + sql, values)[0][0]
    return (plan if isinstance(plan, list) else json.loads(plan))[0]


def exact_table(rounds: Rounds) -> None:
    print(f"\n{'exact, ms inside':28}{'p50':>8}{'p95':>14}{'p99':>14}{'ratio':>7}{'here p99':>14}")
    for name in EXACT:
        print(
            f"{name:28}{rounds.middle(name, 'inside'):8.3f}"
            f"{rounds.spread(name, 'inside', 95, 3):>14}{rounds.spread(name, 'inside', 99, 3):>14}"
            f"{rounds.ratio(name, 'inside', 'inside', of=FLOOR):7.1f}"
            f"{rounds.spread(name, 'here', 99):>14}",
            flush=True,
        )


def slip(word: str) -> str:
    return word[:1] + word[2] + word[1] + word[3:] if len(word) > 3 else word + "а"


_BORN = "SELECT id, name_key, sex FROM register_insuredperson WHERE birth_date = %(born)s"
_LIKE = (
    "SELECT id FROM register_insuredperson WHERE name_key >= %(key)s"
    " AND name_key < %(key)s || 'Я' LIMIT 100"
)


def questions() -> dict[str, tuple[Callable[[Any], dict[str, Any]], str]]:
    """What is told of a person, and the bare SQL of the same plan."""

    def name(one: Any, **other: Any) -> dict[str, Any]:
        told = {"family_name": one.family_name, "given_name": one.given_name,
                "patronymic": one.patronymic}  # fmt: skip
        return told | other

    def dated(one: Any, **other: Any) -> dict[str, Any]:
        return name(one, birth_date=one.birth_date, **other)

    return {
        "a slip and the birth date": (
            lambda one: dated(one, family_name=slip(one.family_name)), _BORN),
        "no patronymic, birth date": (lambda one: dated(one, patronymic=""), _BORN),
        "other surname, birth date": (lambda one: dated(one, family_name="Неизвестная"), _BORN),
        "a slip, no birth date": (lambda one: name(one, family_name=slip(one.family_name)), _LIKE),
        "surname and name only": (lambda one: name(one, patronymic=""), _LIKE),
    }  # fmt: skip


def tolerant(count: int, number: int, rounds: Rounds) -> None:
    """Milliseconds of `find`, of them spent here, and of the bare SQL with the same candidates."""
    from oms.domain.register import matching

    people = persons(count // 2, number + 100)
    for name, (tell, sql) in questions().items():
        mine, bare, busy = [], [], []
        for one in people:
            told, working = tell(one), time.thread_time()
            mine.append(took(lambda told=told: matching.find(**told)))
            busy.append((time.thread_time() - working) * 1e3)
            key = " ".join(one.name_key.split(" ")[:2])
            values = {"born": one.birth_date, "key": key}
            bare.append(took(lambda sql=sql, values=values: asked(sql, values)))
        for kind, values in (("mine", mine), ("busy", busy), ("bare", bare)):
            rounds.add(name, kind, values)


def tolerant_table(rounds: Rounds) -> None:
    _beside(rounds, "tolerant, ms", questions())


def _beside(rounds: Rounds, title: str, names: Any) -> None:
    print(
        f"\n{title:28}{'p50':>8}{'p95':>14}{'p99':>14}{'CPU here p95':>14}"
        f"{'bare SQL p50':>14}{'p95':>12}{'ratio':>7}"
    )
    for name in names:
        print(
            f"{name:28}{rounds.middle(name, 'mine'):8.1f}{rounds.spread(name, 'mine', 95, 1):>14}"
            f"{rounds.spread(name, 'mine', 99, 1):>14}{rounds.middle(name, 'busy', 95):14.1f}"
            f"{rounds.middle(name, 'bare'):14.2f}{rounds.spread(name, 'bare', 95):>12}"
            f"{rounds.ratio(name, 'mine', 'bare'):7.1f}",
            flush=True,
        )


_IN_REGION = (
    "SELECT * FROM register_insuredperson WHERE region_id = '77' AND name_key >= %(key)s"
    " AND name_key < %(key)s || 'Я' ORDER BY name_key, id LIMIT 25"
)
TYPED: dict[str, tuple[Callable[[Any, Any], str], str]] = {
    "СНИЛС": (lambda one, paper: one.snils, EXACT["СНИЛС"][0].replace("%s", "%(snils)s")),
    "ЕНП": (lambda one, paper: one.enp, EXACT["ЕНП"][0].replace("%s", "%(enp)s")),
    "document": (
        lambda one, paper: f"{paper.series} {paper.number}",
        EXACT["document"][0].replace("%s", "%(document)s")),
    "whole name and birth date": (
        lambda one, paper: f"{whole(one)} {one.birth_date:%d.%m.%Y}", _IN_REGION),
    "surname and name": (lambda one, paper: f"{one.family_name} {one.given_name}", _IN_REGION),
    "their beginnings": (
        lambda one, paper: f"{one.family_name} {one.given_name[:2]}", _IN_REGION),
    "a slip and the birth date": (
        lambda one, paper: f"{slip(one.family_name)} {one.given_name} {one.birth_date:%d.%m.%Y}",
        _BORN),
    "a slip, no birth date": (
        lambda one, paper: f"{slip(one.family_name)} {one.given_name} {one.patronymic}", _LIKE),
}  # fmt: skip


def whole(one: Any) -> str:
    return f"{one.family_name} {one.given_name} {one.patronymic}"


def search(count: int, number: int, rounds: Rounds) -> None:
    """The desk's search of people as the page calls it, for the fund of a region."""
    from oms.domain.accounts.models import Role, User
    from oms.domain.register import matching

    fund = User(role=Role.FUND, organization="fund:77")
    people = [one for one in persons(count, number + 200) if one.region_id == "77"][: count // 2]
    papers = documents_of(people)
    for name, (typed, sql) in TYPED.items():
        mine, bare, busy = [], [], []
        for one in people:
            text, working = typed(one, papers[one.pk]), time.thread_time()
            mine.append(took(lambda text=text: matching.search(text, fund)))
            busy.append((time.thread_time() - working) * 1e3)
            values = {
                "snils": one.snils, "enp": one.enp, "document": papers[one.pk].number_key,
                "born": one.birth_date, "key": " ".join(one.name_key.split(" ")[:2]),
            }  # fmt: skip
            bare.append(took(lambda sql=sql, values=values: asked(sql, values)))
        for kind, values in (("mine", mine), ("busy", busy), ("bare", bare)):
            rounds.add(name, kind, values)


def search_table(rounds: Rounds) -> None:
    _beside(rounds, "desk's search of people, ms", TYPED)


TABLES = {"exact": exact_table, "tolerant": tolerant_table, "search": search_table}


def partitions(count: int, people: int) -> None:
    """The same narrow rows plain, and in 16 parts by key: what a look-up by number costs."""
    columns = "id, enp, snils, name_key, birth_date"
    print(
        f"\n{people} persons, by ЕНП, ms inside{'':12}"
        f"{'planning p50':>18}{'execution p50':>16}{'p99':>8}"
    )
    for name, how in (("plain", ""), ("16 hash partitions", "PARTITION BY HASH (id)")):
        asked("DROP TABLE IF EXISTS bench_parts")
        asked(
            "CREATE TABLE bench_parts (id bigint, enp varchar(16), snils varchar(11),"
            f' name_key varchar(184) COLLATE "C", birth_date date) {how}'
        )
        for part in range(16 if how else 0):
            asked(
                f"CREATE TABLE bench_parts_{part} PARTITION OF bench_parts"
                f" FOR VALUES WITH (MODULUS 16, REMAINDER {part})"
            )
        asked(
            f"INSERT INTO bench_parts SELECT {columns} FROM register_insuredperson WHERE id <= %s",
            [people],
        )
        asked("CREATE INDEX ON bench_parts (enp)")
        asked("ANALYZE bench_parts")
        enps = asked(
            "SELECT enp FROM bench_parts WHERE enp IS NOT NULL AND id %% 97 = 0 LIMIT %s", [count]
        )
        told = [explained("SELECT * FROM bench_parts WHERE enp = %s", row) for row in enps]
        planning, spent = (
            [one[key] for one in told] for key in ("Planning Time", "Execution Time")
        )
        print(
            f"{name:52}{at(planning, 50):18.3f}{at(spent, 50):16.3f}{at(spent, 99):8.3f}",
            flush=True,
        )
    asked("DROP TABLE bench_parts")


if __name__ == "__main__":
    main()
