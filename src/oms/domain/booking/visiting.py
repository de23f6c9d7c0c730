"""At the desk of the clinic: come, seen, not come; who came without a booking."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from oms.domain.accounts.models import User
from oms.domain.booking import after
from oms.domain.booking.holding import book
from oms.domain.booking.journaling import tell_journal
from oms.domain.booking.models import Appointment, LateRequest, Quota, Slot
from oms.domain.booking.reading import clinic_day, locked_visit
from oms.domain.booking.refused import NoTimeToday, NotToday, NotYours
from oms.domain.booking.states import Side, begin, side
from oms.domain.booking.taking import all_or_nothing
from oms.domain.directory.models import Position
from oms.domain.journal.actions import SYSTEM, Actor
from oms.domain.register.models import InsuredPerson
from oms.law.visits import RULES
from oms.law.zones import zone

State = Appointment.State


@all_or_nothing
def arrive(*, appointment: Appointment, by: Actor, at: datetime) -> Appointment:
    """Check the person in; who came after the visit was marked missed may still be let in.

    Checked in already, nothing changes. Raises `Settled`, `NotYours`, `NotToday`, `Overlap`.
    """
    row = locked_visit(appointment)
    if not begin("arrive", row, by):
        return row
    _refuse_other_day(row, at)
    row.state, row.arrived_at, row.ended_at, row.ended_because = State.ARRIVED, at, None, ""
    row.save(update_fields=["state", "arrived_at", "ended_at", "ended_because"])
    _close_late(row, at=at)
    tell_journal("arrive", row, by=by, at=at)
    return row


@all_or_nothing
def fulfil(*, appointment: Appointment, by: Actor, at: datetime) -> Appointment:
    """Mark that the doctor saw the person. Done already, nothing changes.

    Raises `Settled`, `NotYours`, `NotToday`.
    """
    row = locked_visit(appointment)
    if not begin("fulfil", row, by):
        return row
    if row.state == State.BOOKED:
        _refuse_other_day(row, at)
    row.state, row.ended_at = State.FULFILLED, at
    row.save(update_fields=["state", "ended_at"])
    _close_late(row, at=at)
    tell_journal("fulfil", row, by=by, at=at)
    return row


@all_or_nothing
def miss(*, appointment: Appointment, by: Actor, at: datetime) -> Appointment:
    """Mark that the person did not come in time, and tell them so.

    Marked already, nothing changes. Raises `Settled`, `NotYours`, `NotToday` before the time.
    """
    row = locked_visit(appointment)
    if not begin("miss", row, by):
        return row
    if row.starts_at + RULES.late > at:
        raise NotToday("Отметить неявку можно через 15 минут после начала приёма.")
    row.state, row.ended_at = State.NO_SHOW, at
    row.save(update_fields=["state", "ended_at"])
    _close_late(row, at=at)
    tell_journal("miss", row, by=by, at=at)
    after.missed(appointment=row, at=at)
    return row


def miss_late(*, at: datetime, most: int = 500) -> int:
    """Mark all who are 15 minutes late; return how many. Each in a transaction of its own."""
    late = Appointment.objects.filter(state=State.BOOKED, starts_at__lte=at - RULES.late)
    found = list(late.order_by("starts_at")[:most])
    return sum(_miss_if_still(row, at=at) for row in found)


def walk_in(
    *,
    position: Position,
    person: InsuredPerson,
    by: Actor,
    user: User | None,
    at: datetime,
    key: str,
) -> Appointment:
    """Let in who came without a booking: the next free time today, or one after the last.

    The person is checked in at once. Any quota will do, visits ahead do not matter. Told again
    with its key, the same. Raises `NoTimeToday`, `NotYours` and the noes of `rules`.
    """
    with transaction.atomic():
        if side(position.clinic_id, by) != Side.CLINIC:
            raise NotYours
        known = Appointment.objects.filter(key=key, position=position).first()
        made = book(
            slot=known.slot_id if known else _next_today(position, at),
            person=person,
            by=by,
            user=user,
            channel=Quota.REGISTRAR,
            key=key,
            at=at,
            is_walk_in=True,
        )
        return made if known else arrive(appointment=made, by=by, at=at)


def _next_today(position: Position, at: datetime) -> Slot:
    """Return the next free slot of the clinic's day; none left: make one after the last."""
    clock = zone(position.clinic.region_id)
    midnight = at.astimezone(clock).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)  # wall clock: a day of 23 or 25 hours is one day
    today = Slot.objects.filter(
        position=position, is_open=True, starts_at__gte=midnight, starts_at__lt=tomorrow
    )
    free = today.free(at=at).order_by("starts_at").first()
    return free or _made_after(today.order_by("-starts_at").first(), at=at, before=tomorrow)


def _made_after(last: Slot | None, *, at: datetime, before: datetime) -> Slot:
    if last is None:
        raise NoTimeToday
    begins = max(last.ends_at, at + timedelta(seconds=1))  # a slot that has begun is not free
    ends = begins + (last.ends_at - last.starts_at)
    if ends > before:
        raise NoTimeToday
    try:
        with transaction.atomic():
            return Slot.objects.create(
                position=last.position,
                doctor_id=last.doctor_id,
                starts_at=begins,
                ends_at=ends,
                service=last.service,
                quota=Quota.REGISTRAR,
                room=last.room,
            )
    except IntegrityError:
        raise NoTimeToday from None


def _miss_if_still(row: Appointment, *, at: datetime) -> bool:
    return miss(appointment=row, by=SYSTEM, at=at).ended_at == at


def _refuse_other_day(row: Appointment, at: datetime) -> None:
    if clinic_day(row, row.starts_at) != clinic_day(row, at):
        raise NotToday


def _close_late(row: Appointment, *, at: datetime) -> None:
    asked = LateRequest.objects.filter(appointment=row, state=LateRequest.State.OPEN)
    asked.update(state=LateRequest.State.REFUSED, decided_at=at, answer="Время приёма наступило.")
