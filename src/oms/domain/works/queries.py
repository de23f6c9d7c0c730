"""What may be asked about works: those going on, those ahead, the line above every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import DateTimeField

from oms.domain.works.models import PlannedWork
from oms.kit.prepared import Prepared

SHOWN = 50


@dataclass(frozen=True)
class Works:
    """What goes on now, what is ahead, what was of late. Each at most 50."""

    now: Sequence[PlannedWork]
    ahead: Sequence[PlannedWork]
    past: Sequence[PlannedWork]


def in_force(*, at: datetime) -> list[PlannedWork]:
    """Return what goes on at the moment, for everybody first. One query."""
    rows = PlannedWork.objects.public().in_force(at=at)
    return list(rows.order_by("audience", "begins_at", "pk")[:SHOWN])


def everything(*, at: datetime, past: int = 10) -> Works:
    """Return works now, ahead and of late. Three queries."""
    rows = PlannedWork.objects.public()
    over = rows.exclude(pk__in=rows.in_force(at=at)).filter(begins_at__lte=at)
    return Works(
        in_force(at=at),
        list(rows.ahead(at=at).order_by("begins_at", "pk")[:SHOWN]),
        list(over.order_by("-begins_at", "-pk")[:past]),
    )


def for_everybody(*, at: datetime) -> PlannedWork | None:
    """Return the work that concerns everybody now, an outage first: the line above all pages.

    One query.
    """
    return _FOR_EVERYBODY.first(at=at)


_FOR_EVERYBODY: Prepared[PlannedWork] = Prepared(
    lambda at: (
        PlannedWork.objects.public()
        .in_force(at=at)
        .filter(audience="")
        .order_by("kind", "begins_at", "pk")[:1]  # "outage" before "planned"
    ),
    at=DateTimeField(),
)
