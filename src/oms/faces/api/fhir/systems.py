"""Names of code systems and identifiers; ours are URNs, so that they outlive the address."""

from typing import Any

from oms.law.specialities import SPECIALITIES

OMS_POLICY = "http://fhir.ru/ig/core/systems/oms"
"""ЕНП, as the Russian core guide names it."""
CLINIC = "urn:oms:mcod"
OGRN = "urn:oms:ogrn"
INN = "urn:oms:inn"
DOCTOR = "urn:oms:doctor"
VISIT = "urn:oms:appointment"
REFERRAL = "urn:oms:referral"
SPECIALITY = "urn:oms:speciality"
SERVICE = "urn:oms:service"
QUOTA = "urn:oms:quota"
Resource = dict[str, Any]


def concept(system: str, code: str, display: str) -> Resource:
    """Return a CodeableConcept of one code."""
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def speciality(code: str) -> Resource:
    """Return a speciality of doctors."""
    known = SPECIALITIES.get(code)
    return concept(SPECIALITY, code, known.title if known else code)


def reference(kind: str, key: object, display: str = "") -> Resource:
    """Return a reference to a resource of ours."""
    return {"reference": f"{kind}/{key}", "type": kind} | ({"display": display} if display else {})


def identifier(system: str, value: str) -> Resource:
    """Return an identifier."""
    return {"system": system, "value": value}


def without_empty(resource: Resource) -> Resource:
    """Drop what is not known: FHIR has no empty values."""
    return {name: value for name, value in resource.items() if value not in ("", None, [], {})}
