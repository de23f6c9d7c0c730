"""A booked visit is moved, cancelled, or said to take place."""

from datetime import datetime

from oms.domain.booking import after, rules
from oms.domain.booking.holding import let_go, running
from oms.domain.booking.journaling import place_of, tell_journal
from oms.domain.booking.models import Appointment, LateRequest, Move, Quota, Slot
from oms.domain.booking.reading import clinic_day, locked_visit, slot_of
from oms.domain.booking.refused import KeyUsed, TooLate
from oms.domain.booking.schedule_models import FOR_GOOD
from oms.domain.booking.states import Side, begin, side
from oms.domain.booking.taking import all_or_nothing, give_back, settle_overtaken, take
from oms.domain.journal.actions import Actor
from oms.law.visits import RULES

State = Appointment.State
_MOVED = ("slot", "position", "doctor", "starts_at", "ends_at", "sequence", "answered_at")


@all_or_nothing
def move(
    *,
    appointment: Appointment,
    slot: Slot | int,
    by: Actor,
    at: datetime,
    key: str,
    near_too: bool = False,
    kept_until: datetime | None = None,
) -> Appointment:
    """Take the new slot, then give the old one back: number and calendar entry stay.

    One transaction: whatever is refused, the old visit stands. The same `key` again changes
    nothing. Raises the noes of `rules`, `Taken`, `OfferOver`, `TooLate`, `Settled`, `KeyUsed`.
    """
    row = locked_visit(appointment)
    rules.refuse_stranger(row.person, by, on=clinic_day(row, at))
    place = slot_of(slot)
    if _is_repeated(row, place, key) or not begin("move", row, by) or row.slot_id == place.pk:
        return row
    _refuse_near(row, by, at=at, near_too=near_too)
    own = rules.own_of(row.person, key="", at=at)
    _refuse_move(row, place, own, by=by, at=at, is_offered=kept_until is not None)
    mine = running(own.holds, place, at)
    kept = mine.held_until if mine else kept_until
    take(slot_id=place.pk, until=FOR_GOOD, at=at, kept_until=kept)
    old = row.slot
    give_back(slot_id=old.pk, taken_until=FOR_GOOD)
    freed = [*let_go(own.holds, at=at), old.pk]
    settle_overtaken(slot=place, at=at)
    before = place_of(row)
    _put(row, place)
    Move.objects.create(appointment=row, key=key, from_slot=old, to_slot=place, made_at=at)
    _answer_late(row, LateRequest.State.DONE, by=by, at=at)
    tell_journal("move", row, by=by, at=at, before=before)
    after.moved(appointment=row, before=old, by=by, at=at)
    after.freed(freed, at=at)
    return row


@all_or_nothing
def cancel(
    *,
    appointment: Appointment,
    by: Actor,
    at: datetime,
    because: str = "",
    near_too: bool = False,
) -> Appointment:
    """Cancel a visit; its slot is free for others at once. Cancelled already, nothing changes.

    Raises `TooLate`, `Settled`, `NotYours`.
    """
    row = locked_visit(appointment)
    rules.refuse_stranger(row.person, by, on=clinic_day(row, at))
    if not begin("cancel", row, by):
        return row
    _refuse_near(row, by, at=at, near_too=near_too)
    give_back(slot_id=row.slot_id, taken_until=FOR_GOOD)
    row.state, row.ended_at, row.ended_because = State.CANCELLED, at, because[:200]
    row.sequence += 1
    row.save(update_fields=["state", "ended_at", "ended_because", "sequence"])
    _answer_late(row, LateRequest.State.DONE, by=by, at=at)
    tell_journal("cancel", row, by=by, at=at, because=because)
    after.cancelled(appointment=row, by=by, at=at)
    after.freed([row.slot_id], at=at)
    return row


@all_or_nothing
def answer_come(*, appointment: Appointment, by: Actor, at: datetime) -> Appointment:
    """Keep the answer «приду» to a reminder. Raises `Settled`, `NotYours`."""
    row = locked_visit(appointment)
    rules.refuse_stranger(row.person, by, on=clinic_day(row, at))
    begin("come", row, by)
    if row.answered_at is None:
        row.answered_at = at
        row.save(update_fields=["answered_at"])
        tell_journal("come", row, by=by, at=at)
    return row


def is_near(row: Appointment, *, at: datetime) -> bool:
    """Tell whether the visit is so near that the clinic decides about changes."""
    return row.starts_at - at < RULES.near


def _refuse_near(row: Appointment, by: Actor, *, at: datetime, near_too: bool) -> None:
    by_person = side(row.position.clinic_id, by) == Side.PERSON
    if by_person and not near_too and is_near(row, at=at):
        raise TooLate


def _is_repeated(row: Appointment, place: Slot, key: str) -> bool:
    earlier = Move.objects.filter(key=key).first()
    if earlier is None:
        return False
    if (earlier.appointment_id, earlier.to_slot_id) != (row.pk, place.pk):
        raise KeyUsed
    return True


def _refuse_move(
    row: Appointment, place: Slot, own: rules.Own, *, by: Actor, at: datetime, is_offered: bool
) -> None:
    rules.refuse_unfit(row.person, place.position, on=clinic_day(place, place.starts_at))
    who = side(place.position.clinic_id, by)
    if who != Side.SYSTEM and not is_offered:
        rules.refuse_quota(place, Quota.REGISTRAR if who == Side.CLINIC else Quota.INTERNET)
    rules.refuse_without_referral(place, row.referral)
    rules.refuse_overlap(place, own, but=row.pk)
    rules.refuse_more(place, own, at=at, but=row.pk)


def _put(row: Appointment, place: Slot) -> None:
    row.slot, row.position, row.doctor_id = place, place.position, place.doctor_id
    row.starts_at, row.ends_at = place.starts_at, place.ends_at
    row.sequence, row.answered_at = row.sequence + 1, None
    row.save(update_fields=_MOVED)


def _answer_late(row: Appointment, state: LateRequest.State, *, by: Actor, at: datetime) -> None:
    """Settle a request about the visit by what just happened to it."""
    asked = LateRequest.objects.filter(appointment=row, state=LateRequest.State.OPEN)
    asked.update(state=state, decided_at=at, decided_by=by.key)
