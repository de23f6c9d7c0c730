"""Appending to the journal, and verifying it.

    PYTHONPATH=src .venv/bin/python benchmarks/bench_journal.py --postgres URL [--entries 100000]

Makes a database of its own beside the one URL names and drops it. An append is measured against
two bare INSERTs into unindexed tables in the same kind of transaction, in turn.
"""

import argparse
import os
import resource
import statistics
import time
from collections.abc import Callable

import databases

DATABASE = "oms_bench_journal"
TOGETHER = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", default=os.environ.get("OMS_BENCH_POSTGRES"))
    parser.add_argument("--entries", type=int, default=100_000)
    options = parser.parse_args()
    if not options.postgres:
        parser.error("give --postgres URL")
    url = databases.make(options.postgres, name=DATABASE)
    try:
        prepare(url)
        append(options.entries)
        verify()
    finally:
        from django.db import connections

        connections.close_all()
        databases.drop(options.postgres, name=DATABASE)


def prepare(url: str) -> None:
    databases.prepare(url)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE UNLOGGED TABLE floor_entry (LIKE journal_entry INCLUDING DEFAULTS)")
        cursor.execute("CREATE UNLOGGED TABLE floor_payload (entry_id bigint, data jsonb)")


def append(entries: int) -> None:
    from django.db import connection, transaction
    from django.utils import timezone

    from oms.domain.journal.actions import Actor, record

    by, at = Actor("user:12", role="insurer", organization="insurer:77001"), timezone.now()
    details = {"purpose": "Дело №\N{NO-BREAK SPACE}770000-123456-7: сверка с реестром"}

    def ours(number: int) -> None:
        record(
            act="person.read", subject=f"case:{number}", person=f"person:{number % 5000}",
            by=by, at=at, details=details,
        )  # fmt: skip

    row = ["0" * 64] * 3
    insert = (
        "INSERT INTO floor_entry (id, chain, number, at, actor, role, organization, act, subject,"
        " person, payload_hash, previous_hash, hash)"
        " VALUES (%s, 1, %s, now(), 'user:12', 'insurer', 'insurer:77001', 'person.read', 'case:1',"
        " 'person:1', %s, %s, %s)"
    )

    def floor(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(insert, [number, number, *row])
            cursor.execute('INSERT INTO floor_payload VALUES (%s, \'{"purpose": "x"}\')', [number])

    def each(one: Callable[[int], None], number: int) -> float:
        began = time.perf_counter()
        with transaction.atomic():
            for more in range(TOGETHER):
                one(number + more)
        return (time.perf_counter() - began) / TOGETHER * 1000

    times: dict[str, list[float]] = {"append": [], "floor": []}
    for number in range(0, entries, TOGETHER):
        times["append"].append(each(ours, number))
        times["floor"].append(each(floor, number))
    last = {name: took[-200:] for name, took in times.items()}
    ours_ms, floor_ms = (statistics.median(last[name]) for name in ("append", "floor"))
    ninety = statistics.quantiles(last["append"], n=20)[18]
    print(f"append after {entries:,} entries: median {ours_ms:.2f} ms, p95 {ninety:.2f} ms;")
    print(f"  two bare INSERTs {floor_ms:.2f} ms; ratio {ours_ms / floor_ms:.1f}")


def verify() -> None:
    from oms.domain.journal import queries
    from oms.domain.journal.verify import verify as walk

    heads = queries.heads()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    report = walk(queries.export(), heads)
    spent = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert report.rows
    assert not report.found
    print(f"verify: {report.rows / spent:,.0f} entries a second, memory grew by {grown:.0f} MiB")


if __name__ == "__main__":
    main()
