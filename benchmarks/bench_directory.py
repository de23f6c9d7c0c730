"""Pages of the clinics' directory with a country's clinics: search, filters, comparison, one page.

    PYTHONPATH=src .venv/bin/python benchmarks/bench_directory.py --postgres URL [--clinics 12000]

Makes a database of its own beside the one URL names and drops it. The clinics are invented; all of
them are put into one region unless `--regions` says otherwise: that is the worst there is. Each
page is asked in turn with an empty view by the same client, in rounds; maps are part of the pages.
"""

import argparse
import os
import random
import statistics
import time
from decimal import Decimal

import databases

DATABASE = "oms_bench_directory"
ROUNDS, EACH = 5, 20
LIST = "/clinics/?region=01"
PAGES = {
    "list": LIST,
    "search": f"{LIST}&q=поликлиника+7",
    "search, a rare word": f"{LIST}&q=семашко+11999",
    "search, nothing found": f"{LIST}&q=нетнигде",
    "speciality, evening, best": f"{LIST}&speciality=Кардиология&hours=evening&sort=rating",
    "page 100": f"{LIST}&page=100",
    "one clinic, its map": "/clinics/{middle}/",
    "comparison of three": "/clinics/compare/?code={first}&code={middle}&code={last}",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", default=os.environ.get("OMS_BENCH_POSTGRES"))
    parser.add_argument("--clinics", type=int, default=12_000)
    parser.add_argument("--regions", type=int, default=1)
    options = parser.parse_args()
    if not options.postgres:
        parser.error("give --postgres URL")
    url = databases.make(options.postgres, name=DATABASE)
    try:
        databases.prepare(url, settings="benchmarks.settings")
        codes = load(options.clinics, options.regions)
        measure(codes)
    finally:
        from django.db import connections

        connections.close_all()
        databases.drop(options.postgres, name=DATABASE)


def load(count: int, regions: int) -> list[str]:
    """Invent the clinics; return the codes of the first region's."""
    from django.db import connection, transaction

    from oms.domain.directory.folding import clinic_text
    from oms.domain.directory.models import MedicalOrganization, Region
    from oms.domain.directory.opening import week

    chance = random.Random(5)
    specialities = ["Терапия", "Кардиология", "Хирургия", "Педиатрия", "Неврология", "Урология"]
    programmes = ["Поликлиника", "Стационар", "Скорая помощь", "Диспансеризация"]
    hours = ("Пн–Пт 8:00–20:00, Сб 9:00–15:00", "Пн–Пт 9:00–18:00", "Круглосуточно")
    began = time.perf_counter()
    rows = []
    for number in range(count):
        name = chance.choice(("Городская поликлиника", "Больница имени Семашко", "Медсанчасть"))
        row = MedicalOrganization(
            code=f"{number:06}", region_id=f"{number % regions + 1:02}",
            full_name=f"Учебная организация «{name} {number}»", short_name=f"{name} {number}",
            actual_address=f"г. Учебный, ул. {chance.randrange(400)}-я, д. {chance.randrange(90)}",
            latitude=Decimal(f"{55 + chance.random():.6f}"),
            longitude=Decimal(f"{37 + chance.random():.6f}"),
            hours=chance.choice(hours), specialities=chance.sample(specialities, 3),
            programmes=chance.sample(programmes, 2),
            rating=Decimal(chance.randrange(20, 50)) / 10 if number % 3 else None,
        )  # fmt: skip
        row.search_text, row.week = clinic_text(row), week(row.hours)
        rows.append(row)
    with transaction.atomic():
        for code in range(1, regions + 1):
            Region.objects.get_or_create(
                code=f"{code:02}", defaults={"okato": f"{code:05}", "name": f"Регион {code}"}
            )
        MedicalOrganization.objects.bulk_create(rows, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(
        f"{count:,} clinics in {regions} region(s), loaded in {time.perf_counter() - began:.0f} s"
    )
    return [row.code for row in rows if row.region_id == "01"]


def measure(codes: list[str]) -> None:
    """Print queries, milliseconds and the ratio to an empty view, page by page."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    places = {"first": codes[0], "middle": codes[len(codes) // 2], "last": codes[-1]}
    print("| page | queries | ms | p95 | in SQL, ms | ÷ empty view |\n|---|---|---|---|---|---|")
    for title, address in PAGES.items():
        path = address.format(**places)
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        queries = len(seen)
        in_sql = sum(float(one["time"]) for one in seen) * 1e3
        times, ratios = [], []
        for _ in range(ROUNDS):
            floor, page = rounds(client, "/empty/"), rounds(client, path)
            times += page
            ratios.append(statistics.median(floor) / statistics.median(page))
        p95 = statistics.quantiles(times, n=20)[-1]
        print(
            f"| {title} | {queries} | {statistics.median(times):.1f} | {p95:.1f} | {in_sql:.1f}"
            f" | {statistics.median(ratios):.3f} |"
        )
    slowest(client)


def rounds(client: object, path: str) -> list[float]:
    """Milliseconds of each of some requests."""
    found = []
    for _ in range(EACH):
        began = time.perf_counter()
        client.get(path)  # type: ignore[attr-defined]
        found.append((time.perf_counter() - began) * 1e3)
    return found


def slowest(client: object) -> None:
    """Print the plan of the list's slowest statement."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        client.get(PAGES["search"])  # type: ignore[attr-defined]
    worst = max(seen, key=lambda one: float(one["time"]))
    print(f"\nslowest statement of the search, {float(worst['time']) * 1e3:.1f} ms:")
    print(worst["sql"][:400])
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + worst["sql"].replace("%", "%%"))
        print("\n".join(line for (line,) in cursor.fetchall()))


if __name__ == "__main__":
    main()
