"""Appointment: visits of a clinic as FHIR tells them."""

from collections.abc import Mapping
from types import MappingProxyType

from oms.domain.booking import outside
from oms.domain.booking.models import Appointment
from oms.faces.api.fhir import systems
from oms.faces.api.fhir.caller import Caller
from oms.faces.api.fhir.patients import full_name, patient_id
from oms.faces.api.fhir.systems import Resource, identifier, reference, without_empty
from oms.faces.api.fhir.times import moment, service_type

State = Appointment.State
STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "pending": State.HELD,
        "booked": State.BOOKED,
        "arrived": State.ARRIVED,
        "fulfilled": State.FULFILLED,
        "cancelled": State.CANCELLED,
        "noshow": State.NO_SHOW,
    }
)
"""Our state by FHIR's status."""
_OFF = frozenset({"cancelled", "noshow"})
_TOLD = {state: status for status, state in STATUSES.items()}


def appointment(visit: Appointment, caller: Caller) -> Resource:
    """Return a visit as an Appointment."""
    status, position = _TOLD[visit.state], visit.position
    referral = {
        "type": "ServiceRequest",
        "identifier": identifier(systems.REFERRAL, visit.referral),
    }
    return without_empty(
        {
            "resourceType": "Appointment",
            "id": str(visit.pk),
            "meta": {"versionId": outside.version(visit)},
            "identifier": [identifier(systems.VISIT, visit.number)],
            "status": status,
            "cancelationReason": _why(visit) if status in _OFF else None,
            "serviceType": [service_type(visit.slot)],
            "specialty": [systems.speciality(position.speciality)],
            "start": moment(visit.starts_at, position),
            "end": moment(visit.ends_at, position),
            "minutesDuration": int((visit.ends_at - visit.starts_at).total_seconds()) // 60,
            "slot": [reference("Slot", visit.slot_id)],
            "created": moment(visit.made_at, position),
            "comment": visit.complaint,
            "basedOn": [referral] if visit.referral else [],
            "participant": _participants(visit),
        }
    )


def _why(visit: Appointment) -> Resource:
    return {"text": visit.ended_because or visit.get_state_display()}


def _participants(visit: Appointment) -> list[Resource]:
    position, clinic, doctor = visit.position, visit.position.clinic, visit.position.doctor
    actors = (
        reference("Patient", patient_id(visit.person_id), full_name(visit.person)),
        reference("PractitionerRole", position.pk),
        reference("Practitioner", doctor.pk, doctor.name),
        reference("Location", clinic.code, clinic.short_name),
    )
    return [{"actor": actor, "required": "required", "status": "accepted"} for actor in actors]
