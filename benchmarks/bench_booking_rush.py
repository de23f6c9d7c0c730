"""Bookings a second when all want the same times, beside bare SQL and pgbench in one run.

    PYTHONPATH=src .venv/bin/python benchmarks/bench_booking_rush.py --postgres URL [--rounds 3]
    PYTHONPATH=src .venv/bin/python benchmarks/bench_booking_rush.py --sqlite

Eight processes (threads on SQLite) book through `oms.domain.booking.actions`; each wants one of
the first times that look free, so most meet somebody there. In turn with it: the same locks and
rows in bare SQL, and single-row inserts by pgbench. What counts is the ratio within one round.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import databases

DATABASE = "oms_bench_rush"
CLIENTS = 8
WANTED = 6  # of the first free times each takes one by chance
HERE = Path(__file__).resolve().parent
_FLOOR = """
CREATE TABLE floor_slot (id bigint PRIMARY KEY, taken_until timestamptz NOT NULL);
CREATE TABLE floor_person (id bigint PRIMARY KEY);
CREATE TABLE floor_visit (
    id bigserial PRIMARY KEY, slot_id bigint NOT NULL UNIQUE, person_id bigint NOT NULL,
    key text NOT NULL UNIQUE, told text NOT NULL
);
CREATE TABLE floor_journal (id bigserial PRIMARY KEY, told text NOT NULL, hash text NOT NULL);
CREATE TABLE floor_task (id bigserial PRIMARY KEY, told text NOT NULL);
CREATE TABLE floor_insert (id bigserial PRIMARY KEY, told text NOT NULL);
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", default=os.environ.get("OMS_BENCH_POSTGRES", ""))
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--slots", type=int, default=6000)
    parser.add_argument(
        "--work", choices=("ours", "bare"), help="a process of a round: not for you"
    )
    options = parser.parse_args()
    if options.work:
        work(options.work, options.seconds)
    elif options.sqlite:
        on_sqlite(options)
    else:
        on_postgres(options)


def on_postgres(options: argparse.Namespace) -> None:
    url = databases.make(options.postgres, name=DATABASE)
    try:
        databases.prepare(url)
        known = world(options.slots)
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(_FLOOR)
            cursor.execute(
                "INSERT INTO floor_slot SELECT n, '1970-01-01' FROM generate_series(1, 200000) n;"
                "CREATE INDEX ON floor_slot (id) WHERE taken_until < '9999-01-01';"
                "INSERT INTO floor_person SELECT id FROM register_insuredperson"
            )
        connection.close()
        found = [a_round(known, options.seconds, url) for _ in range(options.rounds)]
    finally:
        from django.db import connections

        connections.close_all()
        databases.drop(options.postgres, name=DATABASE)
    say(found)


def on_sqlite(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="oms-bench-") as folder:
        databases.prepare(f"sqlite:///{folder}/rush.sqlite3")
        known = world(options.slots)
        told = book_in_threads(known, options.seconds)
        from contest_world import tell

        kept = tell()
        print(f"SQLite, {CLIENTS} threads: {told['won'] / options.seconds:.0f} bookings/s,"
              f" refused {told['refused']}, p95 {told['p95']:.0f} ms")  # fmt: skip
        print({name: value for name, value in kept.items() if name != "booked"})
        assert kept["doubled_slots"] == kept["taken_without_visit"] == 0
        assert kept["in_place"] == told["won"] == kept["told_by_journal"]


def world(slots: int) -> dict[str, Any]:
    """People enough for a while; each books once and cancels before the next time."""
    from contest_world import make

    return make(people=CLIENTS * 40, slots=slots, with_sessions=False)


def a_round(known: dict[str, Any], seconds: int, url: str) -> dict[str, float]:
    """Ours, bare SQL and pgbench, one after the other."""
    Path(os.environ["OMS_VAR"], "known.json").write_text(json.dumps(known))
    told = {"ours": processes("ours", seconds), "bare": processes("bare", seconds)}
    ours, bare = told["ours"], told["bare"]
    insert = pgbench(url, seconds)
    from contest_world import tell

    kept = tell()
    faults = ("doubled_slots", "taken_without_visit", "journal_faults")
    assert not any(kept[name] for name in faults), kept
    return {
        "ours": ours["won"] / seconds, "refused": ours["refused"] / seconds, "p95": ours["p95"],
        "bare": bare["won"] / seconds, "insert": insert,
    }  # fmt: skip


