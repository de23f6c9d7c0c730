"""A worker of the nightly check in a process of its own, to be killed.

Run as a program with the data folder's settings in the environment: `world` makes faulty records,
`sweep` walks through them by small batches and says each one on a line.
"""

import sys
from datetime import UTC, datetime
from unittest.mock import patch

import django

AT = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)


def world(count: int) -> None:
    """Many records, each third of them spoilt."""
    from oms.domain.directory import synthetic as directory
    from oms.domain.register import synthetic
    from oms.domain.register.models import InsuredPerson

    directory.seed(at=AT)
    synthetic.people(count=count, at=AT)
    for person in InsuredPerson.objects.order_by("pk")[::3]:
        person.phone = "12"
        person.save(update_fields=["phone"])


def sweep() -> None:
    from oms.domain.quality import following

    with patch.object(following, "BATCH", 10):
        while (row := following.sweep(at=AT, batches=1)) and row.is_running:
            sys.stdout.write("batch\n")
            sys.stdout.flush()


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "world":
        world(int(sys.argv[2]))
    else:
        sweep()
