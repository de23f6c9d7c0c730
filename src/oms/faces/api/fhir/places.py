"""Organization, Location, HealthcareService: the clinics, where they are, what they offer."""

from oms.domain.directory.models import MedicalOrganization, Position
from oms.faces.api.fhir import systems
from oms.faces.api.fhir.caller import Caller
from oms.faces.api.fhir.systems import Resource, identifier, reference, without_empty
from oms.law.specialities import SPECIALITIES


def organization(clinic: MedicalOrganization, caller: Caller) -> Resource:
    """Return a clinic (МО) as an Organization."""
    numbers = (
        (systems.CLINIC, clinic.code), (systems.OGRN, clinic.ogrn), (systems.INN, clinic.inn),
    )  # fmt: skip
    kind = {
        "system": "http://terminology.hl7.org/CodeSystem/organization-type",
        "code": "prov",
        "display": "Healthcare Provider",
    }
    return without_empty(
        {
            "resourceType": "Organization",
            "id": clinic.code,
            "identifier": [identifier(system, value) for system, value in numbers if value],
            "active": _is_active(clinic, caller),
            "type": [{"coding": [kind], "text": "Медицинская организация"}],
            "name": clinic.short_name,
            "alias": [clinic.full_name] if clinic.full_name != clinic.short_name else [],
            "telecom": _telecom(clinic),
            "address": [address] if (address := _address(clinic)) else [],
        }
    )


def location(clinic: MedicalOrganization, caller: Caller) -> Resource:
    """Return where a clinic is as a Location."""
    position = {}
    if clinic.latitude is not None and clinic.longitude is not None:
        position = {"longitude": float(clinic.longitude), "latitude": float(clinic.latitude)}
    return without_empty(
        {
            "resourceType": "Location",
            "id": clinic.code,
            "identifier": [identifier(systems.CLINIC, clinic.code)],
            "status": "active" if _is_active(clinic, caller) else "inactive",
            "name": clinic.short_name,
            "mode": "instance",
            "telecom": _telecom(clinic),
            "address": _address(clinic),
            "position": position,
            "managingOrganization": reference("Organization", clinic.code, clinic.short_name),
            "availabilityExceptions": clinic.hours,
        }
    )


def service_id(position: Position) -> str:
    """Return the id of what a clinic sees people of: «779901-therapy»."""
    return f"{position.clinic_id}-{position.speciality}"


def healthcare_service(position: Position, caller: Caller) -> Resource:
    """Return what a clinic sees people of, by one position of it."""
    clinic, known = position.clinic, SPECIALITIES.get(position.speciality)
    return without_empty(
        {
            "resourceType": "HealthcareService",
            "id": service_id(position),
            "active": _is_active(clinic, caller),
            "providedBy": reference("Organization", clinic.code, clinic.short_name),
            "specialty": [systems.speciality(position.speciality)],
            "location": [reference("Location", clinic.code, clinic.short_name)],
            "name": known.service if known else position.speciality,
            "telecom": _telecom(clinic),
        }
    )


def _is_active(clinic: MedicalOrganization, caller: Caller) -> bool:
    return clinic.ends_on is None or clinic.ends_on >= caller.at.date()


def _telecom(clinic: MedicalOrganization) -> list[Resource]:
    ways = (("phone", clinic.phone), ("email", clinic.email), ("url", clinic.site))
    return [{"system": system, "value": value} for system, value in ways if value]


def _address(clinic: MedicalOrganization) -> Resource:
    text = clinic.actual_address or clinic.legal_address
    return {"use": "work", "text": text, "country": "RU"} if text else {}
