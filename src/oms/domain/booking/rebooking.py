"""Another time for who lost a visit with a closed day: found, kept for them, told at once (BKG-7).

The visit is cancelled, for it cannot take place; the nearest free time that suits is kept for a
day by an offer. First the same doctor, then another of the speciality at the clinic, then in the
region. Taking it makes a new visit with what was told to the doctor.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from oms.domain.booking import offers, rules, telling
from oms.domain.booking.changing import cancel
from oms.domain.booking.models import Appointment, Offer, Quota, Slot
from oms.domain.booking.reading import clinic_day, locked_visit
from oms.domain.booking.taking import all_or_nothing
from oms.domain.journal.actions import Actor, record
from oms.kit.denied import Denied
from oms.law.visits import RULES

LEAD = timedelta(hours=3)
"""A time nearer than this is not proposed: who reads it must still answer and get there."""
ROAD = timedelta(hours=2)
"""From the last moment to answer to the visit."""
_LOOKED_AT = 12
_QUOTAS = (Quota.INTERNET, Quota.PHONE, Quota.REGISTRAR)
State = Appointment.State


def propose(
    *, appointments: Iterable[Appointment], because: str, by: Actor, at: datetime
) -> list[Offer]:
    """Cancel visits of a closed day, keep another time for each, tell everybody concerned.

    In the order of the visits; each in a transaction of its own (a savepoint within another).
    Visits that are booked no more are left alone, so told twice it is done once. Return the offers
    made. Raises `NotYours` for visits of another clinic.
    """
    rows = sorted(appointments, key=lambda one: (one.starts_at, one.pk))
    made = (_propose(row, because=because, by=by, at=at) for row in rows)
    return [offer for offer in made if offer is not None]


@all_or_nothing
def _propose(appointment: Appointment, *, because: str, by: Actor, at: datetime) -> Offer | None:
    row = locked_visit(appointment)
    if row.state != State.BOOKED or row.starts_at <= at:
        return None
    offer = _keep(row, at=at) if row.person.user_id else None
    if offer is not None:
        record(
            act="waiting.propose",
            subject=row.key_of_subject,
            person=row.person.key,
            by=by,
            at=at,
            details={"offer": offer.pk, "slot": offer.slot_id, "until": offer.until},
        )
    Slot.objects.filter(pk=row.slot_id).update(is_open=False)  # its hours are no more
    telling.closed(row, because=because, offer=offer, at=at)  # `cancel` then says no more
    cancel(appointment=row, by=by, at=at, because=because, near_too=True)
    return offer


def _keep(row: Appointment, *, at: datetime) -> Offer | None:
    """Keep the nearest time that suits; the next one if somebody is faster."""
    own = rules.own_of(row.person, key="", at=at)
    for slots in _circles(row, at=at):
        for slot in _nearest(slots, row.starts_at):
            until = min(at + RULES.rebooking, slot.starts_at - ROAD)
            if _suits(row, slot, own):
                offer = offers.make(slot, until=until, at=at, instead_of=row)
                if offer is not None:
                    return offer
    return None


def _circles(row: Appointment, *, at: datetime) -> Iterable[QuerySet[Slot]]:
    """Yield the free times of the doctor, of the clinic, of the region."""
    quotas = (*_QUOTAS, Quota.REFERRAL) if row.referral else _QUOTAS
    place = row.position
    free = Slot.objects.filter(
        is_open=True, taken_until__lte=at, starts_at__gt=at + LEAD, quota__in=quotas
    ).exclude(pk=row.slot_id)
    if not row.referral:
        free = free.exclude(position__needs_referral=True)
    free = free.select_related("position__clinic", "position__doctor")
    alike = free.filter(position__speciality=place.speciality)
    yield free.filter(position=place)
    yield alike.filter(position__clinic=place.clinic_id).exclude(position=place)
    yield alike.filter(position__clinic__region=place.clinic.region_id).exclude(
        position__clinic=place.clinic_id
    )


def _nearest(slots: QuerySet[Slot], moment: datetime) -> list[Slot]:
    """Return a few slots by how near they are to the moment. Two queries."""
    later = slots.filter(starts_at__gte=moment).order_by("starts_at", "pk")[:_LOOKED_AT]
    earlier = slots.filter(starts_at__lt=moment).order_by("-starts_at", "pk")[:_LOOKED_AT]
    found = [*later, *earlier]
    return sorted(found, key=lambda slot: (abs(slot.starts_at - moment), slot.starts_at, slot.pk))


def _suits(row: Appointment, slot: Slot, own: rules.Own) -> bool:
    try:
        rules.refuse_unfit(row.person, slot.position, on=clinic_day(slot, slot.starts_at))
        rules.refuse_overlap(slot, own, but=row.pk)
    except Denied:
        return False
    return True
