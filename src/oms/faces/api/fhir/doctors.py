"""Practitioner and PractitionerRole: doctors, and who sees people of what at which clinic."""

from oms.domain.directory.models import Doctor, Position
from oms.faces.api.fhir import systems
from oms.faces.api.fhir.caller import Caller
from oms.faces.api.fhir.places import service_id
from oms.faces.api.fhir.systems import Resource, identifier, reference, without_empty
from oms.law.plural import plural

GENDERS = {1: "male", 2: "female"}


def practitioner(doctor: Doctor, caller: Caller) -> Resource:
    """Return a doctor as a Practitioner."""
    given = [one for one in (doctor.given_name, doctor.patronymic) if one]
    return without_empty(
        {
            "resourceType": "Practitioner",
            "id": str(doctor.pk),
            "identifier": [identifier(systems.DOCTOR, doctor.code)],
            "active": True,
            "name": [
                {
                    "use": "official",
                    "text": doctor.name,
                    "family": doctor.family_name,
                    "given": given,
                }
            ],
            "gender": GENDERS.get(doctor.sex),
            "qualification": _qualification(doctor),
        }
    )


def practitioner_role(position: Position, caller: Caller) -> Resource:
    """Return a position (должность) as a PractitionerRole."""
    clinic, doctor = position.clinic, position.doctor
    return without_empty(
        {
            "resourceType": "PractitionerRole",
            "id": str(position.pk),
            "active": is_active(position, caller),
            "period": {"end": position.ends_on.isoformat()} if position.ends_on else {},
            "practitioner": reference("Practitioner", doctor.pk, doctor.name),
            "organization": reference("Organization", clinic.code, clinic.short_name),
            "specialty": [systems.speciality(position.speciality)],
            "location": [reference("Location", clinic.code, clinic.short_name)],
            "healthcareService": [reference("HealthcareService", service_id(position))],
            "availabilityExceptions": whom(position),
        }
    )


def is_active(position: Position, caller: Caller) -> bool:
    """Tell whether the doctor still works there."""
    return position.ends_on is None or position.ends_on >= caller.at.date()


def whom(position: Position) -> str:
    """Say whom the doctor sees, where not everybody."""
    said = []
    if position.from_age:
        said.append(f"с {position.from_age} лет")
    if position.below_age < 150:
        years = plural(position.below_age, "года", "лет", "лет")
        said.append(f"до {position.below_age} {years}")
    if position.sex:
        said.append("только мужчины" if position.sex == Doctor.Sex.MALE else "только женщины")
    if position.needs_referral:
        said.append("по направлению")
    return ", ".join(said)


def _qualification(doctor: Doctor) -> list[Resource]:
    return [{"code": {"text": doctor.get_category_display()}}] if doctor.category else []
