"""What the schedule says of days to come: shifts and days that differ, as stretches of time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from oms.domain.booking.schedule_models import DayChange, Shift
from oms.domain.directory import queries as directory
from oms.domain.directory.models import Position
from oms.law import zones
from oms.law.calendar import Calendar
from oms.law.shift import Hours, Other, falls_on, on_day

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """A slot as the schedule wants it."""

    position: int
    doctor: int
    starts_at: datetime
    ends_at: datetime
    service: str
    quota: str
    room: str


@dataclass(frozen=True)
class Schedule:
    """All that is needed to tell the slots of some positions for some days; made by `read`."""

    positions: Mapping[int, Position]
    shifts: Mapping[int, Sequence[tuple[Shift, Hours]]]
    changes: Mapping[tuple[str, int | None, date], DayChange]
    calendars: Mapping[str, Calendar]

    def clock(self, position: int) -> ZoneInfo:
        """The clock on the wall of the position's clinic."""
        return zones.zone(self.positions[position].clinic.region_id)

    def bounds(self, position: int, since: date, until: date) -> tuple[datetime, datetime]:
        """Return the moments the first day begins and the last day is over, there."""
        clock = self.clock(position)
        return (
            zones.moment(since, time.min, clock),
            zones.moment(until + _DAY, time.min, clock),
        )

    def slots(self, position: int, since: date, until: date) -> list[Planned]:
        """Return the slots of a position from a day to another one (with it), day by day."""
        one = self.positions[position]
        last = min(until, one.ends_on) if one.ends_on else until
        days = (since + _DAY * ahead for ahead in range((last - since).days + 1))
        return [slot for day in days for slot in self._on(one, day)]

    def _on(self, one: Position, day: date) -> Iterable[Planned]:
        change = self._change(one, day)
        if change is not None and change.kind == DayChange.Kind.CLOSED:
            return
        calendar, clock = self.calendars[one.clinic.region_id], self.clock(one.pk)
        worked = [two for two in self.shifts.get(one.pk, ()) if falls_on(two[1], day, calendar)]
        other = None
        if change is not None:
            other = Other(change.begins, change.ends, clips=change.position_id is None)
            if change.position_id:  # other hours of the doctor's own: one shift, be it an extra one
                worked = (worked or list(self.shifts.get(one.pk, ())))[:1]
        for shift, hours in worked:
            for part in on_day(hours, day, clock=clock, other=other):
                yield Planned(
                    one.pk, one.doctor_id, part.begins, part.ends, shift.service, part.quota,
                    shift.room or one.room,
                )  # fmt: skip

    def _change(self, one: Position, day: date) -> DayChange | None:
        """A closed clinic is closed for all; else the position's own change goes before."""
        of_clinic = self.changes.get((one.clinic_id, None, day))
        if of_clinic is not None and of_clinic.kind == DayChange.Kind.CLOSED:
            return of_clinic
        return self.changes.get((one.clinic_id, one.pk, day), of_clinic)


def read(*, positions: Collection[int], since: date, until: date) -> Schedule:
    """Read what is planned for positions (their keys) and days; 3 queries and 1 a region."""
    rows = Position.objects.filter(pk__in=positions).select_related("clinic")
    found = {one.pk: one for one in rows}
    shifts: dict[int, list[tuple[Shift, Hours]]] = defaultdict(list)
    in_force = Q(until_day=None) | Q(until_day__gte=since)
    for one in Shift.objects.filter(in_force, position__in=positions, from_day__lte=until):
        shifts[one.position_id].append((one, hours(one)))
    clinics = {one.clinic_id for one in found.values()}
    changed = DayChange.objects.filter(
        Q(position=None) | Q(position__in=positions),
        clinic__in=clinics,
        day__range=(since, until),
    )
    regions = {one.clinic.region_id for one in found.values()}
    return Schedule(
        found,
        shifts,
        {(one.clinic_id, one.position_id, one.day): one for one in changed},
        {region: directory.calendar(region=region) for region in regions},
    )


def hours(shift: Shift) -> Hours:
    """The shift as the law reads it."""
    return Hours(
        weekday=shift.weekday,
        begins=shift.begins,
        ends=shift.ends,
        minutes=shift.minutes,
        weeks=shift.weeks,
        break_begins=shift.break_begins,
        break_ends=shift.break_ends,
        quotas=shift.quotas,
        on_holidays=shift.on_holidays,
        from_day=shift.from_day,
        until_day=shift.until_day,
    )
