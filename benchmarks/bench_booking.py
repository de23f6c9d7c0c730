"""Slots made ahead and free time found: a region's fortnight, a million slots by default.

    PYTHONPATH=src .venv/bin/python benchmarks/bench_booking.py --postgres URL [--slots 1000000]

Makes a database of its own beside the one URL names and drops it (`--keep` leaves it, and measures
it again as it stands). Slots are made as the worker makes them, with every constraint; seven of ten
are then taken. Each question is asked in turn with bare SQL of the same plan on the same
connection, in rounds, for a position, clinic or speciality drawn by chance each time.
"""

import argparse
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import databases
from times import Rounds, took

DATABASE = "oms_bench_booking"
AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
TODAY, LAST = date(2026, 11, 23), date(2026, 12, 6)
REGION = "77"
CLINICS = 120
A_DAY = 24  # slots of a doctor's shift: six hours of fifteen minutes
DAYS = 10
TAKEN = 0.7
ROUNDS, EACH = 5, 40
FREE = "is_open AND taken_until <= %(at)s AND taken_until < '9999-01-01+00' AND starts_at > %(at)s"
NEAREST = f"""
SELECT p.id, (SELECT starts_at FROM booking_slot WHERE position_id = p.id AND quota = 'internet'
    AND {FREE} ORDER BY starts_at LIMIT 1) AS nearest
FROM directory_position p JOIN directory_medicalorganization c ON c.code = p.clinic_id
WHERE c.region_id = '{REGION}' AND %(where)s ORDER BY 2 NULLS LAST, 1 LIMIT 20
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", default=os.environ.get("OMS_BENCH_POSTGRES"))
    parser.add_argument("--slots", type=int, default=1_000_000)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    if not options.postgres:
        parser.error("give --postgres URL")
    url = databases.make(options.postgres, name=DATABASE)
    try:
        databases.prepare(url)
        load(options.slots)
        measure()
        plans()
    finally:
        from django.db import connections

        connections.close_all()
        if not options.keep:
            databases.drop(options.postgres, name=DATABASE)


def load(count: int) -> None:
    """Doctors and their shifts, the slots of a fortnight, most of them taken."""
    from oms.domain.booking.models import Slot
    from oms.domain.directory.models import Position

    if Slot.objects.exists():
        print(f"{Slot.objects.count():,} slots are there")
        return
    staff(count // (A_DAY * DAYS))
    make("made", Position.objects.all())
    make("made again, nothing to do", Position.objects.all())
    take()


def staff(doctors: int) -> None:
    """So many doctors, each with a shift on every working day, in the clinics of a region."""
    from datetime import time as wall

    from oms.domain.booking.models import Shift
    from oms.domain.directory.folding import clinic_text
    from oms.domain.directory.models import Doctor, MedicalOrganization, Position, Region
    from oms.law.specialities import SPECIALITIES

    chance, codes = random.Random(6), list(SPECIALITIES)
    Region.objects.get_or_create(code=REGION, defaults={"okato": "45000", "name": "г. Москва"})
    clinics = [
        MedicalOrganization(
            code=f"{REGION}{number:04}", region_id=REGION, full_name=f"Учебная {number}",
            short_name=f"Учебная {number}",
        )
        for number in range(CLINICS)
    ]  # fmt: skip
    for clinic in clinics:
        clinic.search_text = clinic_text(clinic)
    MedicalOrganization.objects.bulk_create(clinics)
    people = Doctor.objects.bulk_create(
        Doctor(code=f"B{n}", family_name=f"Учебный{n}", given_name="Иван", sex=1)
        for n in range(doctors)
    )
    places = Position.objects.bulk_create(
        Position(doctor=one, clinic=clinics[n % CLINICS], speciality=codes[n // CLINICS % 12])
        for n, one in enumerate(people)
    )
    Shift.objects.bulk_create(
        (
            Shift(
                position=one, weekday=day, begins=wall(hour), ends=wall(hour + 6), minutes=15,
                quotas={"phone": 4, "registrar": 4}, from_day=date(2026, 1, 1),
            )
            for one in places
            for hour in (chance.choice((8, 14)),)
            for day in range(5)
        ),
        batch_size=5000,
    )  # fmt: skip
    print(f"{doctors:,} doctors in {CLINICS} clinics, each {A_DAY} slots on a working day")


def make(title: str, positions: Any) -> None:
    from oms.domain.booking import slots

    began = time.perf_counter()
    added = slots.make(positions=positions, since=TODAY, until=LAST, at=AT)
    seconds = time.perf_counter() - began
    print(f"{title}: {added:,} slots in {seconds:.0f} s, {added / seconds:,.0f} a second")


def take() -> None:
    """Take some slots by chance, as bookings would."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(
            "UPDATE booking_slot SET taken_until = '9999-01-01+00' WHERE random() < %s", [TAKEN]
        )
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT pg_size_pretty(pg_total_relation_size('booking_slot'))")
        print(f"{TAKEN:.0%} taken; the table with its indexes: {cursor.fetchone()[0]}")


