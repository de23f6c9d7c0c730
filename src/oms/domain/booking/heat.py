"""Busy hours (тепловая карта): which share of the time is taken, hour by hour."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet

from oms.domain.booking.schedule_models import Slot
from oms.domain.directory.models import MedicalOrganization, Position
from oms.law import zones

BACK, AHEAD = timedelta(weeks=4), timedelta(weeks=2)
_FEWEST = 3
"""Fewer slots than this tell nothing of an hour."""


@dataclass(frozen=True)
class Heat:
    """The share taken (0…1) by weekday (0 Monday) and hour of the clinic's clock."""

    shares: Mapping[tuple[int, int], float]

    @property
    def hours(self) -> range:
        """From the first hour anybody is seen to the last."""
        hours = [hour for _, hour in self.shares]
        return range(min(hours), max(hours) + 1) if hours else range(0)

    @property
    def days(self) -> list[int]:
        """Weekdays on which somebody is seen."""
        return sorted({day for day, _ in self.shares})

    def level(self, day: int, hour: int) -> int | None:
        """Return 0 (mostly free) … 3 (almost full); None when nobody is seen."""
        share = self.shares.get((day, hour))
        return None if share is None else min(int(share * 4), 3)

    @property
    def quietest(self) -> tuple[int, int] | None:
        """The weekday and hour with most time free."""
        return min(self.shares, key=lambda place: (self.shares[place], place), default=None)


def heat(
    *, at: datetime, position: Position | None = None, clinic: MedicalOrganization | None = None
) -> Heat:
    """Return how busy the hours are, from the last four weeks and the coming two; 1 query.

    Counted where the rows lie: as many come back as there are moments at which visits begin.
    """
    place = position.clinic if position is not None else clinic
    assert place is not None, "a position or a clinic"
    rows = Slot.objects.filter(starts_at__gt=at - BACK, starts_at__lt=at + AHEAD, is_open=True)
    if position is not None:
        rows = rows.filter(position=position)
    else:
        rows = rows.filter(position__in=Position.objects.filter(clinic=place).values("pk"))
    return _shares(rows, zones.zone(place.region_id))


def _shares(rows: QuerySet[Slot], clock: ZoneInfo) -> Heat:
    taken = Count("pk", filter=Q(taken_until__gt=F("starts_at")))
    counted = rows.order_by().values_list("starts_at").annotate(all=Count("pk"), taken=taken)
    all_: dict[tuple[int, int], int] = defaultdict(int)
    busy: dict[tuple[int, int], int] = defaultdict(int)
    for moment, count, filled in counted:
        here = moment.astimezone(clock)
        all_[here.weekday(), here.hour] += count
        busy[here.weekday(), here.hour] += filled
    return Heat({place: busy[place] / n for place, n in all_.items() if n >= _FEWEST})
