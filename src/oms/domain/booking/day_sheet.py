"""A clinic's day as its registrar works it: each doctor's slots in order, and who is in them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from oms.domain.accounts.models import Role, User
from oms.domain.booking.models import Appointment, DayChange, Offer, Slot
from oms.domain.directory.models import MedicalOrganization, Position
from oms.domain.journal.actions import record
from oms.domain.register import actions as register
from oms.law.specialities import SPECIALITIES
from oms.law.zones import moment, zone


class Now(StrEnum):
    """How a slot stands at a moment."""

    FREE = "free"
    HELD = "held"
    OFFERED = "offered"
    BOOKED = "booked"
    LATE = "late"
    HERE = "here"
    DONE = "done"
    MISSED = "missed"
    STRANDED = "stranded"
    """Booked, but the time was closed: the person waits for another."""
    CLOSED = "closed"
    PAST = "past"


_OF_VISIT = {
    Appointment.State.ARRIVED: Now.HERE,
    Appointment.State.FULFILLED: Now.DONE,
    Appointment.State.NO_SHOW: Now.MISSED,
}


@dataclass(frozen=True)
class Line:
    """One slot of the day; `visit` is there when somebody is in it."""

    slot: Slot
    begins: datetime
    """By the clinic's clock."""
    now: Now
    visit: Appointment | None = None

    @property
    def may_come(self) -> bool:
        """Whether the person may be marked as come."""
        return self.now in {Now.BOOKED, Now.LATE}


@dataclass(frozen=True)
class Column:
    """One doctor's day."""

    position: Position
    speciality: str
    lines: Sequence[Line]
    change: DayChange | None = None
    next: int | None = None
    """Key of the first slot that has not begun: where the day is now."""


@dataclass(frozen=True)
class Sheet:
    """The day of a clinic: who sees people, who does not, how many of what."""

    clinic: MedicalOrganization
    day: date
    clock: ZoneInfo
    columns: Sequence[Column]
    away: Sequence[Position]
    change: DayChange | None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def people(self) -> list[Appointment]:
        """Everybody's visit of the day."""
        return [line.visit for one in self.columns for line in one.lines if line.visit]


def clinic_of(user: User) -> MedicalOrganization | None:
    """Return the clinic whose registrar this is; None for anybody else. One query."""
    if user.role != Role.REGISTRAR:
        return None
    rows = MedicalOrganization.objects.select_related("region")
    return rows.filter(pk=user.organization_code).first()


def bounds(day: date, clock: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the moments a day begins and ends at by that clock."""
    return moment(day, time.min, clock), moment(day + timedelta(days=1), time.min, clock)


def positions_of(clinic: MedicalOrganization, *, on: date) -> list[Position]:
    """Return the clinic's posts in force, by speciality and name. One query."""
    rows = Position.objects.filter(clinic=clinic).select_related("doctor", "clinic__region")
    found = rows.filter(Q(ends_on=None) | Q(ends_on__gte=on))
    return sorted(found, key=lambda one: (title_of(one), one.doctor.name, one.pk))


def title_of(position: Position) -> str:
    """Return what the doctor is: «Терапевт»."""
    known = SPECIALITIES.get(position.speciality)
    return known.title if known else position.speciality


@dataclass(frozen=True)
class _Day:
    """What was read of a day, by slot and by position."""

    visits: Mapping[int, Appointment]
    offered: set[int]
    changes: Mapping[int | None, DayChange]
    clock: ZoneInfo
    at: datetime


def day_sheet(*, clinic: MedicalOrganization, day: date, at: datetime) -> Sheet:
    """Return the clinic's day. Five queries, however many doctors and people."""
    clock = zone(clinic.region_id)
    since, until = bounds(day, clock)
    positions = positions_of(clinic, on=day)
    keys = [one.pk for one in positions]
    slots = Slot.objects.filter(position__in=keys, starts_at__gte=since, starts_at__lt=until)
    of_position: dict[int, list[Slot]] = {}
    for slot in slots.order_by("starts_at"):
        of_position.setdefault(slot.position_id, []).append(slot)
    known = _Day(
        _visits(keys, since, until, at),
        _offered(keys, since, until, at),
        {one.position_id: one for one in DayChange.objects.filter(clinic=clinic, day=day)},
        clock,
        at,
    )
    columns = [
        _column(one, of_position[one.pk], known) for one in positions if one.pk in of_position
    ]
    return Sheet(
        clinic=clinic,
        day=day,
        clock=clock,
        columns=columns,
        away=[one for one in positions if one.pk not in of_position],
        change=known.changes.get(None),
        counts=Counter(str(line.now) for one in columns for line in one.lines),
    )


def _visits(
    positions: Sequence[int], since: datetime, until: datetime, at: datetime
) -> dict[int, Appointment]:
    rows = Appointment.objects.filter(
        position__in=positions, starts_at__gte=since, starts_at__lt=until,
        state__in=Appointment.IN_PLACE,
    ).select_related("person")  # fmt: skip
    held = Appointment.State.HELD
    return {
        one.slot_id: one
        for one in rows
        if one.state != held or (one.held_until is not None and one.held_until > at)
    }


def _offered(positions: Sequence[int], since: datetime, until: datetime, at: datetime) -> set[int]:
    rows = Offer.objects.filter(
        state=Offer.State.OPEN, until__gt=at, slot__position__in=positions,
        slot__starts_at__gte=since, slot__starts_at__lt=until,
    )  # fmt: skip
    return set(rows.values_list("slot_id", flat=True))


def _column(position: Position, slots: Sequence[Slot], day: _Day) -> Column:
    lines = [
        Line(
            slot,
            slot.starts_at.astimezone(day.clock),
            standing(slot, day.visits.get(slot.pk), is_offered=slot.pk in day.offered, at=day.at),
            day.visits.get(slot.pk),
        )
        for slot in slots
    ]
    ahead = next((one.slot.pk for one in lines if one.slot.starts_at > day.at), None)
    return Column(position, title_of(position), lines, day.changes.get(position.pk), ahead)


def standing(slot: Slot, visit: Appointment | None, *, is_offered: bool, at: datetime) -> Now:
    """Tell how a slot stands at this moment."""
    if visit is None:
        return _empty(slot, is_offered=is_offered, at=at)
    state = Appointment.State(visit.state)
    if state == Appointment.State.HELD:
        return Now.HELD
    if state == Appointment.State.BOOKED:
        if not slot.is_open:
            return Now.STRANDED
        return Now.LATE if slot.starts_at < at else Now.BOOKED
    return _OF_VISIT[state]


def _empty(slot: Slot, *, is_offered: bool, at: datetime) -> Now:
    if not slot.is_open:
        return Now.CLOSED
    if slot.starts_at <= at:
        return Now.PAST
    if is_offered:
        return Now.OFFERED
    return Now.FREE if slot.taken_until <= at else Now.HELD


def exported(*, sheet: Sheet, purpose: str, by: User, at: datetime) -> None:
    """Write down that the day was taken away as a table, and a look at each person in it."""
    people = {one.person_id: one.person for one in sheet.people}
    with transaction.atomic():
        record(
            act="booking.export",
            subject=f"clinic:{sheet.clinic.pk}",
            by=by.actor,
            at=at,
            details={"day": sheet.day.isoformat(), "purpose": purpose, "rows": len(sheet.people)},
        )
        register.look(people=people.values(), by=by, purpose=f"Таблица приёма: {purpose}", at=at)