def measure() -> None:
    """Print milliseconds of each question and its ratio to the bare SQL."""
    rounds, questions = Rounds(), asked()
    for ask, bare in questions.values():  # warm
        ask()
        if bare:
            bare()
    for _ in range(ROUNDS):
        for title, (ask, bare) in questions.items():
            rounds.add(title, "ours", [took(ask) for _ in range(EACH)])
            if bare:
                rounds.add(title, "bare", [took(bare) for _ in range(EACH)])
    print("\n| question | median, ms | p95, ms | p95 of rounds | bare p95, ms | bare ÷ ours |")
    print("|---|---|---|---|---|---|")
    for title, (_, bare) in questions.items():
        middle, p95 = rounds.middle(title, "ours"), rounds.middle(title, "ours", 95)
        line = f"| {title} | {middle:.1f} | {p95:.1f} | {rounds.spread(title, 'ours', 95, 1)} |"
        if bare:
            ratio = 1 / rounds.ratio(title, "ours", "bare")
            line += f" {rounds.middle(title, 'bare', 95):.1f} | {ratio:.2f} |"
        print(line if bare else f"{line} – | – |")


def asked() -> dict[str, tuple[Callable[[], Any], Callable[[], Any] | None]]:
    """Each question as the pages ask it, and as bare SQL where it is a search."""
    from oms.domain.booking import finding
    from oms.domain.directory.models import Position
    from oms.law.specialities import SPECIALITIES

    chance = random.Random(7)
    places = list(Position.objects.select_related("clinic"))
    codes = list(SPECIALITIES)
    one: Callable[[], Any] = lambda: chance.choice(places)  # noqa: E731
    return {
        "doctors of a speciality in the region, nearest first": (
            lambda: finding.positions(at=AT, region=REGION, speciality=chance.choice(codes)),
            lambda: bare(f"p.speciality = '{chance.choice(codes)}'"),
        ),
        "by a complaint": (
            lambda: finding.positions(at=AT, region=REGION, text="болит горло"),
            lambda: bare("p.speciality = 'otolaryngology'"),
        ),
        "doctors of a clinic": (
            lambda: finding.positions(at=AT, clinic=one().clinic_id),
            lambda: bare(f"p.clinic_id = '{one().clinic_id}'"),
        ),
        "the same for the registrar, every quota": (
            lambda: finding.positions(
                at=AT, clinic=one().clinic_id, quotas=finding.QUOTAS["registrar"]
            ),
            None,
        ),
        "everybody in the region, nearest first": (
            lambda: finding.positions(at=AT, region=REGION),
            lambda: bare("true"),
        ),
        "a surname in the region": (
            lambda: finding.positions(at=AT, region=REGION, text=one().doctor.family_name),
            None,
        ),
        "one doctor": (lambda: finding.position(pk=one().pk, at=AT), None),
        "days of a month": (lambda: finding.free_days(position=one(), month=TODAY, at=AT), None),
        "times of a day": (
            lambda: finding.free_times(position=one(), day=TODAY + timedelta(days=3), at=AT),
            None,
        ),
        "busy hours of a doctor": (lambda: finding.heat(position=one(), at=AT), None),
        "busy hours of a clinic": (lambda: finding.heat(clinic=one().clinic, at=AT), None),
    }


def bare(where: str) -> list[Any]:
    from django.db import connection

    query = NEAREST.replace("%(where)s", where)
    with connection.cursor() as cursor:
        cursor.execute(query, {"at": AT})
        return cursor.fetchall()


def plans() -> None:
    """Print how the search of a speciality is carried out."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from oms.domain.booking import finding

    with CaptureQueriesContext(connection) as seen:
        finding.positions(at=AT, region=REGION, speciality="therapy")
    for one in seen:
        with connection.cursor() as cursor:
            cursor.execute(
                "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, SUMMARY ON) " + one["sql"].replace("%", "%%")
            )
            print("\n" + "\n".join(line for (line,) in cursor.fetchall()))


if __name__ == "__main__":
    main()
