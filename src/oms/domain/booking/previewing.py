"""A shift looked at before it is saved: the times it makes, the visits that would not fit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from oms.domain.booking import shifts
from oms.domain.booking.models import Appointment, Shift
from oms.domain.booking.planning import hours
from oms.domain.directory import queries as directory
from oms.domain.directory.models import Position
from oms.domain.journal.actions import Actor
from oms.law.shift import falls_on, on_day
from oms.law.zones import zone

LOOKED_AHEAD = 70
"""Days: a shift of odd weeks that a holiday hits twice is still found."""


@dataclass(frozen=True)
class ShiftPreview:
    """What a shift would make: the first day it is worked, its times and quotas, who loses."""

    day: date | None
    times: Sequence[tuple[datetime, str]]
    quotas: Mapping[str, int]
    unfit: Sequence[Appointment]


class _LookedAt(Exception):  # noqa: N818  it ends a look, it is no error
    """Carries what was found out of a transaction that is taken back."""

    def __init__(self, found: ShiftPreview) -> None:
        super().__init__()
        self.found = found


def preview_shift(
    *,
    position: Position,
    said: shifts.Said,
    by: Actor,
    at: datetime,
    shift: Shift | None = None,
) -> ShiftPreview:
    """Return what saving would bring, changing nothing: it is saved, looked at and taken back.

    Raises as `save_shift` does.
    """
    before = {one.pk for one in shifts.conflicts(positions=[position], at=at)}
    try:
        with transaction.atomic():
            saved = shifts.save_shift(position=position, said=said, by=by, at=at, shift=shift)
            raise _LookedAt(_look(position, saved, before, at))
    except _LookedAt as looked:
        return looked.found


def _look(position: Position, saved: Shift, before: set[int], at: datetime) -> ShiftPreview:
    clock = zone(position.clinic.region_id)
    today = at.astimezone(clock).date()
    calendar = directory.calendar(region=position.clinic.region_id)
    shift = hours(saved)
    first = max(today, shift.from_day)
    ahead = (first + timedelta(days=one) for one in range(LOOKED_AHEAD))
    day = next((one for one in ahead if falls_on(shift, one, calendar)), None)
    parts = on_day(shift, day, clock=clock) if day else []
    unfit = shifts.conflicts(positions=[position], at=at)
    return ShiftPreview(
        day,
        [(part.begins.astimezone(clock), part.quota) for part in parts],
        Counter(part.quota for part in parts),
        [one for one in unfit if one.pk not in before],
    )
