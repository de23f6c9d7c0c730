"""The figures of a day: what the dashboard reads instead of counting."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.timezone import localdate

from oms.domain.quality.checking import CLOSED
from oms.domain.quality.models import Finding, Snapshot
from oms.domain.register.models import InsuredPerson

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
_WHOSE = ("region_id", "insurer_id")


def measure(*, at: datetime) -> None:
    """Keep the figures of today by region and insurer; measured again, they are replaced."""
    on = localdate(at)
    with transaction.atomic():
        Snapshot.objects.filter(on=on).delete()
        Snapshot.objects.bulk_create(
            (Snapshot(on=on, **row) for row in (*_findings(at), *_records())),
            batch_size=1000,
            ignore_conflicts=True,
        )


def _findings(at: datetime) -> Iterator[dict[str, Any]]:
    rows = Finding.objects.filter(gone_at=None).values(*_WHOSE, "rule")
    fresh, month = Q(found_at__gt=at - WEEK), Q(found_at__gt=at - MONTH)
    yield from rows.annotate(
        total=Count("pk"),
        fresh=Count("pk", filter=fresh),
        month=Count("pk", filter=month & ~fresh),
        old=Count("pk", filter=~month),
    ).order_by()


def _records() -> Iterator[dict[str, Any]]:
    """Records on the books, and how many of them no rule finds fault with."""
    people = InsuredPerson.objects.exclude(state__in=CLOSED)
    faulty = Finding.objects.filter(gone_at=None).exclude(person__state__in=CLOSED)
    bad = {
        (row["region_id"], row["insurer_id"]): row["bad"]
        for row in faulty.values(*_WHOSE).annotate(bad=Count("person", distinct=True)).order_by()
    }
    for row in people.values(*_WHOSE).annotate(total=Count("pk")).order_by():
        whose = (row["region_id"], row["insurer_id"])
        yield {**row, "rule": "", "fresh": max(row["total"] - bad.get(whose, 0), 0)}
