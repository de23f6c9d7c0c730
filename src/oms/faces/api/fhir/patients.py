"""Patient: as little of a person as a reference needs; names for the clinic they come to."""

import hmac

from oms.domain.accounts.identifiers import fingerprint
from oms.domain.register.models import InsuredPerson
from oms.faces.api.fhir.caller import Caller
from oms.faces.api.fhir.doctors import GENDERS
from oms.faces.api.fhir.systems import (
    OMS_POLICY,
    Resource,
    identifier,
    without_empty,
)

SIGNS = 16


def patient_id(pk: int) -> str:
    """Return an id that nobody makes up: the row's number under our keyed hash."""
    return f"{pk}-{fingerprint(f'fhir-patient:{pk}')[:SIGNS]}"


def row_of(told: str) -> int | None:
    """Return the row's number of an id we gave; None for one that somebody made up."""
    number = told.partition("-")[0]
    if not number.isdecimal() or len(number) > 18:
        return None
    mine = patient_id(int(number))
    return int(number) if hmac.compare_digest(mine.encode(), told.encode()) else None


def patient(person: InsuredPerson, caller: Caller) -> Resource:
    """Return a person; who has no visit at the program's clinic is told by their policy alone."""
    known = person.is_patient  # type: ignore[attr-defined]  # of `outside.people`
    return without_empty(
        {
            "resourceType": "Patient",
            "id": patient_id(person.pk),
            "identifier": [identifier(OMS_POLICY, person.enp)] if person.enp else [],
            "active": person.state in {InsuredPerson.State.ACTIVE, InsuredPerson.State.SUSPENDED},
            "name": [_name(person)] if known else [],
            "gender": GENDERS.get(person.sex) if known else None,
            "birthDate": person.birth_date.isoformat() if known else None,
        }
    )


def full_name(person: InsuredPerson) -> str:
    """Return surname, name and patronymic."""
    return " ".join(filter(None, (person.family_name, person.given_name, person.patronymic)))


def _name(person: InsuredPerson) -> Resource:
    given = [one for one in (person.given_name, person.patronymic) if one]
    return {
        "use": "official",
        "text": full_name(person),
        "family": person.family_name,
        "given": given,
    }
