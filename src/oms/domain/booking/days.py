"""Days that differ: closed, or with other hours; of a doctor or of a whole clinic.

Closing lets nobody be forgotten: visits of the day stay booked, and are returned to be offered
other times. Opening again gives them back what was theirs.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet

from oms.domain.accounts.models import Role
from oms.domain.booking import slots
from oms.domain.booking.conflicts import conflicts
from oms.domain.booking.models import Appointment, DayChange, Slot
from oms.domain.booking.refused import NotYours
from oms.domain.directory.models import Doctor, MedicalOrganization, Position
from oms.domain.journal.actions import SYSTEM, Actor, record
from oms.kit.denied import Denied
from oms.law import zones

_DAY = timedelta(days=1)


class NoDay(Denied):
    """A day that is over."""

    status = 422
    text = "Этот день уже прошёл. Выберите сегодняшний или будущий."


class BadHours(Denied):
    """Hours that end before they begin."""

    status = 422
    text = "Приём кончается раньше, чем начинается. Исправьте часы."


class NoReason(Denied):
    """Nothing to tell those concerned."""

    status = 422
    text = "Напишите причину: её увидят те, кто записан."


@transaction.atomic
def close_day(
    *,
    day: date,
    reason: str,
    by: Actor,
    at: datetime,
    position: Position | None = None,
    clinic: MedicalOrganization | None = None,
) -> list[Appointment]:
    """Close a day of one position or of a whole clinic; return the visits that are concerned.

    No slot of the day can be taken from now on; visits stay booked until they are moved or
    cancelled. Closed already, the visits that still stand are returned. Raises `NoDay`,
    `NoReason`, `NotYours`.
    """
    place, changed = _begin(clinic, position, day, by=by, at=at)
    change = _keep(place, position, day, kind=DayChange.Kind.CLOSED, reason=reason, by=by, at=at)
    _of_day(place, changed, day, at).update(is_open=False)
    concerned = _booked(place, changed, day, at)
    _journal("close", change, concerned, by=by, at=at)
    return concerned


@transaction.atomic
def change_day(
    *,
    day: date,
    begins: time,
    ends: time,
    reason: str,
    by: Actor,
    at: datetime,
    position: Position | None = None,
    clinic: MedicalOrganization | None = None,
) -> list[Appointment]:
    """Give a day other hours; return the visits that no longer fit.

    Hours of a doctor stand instead of the shift's (a day without one becomes a working day);
    hours of a clinic cut every shift. Raises `NoDay`, `BadHours`, `NoReason`, `NotYours`.
    """
    if begins >= ends:
        raise BadHours
    place, changed = _begin(clinic, position, day, by=by, at=at)
    change = _keep(
        place, position, day, kind=DayChange.Kind.HOURS, reason=reason, by=by, at=at,
        begins=begins, ends=ends,
    )  # fmt: skip
    slots.make(positions=changed, since=day, until=day, at=at, by=by)
    found = conflicts(positions=changed, since=day, until=day, at=at)
    _journal("change", change, found, by=by, at=at)
    return found


@transaction.atomic
def open_day(*, change: DayChange, by: Actor, at: datetime) -> int:
    """Take a change of a day back: the day is as the shifts say; returns the slots opened.

    Visits that were not moved meanwhile have their times again. Taken back already: 0.
    """
    row = DayChange.objects.filter(pk=change.pk).select_related("clinic", "position").first()
    if row is None:
        return 0
    _, changed = _begin(row.clinic, row.position, row.day, by=by, at=at)
    row.delete()
    row.pk = change.pk
    opened = slots.make(positions=changed, since=row.day, until=row.day, at=at, by=by)
    _journal("open", row, (), by=by, at=at)
    return opened


def changes_ahead(*, clinic: MedicalOrganization, on: date) -> list[DayChange]:
    """Days that differ from the day on, of the clinic and its doctors; 1 query."""
    rows = DayChange.objects.filter(clinic=clinic, day__gte=on)
    return list(rows.select_related("position__doctor").order_by("day", "position", "pk"))


def refuse_others(clinic: str, by: Actor) -> None:
    """Let the clinic's registrar change its schedule, nobody else. Raises `NotYours`."""
    if by != SYSTEM and (by.role != Role.REGISTRAR or by.organization != f"clinic:{clinic}"):
        raise NotYours


def _begin(
    clinic: MedicalOrganization | None,
    position: Position | None,
    day: date,
    *,
    by: Actor,
    at: datetime,
) -> tuple[MedicalOrganization, list[Position]]:
    """The clinic and its positions that are concerned, their doctors locked in order."""
    place = position.clinic if position is not None else clinic
    assert place is not None, "a position or a clinic"
    refuse_others(place.pk, by)
    if day < at.astimezone(zones.zone(place.region_id)).date():
        raise NoDay
    rows = Position.objects.filter(clinic=place).select_related("clinic")
    changed = list(rows.filter(pk=position.pk) if position is not None else rows)
    doctors = {one.doctor_id for one in changed}
    list(Doctor.objects.select_for_update(no_key=True).filter(pk__in=doctors).order_by("pk"))
    return place, changed


def _keep(
    clinic: MedicalOrganization,
    position: Position | None,
    day: date,
    *,
    kind: str,
    reason: str,
    by: Actor,
    at: datetime,
    begins: time | None = None,
    ends: time | None = None,
) -> DayChange:
    """One change a day and place: the last one said counts."""
    if not reason.strip():
        raise NoReason
    said = {
        "kind": kind, "begins": begins, "ends": ends, "reason": reason.strip()[:200],
        "made_at": at, "made_by": by.key,
    }  # fmt: skip
    return DayChange.objects.update_or_create(
        clinic=clinic, position=position, day=day, defaults=said
    )[0]


def _of_day(
    clinic: MedicalOrganization, positions: Sequence[Position], day: date, at: datetime
) -> QuerySet[Slot]:
    """What is left of the day."""
    clock = zones.zone(clinic.region_id)
    first, last = (zones.moment(one, time.min, clock) for one in (day, day + _DAY))
    return Slot.objects.filter(
        position__in=positions, starts_at__gte=first, starts_at__lt=last
    ).filter(starts_at__gt=at)


def _booked(
    clinic: MedicalOrganization, positions: Sequence[Position], day: date, at: datetime
) -> list[Appointment]:
    rows = Appointment.objects.filter(
        slot__in=_of_day(clinic, positions, day, at), state=Appointment.State.BOOKED
    )
    shown = rows.select_related("slot", "person__user", "position__doctor", "position__clinic")
    return list(shown.order_by("starts_at", "pk"))


def _journal(
    act: str, change: DayChange, concerned: Sequence[Appointment], *, by: Actor, at: datetime
) -> None:
    whole = f"clinic:{change.clinic_id}"
    details = {
        "day": change.day, "clinic": whole, "reason": change.reason, "begins": change.begins,
        "ends": change.ends, "appointments": [one.pk for one in concerned],
    }  # fmt: skip
    subject = f"position:{change.position_id}" if change.position_id else whole
    record(act=f"schedule.{act}", subject=subject, by=by, at=at, details=details)