def processes(what: str, seconds: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--work", what, "--seconds", str(seconds)]
    begun = [
        subprocess.Popen(
            command, env=os.environ | {"RUSH": str(n)}, stdout=subprocess.PIPE, text=True
        )
        for n in range(CLIENTS)
    ]
    said = [json.loads(one.communicate()[0].splitlines()[-1]) for one in begun]
    return together(said)


def together(said: list[dict[str, Any]]) -> dict[str, float]:
    times = [ms for one in said for ms in one["times"]]
    return {
        "won": sum(one["won"] for one in said),
        "refused": sum(one["refused"] for one in said),
        "p95": statistics.quantiles(times, n=100)[94],
    }


def work(what: str, seconds: int) -> None:
    """One process of a round."""
    sys.path.insert(0, str(HERE.parent))
    import django

    django.setup()
    known = json.loads(Path(os.environ["OMS_VAR"], "known.json").read_text())
    number = int(os.environ["RUSH"])
    one = ours(known, number) if what == "ours" else bare(known, number)
    began = time.time()
    time.sleep(3 - began % 3)  # all begin together
    print(json.dumps(repeat(one, time.monotonic() + seconds)))


def repeat(one: Callable[[], bool], until: float) -> dict[str, Any]:
    times, refused = [], 0
    while time.monotonic() < until:
        began = time.perf_counter()
        if one():
            times.append((time.perf_counter() - began) * 1e3)
        else:
            refused += 1
    return {"won": len(times), "refused": refused, "times": times}


def ours(known: dict[str, Any], number: int) -> Callable[[], bool]:
    """Book one of the first free times for one of this process's people."""
    from django.utils import timezone

    from oms.domain.booking import actions, refused
    from oms.domain.booking.models import Appointment, Slot
    from oms.domain.register.models import InsuredPerson

    mine = known["people"][number::CLIENTS]
    people = list(InsuredPerson.objects.select_related("user").filter(pk__in=mine))
    chance, asked = random.Random(number), 0

    def one() -> bool:
        nonlocal asked
        at, person = timezone.now(), people[asked % len(people)]
        asked += 1
        free = Slot.objects.filter(position=known["place"]).free(at=at).order_by("starts_at")
        slot = chance.choice(free.values_list("pk", flat=True)[:WANTED])
        try:
            actions.book(
                slot=slot, person=person, by=person.user.actor, user=person.user,
                channel="internet", key=f"{number}-{time.time_ns()}", at=at,
            )  # fmt: skip
        except refused.Taken:
            return False
        except refused.OneASpeciality:  # round the people once: the visit has been
            rows = Appointment.objects.filter(person=person, state="booked")
            rows.update(state="fulfilled")
            return False
        return True

    return one


def bare(known: dict[str, Any], number: int) -> Callable[[], bool]:
    """The same locks and rows without a framework: seven statements and COMMIT."""
    import psycopg
    from django.db import connection

    connection.ensure_connection()
    link = psycopg.connect(connection.connection.info.dsn)
    people, chance = known["people"][number::CLIENTS], random.Random(number)
    told = "x" * 300

    def one() -> bool:
        person = chance.choice(people)
        with link.transaction():
            rows = link.execute(
                "SELECT id FROM floor_slot WHERE taken_until <= now()"
                " AND taken_until < '9999-01-01' ORDER BY id LIMIT %s",
                [WANTED],
            ).fetchall()
            slot = chance.choice(rows)[0]
            link.execute("SELECT id FROM floor_person WHERE id = %s FOR NO KEY UPDATE", [person])
            link.execute("SELECT id FROM floor_visit WHERE key = %s", [f"{number}-{person}"])
            taken = link.execute(
                "UPDATE floor_slot SET taken_until = '9999-01-01' WHERE id = %s"
                " AND taken_until <= now()",
                [slot],
            )
            if not taken.rowcount:
                return False
            link.execute(
                "INSERT INTO floor_visit (slot_id, person_id, key, told) VALUES (%s, %s, %s, %s)",
                [slot, person, f"{number}-{time.time_ns()}", told],
            )
            link.execute("INSERT INTO floor_journal (told, hash) VALUES (%s, %s)", [told, "0" * 64])
            link.execute("INSERT INTO floor_task (told) VALUES (%s)", [told])
        return True

    return one


def book_in_threads(known: dict[str, Any], seconds: int) -> dict[str, float]:
    said: list[dict[str, Any]] = []
    until = time.monotonic() + seconds

    def run(number: int) -> None:
        from django.db import connections

        said.append(repeat(ours(known, number), until))
        connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(CLIENTS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return together(said)


def pgbench(url: str, seconds: int) -> float:
    """Single-row inserts a second by as many clients."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(f"INSERT INTO floor_insert (told) VALUES ('{'x' * 300}');\n")
        script.flush()
        command = ["pgbench", "-n", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds)]
        command += ["-f", script.name, url]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.search(r"tps = ([\d.]+)", said)
    assert found, said
    return float(found[1])


def say(found: list[dict[str, float]]) -> None:
    for number, one in enumerate(found, 1):
        print(f"round {number}: " + ", ".join(f"{name} {value:.0f}" for name, value in one.items()))
    for floor in ("bare", "insert"):
        ratios = [one["ours"] / one[floor] for one in found]
        print(f"bookings to {floor}: {statistics.median(ratios):.3f}"
              f" ({min(ratios):.3f}–{max(ratios):.3f})")  # fmt: skip


if __name__ == "__main__":
    main()
