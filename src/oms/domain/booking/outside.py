"""What programs of other systems see of booking, and how they act on what they have seen.

The directory and the slots hold nothing personal and are everybody's. Visits and people are
shown to the program of the clinic they belong to, and each look at a person is journaled.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from oms.domain.accounts.models import ApiClient
from oms.domain.booking import rules
from oms.domain.booking.models import Appointment, Slot
from oms.domain.directory.models import Doctor, MedicalOrganization, Position
from oms.domain.journal import actions as journal
from oms.domain.journal.models import Entry
from oms.domain.register.models import InsuredPerson
from oms.kit.denied import Denied

_UNTOLD = ("search_text", "week", "specialities", "programmes")
"""Wide columns of clinics that no program is told."""
_UNTOLD_OF_PLACE = ("position__doctor__about", *(f"position__clinic__{name}" for name in _UNTOLD))
TOGETHER = timedelta(hours=1)
"""Looks of one program at one person within it are one line of the journal."""
State = Appointment.State


class Changed(Denied):
    """The visit is not as the program saw it."""

    status = 412
    text = "Запись изменилась после того, как вы её прочли. Прочтите её ещё раз."


def clinics() -> QuerySet[MedicalOrganization]:
    """Return the clinics."""
    return MedicalOrganization.objects.defer(*_UNTOLD)


def doctors() -> QuerySet[Doctor]:
    """Return the doctors."""
    return Doctor.objects.defer("about")


def positions() -> QuerySet[Position]:
    """Return who sees people of what at which clinic."""
    rows = Position.objects.select_related("doctor", "clinic")
    return rows.defer("doctor__about", *(f"clinic__{name}" for name in _UNTOLD))


def services() -> QuerySet[Position]:
    """Return one position for each speciality of each clinic."""
    earlier = Position.objects.filter(
        clinic=OuterRef("clinic"), speciality=OuterRef("speciality"), pk__lt=OuterRef("pk")
    )
    rows = Position.objects.filter(~Exists(earlier)).select_related("clinic")
    return rows.defer(*(f"clinic__{name}" for name in _UNTOLD))


def slots() -> QuerySet[Slot]:
    """Return the slots, whoever may take them, with what tells whose clock they go by."""
    own = [field.name for field in Slot._meta.concrete_fields]
    place = ("clinic__region", "doctor", "speciality", "room")
    rows = Slot.objects.select_related("position__clinic")
    return rows.only(*own, *(f"position__{name}" for name in place))


def slots_whole() -> QuerySet[Slot]:
    """Return the slots with their doctors and clinics."""
    rows = Slot.objects.select_related("position__doctor", "position__clinic")
    return rows.defer(*_UNTOLD_OF_PLACE)


def visits(*, client: ApiClient, at: datetime) -> QuerySet[Appointment]:
    """Return the visits at the program's clinic; holds that came to nothing are not told."""
    rows = Appointment.objects.filter(position__clinic=client.clinic or None)
    rows = rows.exclude(state=State.LAPSED).exclude(state=State.HELD, held_until__lte=at)
    rows = rows.select_related("slot", "person", "position__doctor", "position__clinic")
    return rows.defer(*_UNTOLD_OF_PLACE)


def people(*, client: ApiClient) -> QuerySet[InsuredPerson]:
    """Return who is on record; `is_patient` tells who has or had a visit at the clinic."""
    at_clinic = Appointment.objects.filter(
        person=OuterRef("pk"), position__clinic=client.clinic or None
    )
    rows = InsuredPerson.objects.exclude(
        state__in=[InsuredPerson.State.MERGED, InsuredPerson.State.ANNULLED]
    )
    return rows.annotate(is_patient=Exists(at_clinic))


def look(*, keys: Iterable[str], client: ApiClient, at: datetime) -> None:
    """Write down that the program was shown these people (`person:5`); an hour's looks are one.

    One query when all were; else those of an entry or of many.
    """
    wanted = set(keys)
    if not wanted:
        return
    lately = Entry.objects.filter(
        act="person.read", actor=client.key, person__in=wanted, at__gt=at - TOGETHER
    )
    new = sorted(wanted - set(lately.values_list("person", flat=True)))
    if not new:
        return
    purpose = {"purpose": f"Запись к врачу: программа «{client.name}»"}
    with transaction.atomic():
        journal.record_many(
            acts=[journal.Act("person.read", key, key, purpose) for key in new],
            by=client.actor,
            at=at,
        )


def version(visit: Appointment) -> str:
    """Return what changes whenever the visit does: «2-booked»."""
    return f"{visit.sequence}-{visit.state}"


@transaction.atomic
def as_seen(
    *, visit: Appointment, version_seen: str, act: Callable[[], Appointment]
) -> Appointment:
    """Do an act on the visit if it is still as it was seen, nobody else coming between.

    All acts on a person's visits take turns by the person's lock. Raises `Changed` and what the
    act raises.
    """
    rules.locked_person(visit.person_id)
    now = Appointment.objects.filter(pk=visit.pk, person=visit.person_id).first()
    if now is None or version(now) != version_seen:
        raise Changed
    return act()
