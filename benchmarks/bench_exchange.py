"""Import of insurers' files: records a second against COPY, memory by size, death by SIGKILL.

    PYTHONPATH=src .venv/bin/python benchmarks/bench_exchange.py --postgres URL [--drill 200000]

Makes a database of its own beside the one URL names and drops it. In turn, several rounds, on the
same records: control (the file read, XSD, check digits); application alone; the whole. Two floors:
COPY of the records' values into one bare table, and COPY of all the rows that the application
wrote (some twelve a record) into tables with the same columns, indexes and foreign keys.
`--drill` applies one large file in processes that are killed, and counts what is there then.
"""

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import databases

DATABASE = "oms_bench_exchange"
OGRN = "1027700000001"
VISIT = date(2026, 10, 1)
COLUMNS = 24
BARE, SAME = "COPY into one bare table", "COPY of all its rows"
SUBJECTS = ("control", "application", "whole")
KILLS = 5


def main() -> None:
    options = arguments()
    if options.resume:
        resume(options.resume)
        return
    prepare(databases.make(options.postgres, name=DATABASE))
    try:
        if options.drill:
            drill(options.postgres, options.drill)
        else:
            speed(options.records, options.rounds)
    finally:
        from django.db import connections

        connections.close_all()
        databases.drop(options.postgres, name=DATABASE)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", default=os.environ.get("OMS_BENCH_POSTGRES"), required=False)
    parser.add_argument("--records", type=int, default=5000, help="applied in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--drill", type=int, default=0, help="records of the file killed over")
    parser.add_argument("--resume", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.postgres:
        parser.error("give --postgres URL")
    return options


def prepare(url: str) -> None:
    databases.prepare(url)
    from oms.domain.directory.models import Insurer, Region

    region, _ = Region.objects.get_or_create(
        code="77", defaults={"okato": "45000", "name": "Москва"}
    )
    Insurer.objects.get_or_create(
        code="77001",
        defaults={
            "region": region,
            "ogrn": OGRN,
            "full_name": "СМО",
            "short_name": "СМО",
            "included_on": date(2012, 1, 1),
        },
    )


def records(start: int, count: int) -> Iterator[Any]:
    """First choices of new people: the operation that writes most."""
    from oms.domain.register import invented

    for one in invented.invent(start=start, count=count, on=VISIT):
        paper = invented.document(one.index, birth_date=one.birth_date, on=VISIT)
        minor = (VISIT - one.birth_date).days < 6600
        yield [
            ("N_REC", one.index + 1),
            ("TIP_OP", "П010"),
            (
                "PERSON",
                [
                    *(("FAM", one.family_name), ("IM", one.given_name), ("OT", one.patronymic)),
                    *(("W", one.sex), ("DR", one.birth_date), ("TRUE_DR", 1), ("C_OKSM", "RUS")),
                    ("SS", one.snils),
                ],
            ),
            (
                "DOC",
                [("DOCTYPE", paper.kind), ("DOCSER", paper.series), ("DOCNUM", paper.number)],
            ),
            ("ADDRES_G", [("BOMG", 0), ("NPNAME", one.address)]),
            ("ADDRES_P", [("BOMG", 0)]),
            (
                "VIZIT",
                [
                    *(("DVIZIT", VISIT), ("METHOD", 2 if minor else 1), ("PETITION", 0)),
                    *(("RSMO", 1), ("FPOLIS", 0)),
                ],
            ),
            (
                "INSURANCE",
                [
                    *(("TER_ST", "45000"), ("OGRNSMO", OGRN), ("ERP", 0)),
                    ("POLIS", [("VPOLIS", "Ц"), ("DBEG", VISIT)]),
                ],
            ),
        ]


def received(start: int, count: int) -> Any:
    from django.utils import timezone

    from oms.domain.exchange import actions, writing
    from oms.domain.journal.actions import SYSTEM

    letter = writing.Letter(f"i77001_01_{start}{count}", "77001", "01", count)
    return actions.receive(
        name=letter.name,
        pieces=writing.write(letter, records(start, count)),
        origin="command",
        by=SYSTEM,
        at=timezone.now(),
    )


# Speed -----------------------------------------------------------------------------------


def speed(count: int, rounds: int) -> None:
    found: dict[str, list[float]] = {name: [] for name in (BARE, SAME, *SUBJECTS)}
    busy: dict[str, list[float]] = {name: [] for name in SUBJECTS}
    lines = 0
    clones = made_clones()
    for number in range(rounds):
        start = 10_000_000 + number * count
        file = received(start, count)
        before = {table: last_key(table) for table in clones}
        found[BARE].append(copied_bare(start, count))
        for name, (wall, cpu) in {"control": controlled(file), **applied(file)}.items():
            found[name].append(wall)
            busy[name].append(cpu)
        lines, took = copied_same(clones, before)
        found[SAME].append(took)
    print(f"{count} records a round, {lines / count:.1f} rows each, {rounds} rounds")
    print(f"{'':26}{'records/s':>10}{'CPU ms':>8}{'of bare':>10}{'of all rows':>12}")
    for name, took in found.items():
        speeds = count / statistics.median(took)
        cpu = f"{statistics.median(busy[name]) / count * 1000:.2f}" if name in busy else ""
        shares = [
            statistics.median(f / t for f, t in zip(found[floor], took, strict=True))
            for floor in (BARE, SAME)
        ]
        print(f"{name:26}{speeds:10.0f}{cpu:>8}{shares[0]:10.4f}{shares[1]:12.3f}")
    print(f"load {os.getloadavg()[0]:.1f}")


def controlled(file: Any) -> tuple[float, float]:
    """Seconds by the clock and of CPU that the second reading takes, nothing applied."""
    from oms.domain.exchange import keeping, reading
    from oms.domain.exchange.naming import parse
    from oms.domain.exchange.processing import parsed

    began, busy = time.perf_counter(), time.process_time()
    _, items = reading.read(keeping.read(file.stored_as), name=parse(file.name))
    wrong = sum(parsed(place, element).told is None for place, element in items)
    assert wrong == 0
    return time.perf_counter() - began, time.process_time() - busy


def applied(file: Any) -> dict[str, tuple[float, float]]:
    """The same of the whole, both readings included, and of the application alone."""
    from django.utils import timezone

    from oms.domain.exchange import actions, processing

    alone = [0.0, 0.0]
    real = processing._apply

    def timed(*told: Any) -> Any:
        began, busy = time.perf_counter(), time.process_time()
        try:
            return real(*told)
        finally:
            alone[0] += time.perf_counter() - began
            alone[1] += time.process_time() - busy

    processing._apply = timed
    began, busy = time.perf_counter(), time.process_time()
    try:
        assert actions.process(file=file, at=timezone.now())
    finally:
        processing._apply = real
    whole = time.perf_counter() - began, time.process_time() - busy
    assert file.accepted == file.records, file.answers.filter(code="AE").first().comment
    return {"application": (alone[0], alone[1]), "whole": whole}


# Floors ----------------------------------------------------------------------------------


def values(record: Any) -> list[str]:
    """The record's values, flat: what COPY takes."""
    found: list[str] = []
    for _, value in record:
        found += values(value) if isinstance(value, list) else [str(value)]
    return found


def copied_bare(start: int, count: int) -> float:
    from django.db import connection

    rows = [(values(one) + [""] * COLUMNS)[:COLUMNS] for one in records(start, count)]
    names = ", ".join(f"c{n} text" for n in range(COLUMNS))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS bare; CREATE TABLE bare ({names})")
        began = time.perf_counter()
        with cursor.cursor.copy("COPY bare FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return time.perf_counter() - began


def made_clones() -> list[str]:
    """Empty twins of the tables that a first choice fills, in a schema of their own."""
    from django.db import connection

    from oms.domain.exchange.models import Answer
    from oms.domain.journal.models import Entry, Payload
    from oms.domain.register import models as register

    told = (
        register.InsuredPerson, register.PersonVersion, register.IdentityDocument,
        register.Address, register.Policy, register.Insurance, Entry, Payload, Answer,
    )  # fmt: skip
    tables = [one._meta.db_table for one in told]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])",
            [tables],
        )
        keys = cursor.fetchall()
        cursor.execute("CREATE SCHEMA floor")
        for table in tables:
            cursor.execute(f"CREATE TABLE floor.{table} (LIKE public.{table} INCLUDING ALL)")
        cursor.execute("SET search_path = floor, public")
        for table, key in keys:
            if "exchange_exchangefile" not in key:
                cursor.execute(f"ALTER TABLE {table} ADD {key}")
        cursor.execute("SET search_path = public")
    return tables


