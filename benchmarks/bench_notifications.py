r"""Ten thousand messages through a world that fails in every way: who got what, and how fast.

    OMS_DATABASE_URL=postgresql://… PYTHONPATH=src:. \
        .venv/bin/python benchmarks/bench_notifications.py [COUNT]

The drill of `tests/domain/notifications/failing_world.py` at full size: letters over SMTP, SMS over
two providers; one call in five refused, one in five slow, one in twenty taken without an answer,
everything down twice, a worker killed three times. Stops with 1 if one was lost or came twice.
"""

import os
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
from tests.domain.notifications import failing_world
from tests.domain.notifications.test_drill import House
from tests.simulated import outside_world

COUNT, WITHIN, WORKERS = 10_000, 60 * 60, 2


def main(count: int) -> int:
    url = os.environ["OMS_DATABASE_URL"]
    name = f"bench_{os.getpid()}"
    parts = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as base:
        base.execute(f"CREATE DATABASE {name}")
        try:
            own = f"postgresql://{parts.netloc}/{name}?{parts.query}"
            return measure(own, count)
        finally:
            base.execute(f"DROP DATABASE {name} WITH (FORCE)")


def measure(url: str, count: int) -> int:
    with (
        tempfile.TemporaryDirectory(prefix="oms-bench-") as folder,
        outside_world(Path(folder)) as world,
        closing(House(Path(folder), url, world, two_providers=True)) as house,
    ):
        found = failing_world.run(house, "big", count=count, within=WITHIN, workers=WORKERS)
    print(f"{count} messages, {WORKERS} workers, {found.seconds:.0f} s")
    print(f"states {dict(found.states)}, arrived {len(found.arrived)}")
    print(f"handed over {found.handed_over} times: lost answers made the rest, dropped by key")
    print(f"lost {len(found.lost)}, doubled {len(found.doubled)}")
    settled = Counter(found.states)["sent"] + Counter(found.states)["failed"] == count
    return 0 if settled and not (found.lost or found.doubled) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
