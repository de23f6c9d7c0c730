"""Rows as the acts need them: a slot with its place, a visit under its person's lock."""

from datetime import date, datetime

from django.db.models import BigAutoField

from oms.domain.booking import rules
from oms.domain.booking.models import Appointment, Slot
from oms.domain.booking.refused import Settled, Taken
from oms.kit.prepared import Prepared
from oms.law.zones import zone


def slot_of(slot: Slot | int) -> Slot:
    """Read the slot afresh with position and clinic. Raises `Taken` for one that is no more."""
    pk = slot.pk if isinstance(slot, Slot) else slot
    found = _SLOT.first(slot=pk)
    if found is None:
        raise Taken
    return found


_SLOT: Prepared[Slot] = Prepared(
    lambda slot: Slot.objects.select_related("position__clinic").filter(pk=slot),
    slot=BigAutoField(),
)


def locked_visit(appointment: Appointment) -> Appointment:
    """Lock the visit's person, read the visit afresh with slot, position and clinic.

    All acts on a person's visits take turns by this lock; only a hold that ran out is settled
    without it. Raises `Settled` when the visit went over to another record just now.
    """
    person = rules.locked_person(appointment.person_id)
    rows = Appointment.objects.select_related("slot", "position__clinic")
    row = rows.get(pk=appointment.pk)
    if row.person_id != person.pk:
        raise Settled
    row.person, row.slot.position = person, row.position
    return row


def clinic_day(row: Appointment | Slot, moment: datetime) -> date:
    """Return the day at the moment by the clock of the clinic of this visit or slot."""
    return moment.astimezone(zone(row.position.clinic.region_id)).date()
