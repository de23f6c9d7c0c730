"""A free slot becomes a hold, a hold a booking; or both at once."""

from datetime import datetime

from oms.domain.accounts.models import User
from oms.domain.booking import after, rules
from oms.domain.booking.journaling import tell_journal
from oms.domain.booking.models import Appointment, Move, Slot
from oms.domain.booking.reading import clinic_day, locked_visit, slot_of
from oms.domain.booking.refused import HoldOver, KeyUsed
from oms.domain.booking.schedule_models import FOR_GOOD
from oms.domain.booking.states import begin, side
from oms.domain.booking.taking import (
    all_or_nothing,
    give_back,
    keep_for_good,
    new_number,
    settle_overtaken,
    take,
)
from oms.domain.journal.actions import Actor
from oms.domain.register.models import InsuredPerson
from oms.law.visits import RULES

State = Appointment.State


@all_or_nothing
def hold(
    *,
    slot: Slot | int,
    person: InsuredPerson,
    by: Actor,
    user: User | None,
    channel: str,
    key: str,
    at: datetime,
    kept_until: datetime | None = None,
) -> Appointment:
    """Keep a slot for a person while they confirm; a hold they have elsewhere is let go.

    The same `key` again returns the same appointment. `kept_until` is the end of the offer by
    which the slot is kept for them. Raises the noes of `rules`, `Taken`, `OfferOver`, `KeyUsed`.
    """
    place, who, own, again = _asked(slot, person, by, key=key, at=at)
    if again:
        return again
    _refuse(place, who, own, channel=channel, at=at, is_offered=kept_until is not None)
    mine = running(own.holds, place, at)
    if mine:
        return mine
    until = at + RULES.hold
    take(slot_id=place.pk, until=until, at=at, kept_until=kept_until)
    freed = let_go(own.holds, at=at)
    settle_overtaken(slot=place, at=at)
    made = _new(place, who, user, channel=channel, key=key, at=at)
    made.state, made.held_until = State.HELD, until
    made.save(force_insert=True)
    tell_journal("hold", made, by=by, at=at, channel=channel, until=until)
    after.freed(freed, at=at)
    return made


@all_or_nothing
def confirm(
    *, appointment: Appointment, by: Actor, at: datetime, complaint: str = "", referral: str = ""
) -> Appointment:
    """Make a hold a booking; booked already, nothing changes.

    The rules are asked again: another hand may have booked meanwhile. Raises `HoldOver`,
    `Settled`, `NotYours` and the noes of `rules`.
    """
    row = locked_visit(appointment)
    rules.refuse_stranger(row.person, by, on=clinic_day(row, at))
    if row.state == State.LAPSED:
        raise HoldOver
    if not begin("confirm", row, by):
        return row
    return _confirmed(row, by=by, at=at, complaint=complaint, referral=referral)


@all_or_nothing
def book(
    *,
    slot: Slot | int,
    person: InsuredPerson,
    by: Actor,
    user: User | None,
    channel: str,
    key: str,
    at: datetime,
    complaint: str = "",
    referral: str = "",
    kept_until: datetime | None = None,
    is_walk_in: bool = False,
) -> Appointment:
    """Book a slot at once: `hold` and `confirm` in one. Told again with its key, the same.

    A walk-in is seen today, whatever is booked ahead, without a referral. Raises as `hold` does,
    and `NeedsReferral`.
    """
    place, who, own, again = _asked(slot, person, by, key=key, at=at)
    if again and again.state != State.HELD:
        return again
    mine = again or running(own.holds, place, at)
    if mine:
        mine.slot, mine.position, mine.person = place, place.position, who
        return _confirmed(mine, by=by, at=at, complaint=complaint, referral=referral)
    is_offered = kept_until is not None
    _refuse(
        place, who, own, channel=channel, at=at, is_offered=is_offered, is_walk_in=is_walk_in
    )  # fmt: skip
    if not is_walk_in:
        rules.refuse_without_referral(place, referral)
    take(slot_id=place.pk, until=FOR_GOOD, at=at, kept_until=kept_until)
    freed = let_go(own.holds, at=at)
    settle_overtaken(slot=place, at=at)
    made = _new(place, who, user, channel=channel, key=key, at=at)
    made.complaint, made.referral = complaint, referral
    made.state, made.booked_at = State.BOOKED, at
    made.save(force_insert=True)
    tell_journal("book", made, by=by, at=at, channel=channel, is_walk_in=is_walk_in)
    after.booked(appointment=made, at=at)
    after.freed(freed, at=at)
    return made


