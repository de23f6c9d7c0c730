"""How fast the nightly check of all records walks, beside reading the same rows and no more.

    PYTHONPATH=src .venv/bin/python benchmarks/bench_quality.py --postgres URL [--persons 200000]
    PYTHONPATH=src .venv/bin/python benchmarks/bench_quality.py --loaded URL

Makes a database of its own beside the one URL names, fills it with an invented region and drops
it; `--loaded` takes one filled before and leaves it. The first night finds everything anew, the
second finds nothing new: that is what nights are like. The floor reads the same columns of the
same rows by the same stretches of keys through psycopg and looks at none of them. Batches of night
and floor are measured in turn; the ratio is the median of the batches' ratios.
"""

import argparse
import os
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial

import databases

DATABASE = "oms_bench_quality"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", default=os.environ.get("OMS_BENCH_POSTGRES"))
    parser.add_argument("--loaded")
    parser.add_argument("--persons", type=int, default=200_000)
    options = parser.parse_args()
    if not (options.postgres or options.loaded):
        parser.error("give --postgres URL or --loaded URL")
    url = options.loaded or databases.make(options.postgres, name=DATABASE)
    try:
        databases.prepare(url)
        if not options.loaded:
            fill(options.persons)
        measure()
    finally:
        from django.db import connections

        connections.close_all()
        if not options.loaded:
            databases.drop(options.postgres, name=DATABASE)


def fill(count: int) -> None:
    from django.utils import timezone

    from oms.domain.directory import synthetic
    from oms.domain.register.masses import loading

    at = timezone.now()
    synthetic.seed(at=at)
    loading.load(count=count, at=at)


def measure() -> None:
    from django.utils import timezone

    from oms.domain.quality import checking, following
    from oms.domain.quality.models import Finding
    from oms.domain.quality.sheet import Books
    from oms.domain.register.models import InsuredPerson

    Finding.objects.all().delete()
    keys = list(InsuredPerson.objects.order_by("pk").values_list("pk", flat=True))
    step = following.BATCH
    batches = [keys[first : first + step] for first in range(0, len(keys), step)]
    check = partial(checking.check, books=Books.read(), at=timezone.now())
    took: dict[str, list[tuple[float, float]]] = {"first": [], "second": [], "floor": []}
    for batch in batches:
        took["first"].append(clock(check, batch))
    found = Finding.objects.count()
    for batch in batches:
        took["second"].append(clock(check, batch))
        took["floor"].append(clock(read, batch[0], batch[-1]))
    assert Finding.objects.count() == found, "the second night changed what the first had found"
    print(f"{len(keys):,} persons, batches of {step:,}, {found:,} findings")
    for name, title in (("first", "first night"), ("second", "second night"), ("floor", "reading")):
        wall, cpu = (sum(one[place] for one in took[name]) for place in (0, 1))
        print(f"{title}: {len(keys) / wall:,.0f} persons a second, {len(keys) / cpu:,.0f} by CPU")
    for place, kind in ((0, "time"), (1, "CPU of this process")):
        ratios = [
            floor[place] / max(ours[place], 1e-9)
            for ours, floor in zip(took["second"], took["floor"], strict=True)
        ]
        print(f"ratio of {kind}, reading to second night: {statistics.median(ratios):.2f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def clock(work: Callable[..., object], *told: object) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work(*told)
    return time.perf_counter() - wall, time.process_time() - cpu


def read(first: int, last: int) -> None:
    """Fetch what a batch looks at: the person whole, of the rows beside it the columns asked."""
    from django.db import connection

    from oms.domain.quality import sheet
    from oms.domain.register import models as register

    beside = (
        (sheet.Version, register.PersonVersion, " AND valid_until IS NULL"),
        (sheet.Document, register.IdentityDocument, " AND valid_until IS NULL"),
        (sheet.Address, register.Address, " AND valid_until IS NULL"),
        (sheet.Policy, register.Policy, ""),
        (sheet.Insurance, register.Insurance, ""),
    )
    asked = [
        "SELECT * FROM register_insuredperson WHERE id BETWEEN %s AND %s ORDER BY id",
        *(
            f"SELECT {', '.join(row._fields)} FROM {model._meta.db_table}"
            f" WHERE person_id BETWEEN %s AND %s{standing} ORDER BY id"
            for row, model, standing in beside
        ),
    ]
    with connection.cursor() as cursor:
        for statement in asked:
            cursor.execute(statement, [first, last])
            cursor.fetchall()


if __name__ == "__main__":
    main()
