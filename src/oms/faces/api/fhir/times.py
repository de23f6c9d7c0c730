"""Schedule and Slot: whose time there is, and which of it is free at this moment."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from django.db.models import Q

from oms.domain.booking.models import Quota, Slot
from oms.domain.booking.schedule_models import FOR_GOOD
from oms.domain.directory.models import Position
from oms.faces.api.fhir import systems
from oms.faces.api.fhir.caller import Caller
from oms.faces.api.fhir.doctors import is_active, whom
from oms.faces.api.fhir.places import service_id
from oms.faces.api.fhir.systems import Resource, concept, reference, without_empty
from oms.law.visits import SERVICES
from oms.law.zones import zone


def schedule(position: Position, caller: Caller) -> Resource:
    """Return the timetable of a position as a Schedule; both have one id."""
    clinic, doctor = position.clinic, position.doctor
    return without_empty(
        {
            "resourceType": "Schedule",
            "id": str(position.pk),
            "active": is_active(position, caller),
            "specialty": [systems.speciality(position.speciality)],
            "actor": [
                reference("PractitionerRole", position.pk),
                reference("Practitioner", doctor.pk, doctor.name),
                reference("Location", clinic.code, clinic.short_name),
                reference("HealthcareService", service_id(position)),
            ],
            "comment": whom(position),
        }
    )


def slot(row: Slot, caller: Caller) -> Resource:
    """Return a slot; who may take it (квота) is its tag."""
    quota = Quota(row.quota)
    return without_empty(
        {
            "resourceType": "Slot",
            "id": str(row.pk),
            "meta": {
                "tag": [{"system": systems.QUOTA, "code": quota.value, "display": quota.label}]
            },
            "serviceType": [service_type(row)],
            "specialty": [systems.speciality(row.position.speciality)],
            "schedule": reference("Schedule", row.position_id),
            "status": status(row, at=caller.at),
            "start": moment(row.starts_at, row.position),
            "end": moment(row.ends_at, row.position),
            "comment": f"Кабинет {room}" if (room := row.room or row.position.room) else "",
        }
    )


def service_type(row: Slot) -> Resource:
    """Return what the slot is for."""
    known = SERVICES.get(row.service)
    return concept(systems.SERVICE, row.service, known.title if known else row.service)


def moment(at: datetime, position: Position) -> str:
    """Return a moment by the clinic's clock, with its offset."""
    return at.astimezone(zone(position.clinic.region_id)).isoformat(timespec="seconds")


def status(row: Slot, *, at: datetime) -> str:
    """Return how a slot stands; one that has begun and stayed free is of no use to anybody."""
    if row.taken_until >= FOR_GOOD:
        return "busy"
    if not row.is_open or row.starts_at <= at:
        return "busy-unavailable"
    return "busy-tentative" if row.taken_until > at else "free"


_USABLE: Callable[[datetime], Q] = lambda at: Q(is_open=True, starts_at__gt=at)  # noqa: E731
STATUSES: Mapping[str, Callable[[datetime], Q]] = MappingProxyType(
    {
        "busy": lambda at: Q(taken_until__gte=FOR_GOOD),
        "busy-unavailable": lambda at: Q(taken_until__lt=FOR_GOOD) & ~_USABLE(at),
        "busy-tentative": lambda at: Q(taken_until__lt=FOR_GOOD, taken_until__gt=at) & _USABLE(at),
        "free": lambda at: Q(taken_until__lt=FOR_GOOD, taken_until__lte=at) & _USABLE(at),
        "entered-in-error": lambda at: Q(pk__in=[]),
    }
)
"""The same as rows of the table."""