def last_key(table: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        return cursor.fetchone()[0]


def copied_same(tables: list[str], before: dict[str, int]) -> tuple[int, float]:
    """Rows written since, and the seconds in which COPY and COMMIT put them into the twins."""
    from django.db import connection, transaction

    told = {}
    for table in tables:
        with connection.cursor() as cursor:
            query = f"COPY (SELECT * FROM {table} WHERE id > {before[table]}) TO STDOUT"
            with cursor.cursor.copy(query) as copy:
                told[table] = b"".join(copy)
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in told.items():
            with cursor.cursor.copy(f"COPY floor.{table} FROM STDIN") as copy:
                copy.write(rows)
    took = time.perf_counter() - began
    return sum(rows.count(b"\n") for rows in told.values()), took


# Death -----------------------------------------------------------------------------------


def drill(address: str, count: int) -> None:
    """Apply one large file; whoever does it is killed now and then."""
    from oms.domain.exchange.models import ExchangeFile

    began = time.perf_counter()
    file = received(60_000_000, count)
    print(
        f"{count} records, {file.size >> 20} MiB, received in {time.perf_counter() - began:.0f} s"
    )
    stops = sorted(random.Random(79).sample(range(count // 20, count * 19 // 20), KILLS))
    began, peaks = time.perf_counter(), []
    for stop in [*stops, None]:
        child = subprocess.Popen(
            [sys.executable, __file__, "--postgres", address, "--resume", str(file.pk)]
        )
        while child.poll() is None:
            peaks.append((ExchangeFile.objects.get(pk=file.pk).done, peak_of(child.pid)))
            if stop is not None and peaks[-1][0] > stop:
                child.send_signal(signal.SIGKILL)
                child.wait()
            time.sleep(1)
        assert stop is not None or child.returncode == 0
    took = time.perf_counter() - began
    print(f"applied in {took:.0f} s, {count / took:.0f} a second, killed after {stops}")
    for share in (10, 25, 50, 75, 100):
        place, most = max((one for one in peaks if one[0] <= count * share // 100 and one[1]),
                          default=(0, 0))  # fmt: skip
        print(f"  at {place}: {most} MiB of resident memory at most")
    verified(file, count)


def resume(pk: int) -> None:
    """Go on with the file; the environment is the parent's."""
    import django

    django.setup()
    from django.utils import timezone

    from oms.domain.exchange import actions
    from oms.domain.exchange.models import ExchangeFile

    assert actions.process(file=ExchangeFile.objects.get(pk=pk), at=timezone.now())


def peak_of(pid: int) -> int:
    """MiB of resident memory at most until now; 0 when the process has gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def verified(file: Any, count: int) -> None:
    """Every kind of row is there once a record; the journal holds."""
    from oms.domain.journal import queries
    from oms.domain.journal.models import Entry
    from oms.domain.journal.verify import verify
    from oms.domain.register import models as register

    file.refresh_from_db()
    assert (file.state, file.done, file.accepted) == ("done", count, count)
    counts = {
        one.__name__: one.objects.count()
        for one in (
            register.InsuredPerson, register.PersonVersion, register.IdentityDocument,
            register.Address, register.Policy, register.Insurance,
        )
    }  # fmt: skip
    counts["Answer"] = file.answers.filter(code="AA").count()
    assert set(counts.values()) == {count}, counts
    acts = [Entry.objects.filter(act=act).count()
            for act in ("person.register", "person.address", "policy.give")]  # fmt: skip
    assert acts == [count] * 3, acts
    numbers = register.InsuredPerson.objects.values("enp").distinct().count()
    assert numbers == count
    report = verify(queries.export())
    assert not report.findings
    print(f"counts exact: {counts}; journal of {report.rows} entries whole")


if __name__ == "__main__":
    main()