@all_or_nothing
def release(*, appointment: Appointment, by: Actor, at: datetime) -> Appointment:
    """Let a hold go; ended already, nothing changes. Raises `Settled`, `NotYours`."""
    row = locked_visit(appointment)
    rules.refuse_stranger(row.person, by, on=clinic_day(row, at))
    if not begin("release", row, by):
        return row
    freed = let_go([row], at=at)
    row.state, row.ended_at = State.LAPSED, at
    tell_journal("release", row, by=by, at=at)
    after.freed(freed, at=at)
    return row


def settle_holds(*, at: datetime, most: int = 500) -> int:
    """Mark holds that ran out and offer their slots to those who wait; return how many.

    A slot is free the second its hold ends, whether or not this runs.
    """
    ended = Appointment.objects.filter(state=State.HELD, held_until__lte=at)
    found = list(ended.select_related("slot").order_by("held_until")[:most])
    return sum(_settle(row, at=at) for row in found)


@all_or_nothing
def _settle(row: Appointment, *, at: datetime) -> bool:
    assert row.held_until is not None  # booking_hold_ends
    is_free = give_back(slot_id=row.slot_id, taken_until=row.held_until)
    rows = Appointment.objects.filter(pk=row.pk, state=State.HELD)
    settled = rows.update(state=State.LAPSED, ended_at=at)
    if is_free:
        after.freed([row.slot_id], at=at)
    return bool(settled)


def let_go(holds: list[Appointment], *, at: datetime) -> list[int]:
    """End a person's holds; return the slots that became free by it.

    The slot of a hold that ran out may be another's by now: it is not touched.
    """
    freed = []
    for row in holds:
        assert row.held_until is not None  # booking_hold_ends
        if row.held_until > at and give_back(slot_id=row.slot_id, taken_until=row.held_until):
            freed.append(row.slot_id)
    if holds:
        rows = Appointment.objects.filter(pk__in=[row.pk for row in holds], state=State.HELD)
        rows.update(state=State.LAPSED, ended_at=at)
    return freed


def running(holds: list[Appointment], place: Slot, at: datetime) -> Appointment | None:
    """Return the person's own hold of the slot: a second tab gets what the first has."""
    found = (row for row in holds if row.slot_id == place.pk)
    return next((row for row in found if row.held_until and row.held_until > at), None)


def _asked(
    slot: Slot | int, person: InsuredPerson, by: Actor, *, key: str, at: datetime
) -> tuple[Slot, InsuredPerson, rules.Own, Appointment | None]:
    """Read the slot, lock the person, see whether the request was answered before."""
    place = slot_of(slot)
    side(place.position.clinic_id, by)
    who = rules.locked_person(person.pk)
    rules.refuse_stranger(who, by, on=clinic_day(place, at))
    own = rules.own_of(who, key=key, at=at)
    return place, who, own, _same(own.repeated, place, who)


def _same(row: Appointment | None, place: Slot, who: InsuredPerson) -> Appointment | None:
    if row is None:
        return None
    moved = row.sequence and Move.objects.filter(appointment=row, from_slot=place).exists()
    if row.person_id != who.pk or (row.slot_id != place.pk and not moved):
        raise KeyUsed
    return row


def _refuse(
    place: Slot,
    who: InsuredPerson,
    own: rules.Own,
    *,
    channel: str,
    at: datetime,
    is_offered: bool = False,
    is_walk_in: bool = False,
) -> None:
    rules.refuse_unfit(who, place.position, on=clinic_day(place, place.starts_at))
    if not is_offered:
        rules.refuse_quota(place, channel)
    rules.refuse_overlap(place, own)
    if not is_walk_in:
        rules.refuse_more(place, own, at=at)


def _confirmed(
    row: Appointment, *, by: Actor, at: datetime, complaint: str, referral: str
) -> Appointment:
    own = rules.own_of(row.person, key="", at=at)
    _refuse(row.slot, row.person, own, channel=row.channel, at=at, is_offered=True)
    rules.refuse_without_referral(row.slot, referral)
    assert row.held_until is not None  # booking_hold_ends
    if row.held_until <= at or not keep_for_good(slot_id=row.slot_id, held_until=row.held_until):
        raise HoldOver
    row.state, row.held_until, row.booked_at = State.BOOKED, None, at
    row.complaint, row.referral = complaint, referral
    row.save(update_fields=["state", "held_until", "booked_at", "complaint", "referral"])
    tell_journal("book", row, by=by, at=at, channel=row.channel)
    after.booked(appointment=row, at=at)
    return row


def _new(
    place: Slot, who: InsuredPerson, user: User | None, *, channel: str, key: str, at: datetime
) -> Appointment:
    return Appointment(
        number=new_number(),
        slot=place,
        person=who,
        position=place.position,
        doctor_id=place.doctor_id,
        starts_at=place.starts_at,
        ends_at=place.ends_at,
        channel=channel,
        key=key,
        booked_by=user,
        made_at=at,
    )
