"""Who applies: from the answers of `steps` to facts of the law and records of the register."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from oms.catalog.countries import EAEU, STATELESS
from oms.catalog.declaration import Application
from oms.domain.directory.models import Insurer
from oms.domain.register import matching
from oms.domain.register import queries as register_queries
from oms.domain.register.data import DocumentData, NewPerson, document_key, name_key
from oms.domain.register.matching import Match
from oms.domain.register.models import InsuredPerson
from oms.law import eligibility
from oms.law.facts import LegalStatus, PersonFacts
from oms.law.identity_documents import (
    ASYLUM,
    BIRTH_CERTIFICATE_RF,
    FOREIGN_PASSPORT,
    REFUGEE,
    RESIDENCE_PERMIT,
    TEMPORARY_RESIDENCE,
)

STATUS_BY_DOCUMENT = {
    10: LegalStatus.REFUGEE,
    RESIDENCE_PERMIT: LegalStatus.PERMANENT_RESIDENT,
    TEMPORARY_RESIDENCE: LegalStatus.TEMPORARY_RESIDENT,
    REFUGEE: LegalStatus.REFUGEE,
    ASYLUM: LegalStatus.TEMPORARY_ASYLUM,
}


def applicant_facts(application: Application) -> PersonFacts | None:
    """What the law asks about the applicant, from the answers over the register."""
    answers = application.answers
    if not answers.get("birth_date"):
        return None
    known = application.facts
    region = str(answers.get("region") or "")
    return replace(
        known or PersonFacts(birth_date=answers["birth_date"], region=region),
        birth_date=answers["birth_date"],
        citizenship=citizenship_of(answers),
        status=legal_status(answers),
        permit_valid_until=right_until(answers),
        residence_region=region,
    )


def legal_status(answers: Mapping[str, Any]) -> LegalStatus:
    """By what right the applicant lives here, from citizenship and document."""
    if is_citizen(answers):
        return LegalStatus.CITIZEN
    kind = answers.get("document_kind")
    if kind == FOREIGN_PASSPORT and answers.get("citizenship") in EAEU:
        return LegalStatus.EAEU_WORKER
    return STATUS_BY_DOCUMENT.get(kind or 0, LegalStatus.VISITOR)


def right_until(answers: Mapping[str, Any]) -> date | None:
    """The last day of what gives the right: the contract of a worker from the Union, else a paper.

    A passport of the Union says who one is, not how long one works here.
    """
    name = "contract_until" if is_worker(answers) else "expires_on"
    found: date | None = answers.get(name)
    return found


def is_worker(answers: Mapping[str, Any]) -> bool:
    """Whether a citizen of the Union applies by their work here."""
    return legal_status(answers) is LegalStatus.EAEU_WORKER


def newborn_insurer(application: Application) -> Insurer | None:
    """The insurer that answers for a newborn: the parent's, until 30 days after the registration.

    None when the child is older, or the parent has no insurer here. One query for a newborn.
    """
    answers, parent = application.answers, application.representative
    born, registered = answers.get("birth_date"), answers.get("issued_on")
    is_certificate = answers.get("document_kind") == BIRTH_CERTIFICATE_RF
    if parent is None or not (born and registered and is_certificate):
        return None
    if not eligibility.is_newborn(
        birth_date=born, birth_registered_on=registered, on=application.on
    ):
        return None
    record = register_queries.person_of(parent)
    return record.insurer if record else None


def in_register(application: Application) -> InsuredPerson | None:
    """The register's record of the applicant: same name and birth date, and СНИЛС or document."""
    if application.person:
        return application.person
    return next((person for person in candidates(application) if _same(person, application)), None)


def new_person(answers: Mapping[str, Any]) -> NewPerson:
    """The answers as the register takes them."""
    return NewPerson(
        region=answers["region"],
        family_name=answers["family_name"],
        given_name=answers["given_name"],
        patronymic=answers.get("patronymic") or "",
        birth_date=answers["birth_date"],
        sex=answers["sex"],
        citizenship=citizenship_of(answers),
        snils=answers.get("snils") or None,
        birth_place=answers.get("birth_place") or "",
        phone=answers.get("phone") or "",
        email=answers.get("email") or "",
        document=document_of(answers),
        registration=answers.get("registration") or "",
        residence=answers.get("residence") or "",
    )


def document_of(answers: Mapping[str, Any]) -> DocumentData:
    """The identity document as the register takes it."""
    return DocumentData(
        kind=str(answers["document_kind"]),
        series=answers.get("document_series") or "",
        number=answers["document_number"],
        issued_on=answers.get("issued_on"),
        issued_by=answers.get("issued_by") or "",
        department_code=answers.get("department_code") or "",
        expires_on=answers.get("expires_on"),
    )


def alike(application: Application) -> tuple[Match, ...]:
    """Records that may be the applicant's, surest first, with their reasons."""
    if application.alike is not None:
        return tuple(application.alike)
    answers = application.answers
    if not answers.get("birth_date") or not answers.get("document_kind"):
        return ()
    return matching.find(
        snils=answers.get("snils") or "",
        document=document_of(answers),
        family_name=answers["family_name"],
        given_name=answers["given_name"],
        patronymic=answers.get("patronymic") or "",
        birth_date=answers["birth_date"],
        limit=5,
    )


def candidates(application: Application) -> Iterator[InsuredPerson]:
    """The persons of these records, surest first."""
    for match in alike(application):
        yield match.person


def _same(person: InsuredPerson, application: Application) -> bool:
    answers = application.answers
    names = {n: answers.get(n) or "" for n in ("family_name", "given_name", "patronymic")}
    if person.name_key != name_key(**names) or person.birth_date != answers["birth_date"]:
        return False
    if answers.get("snils") and person.snils == answers["snils"]:
        return True
    key = document_key(document_of(answers))
    return person.identity_documents.filter(number_key=key, valid_until=None).exists()


def born_on(application: Application) -> date | None:
    """The birth date told, else the one on record."""
    told = application.answers.get("birth_date")
    return told or (application.person.birth_date if application.person else None)


def holds_citizenship(application: Application) -> bool:
    """Whether they are a citizen of Russia: as told, else as on record."""
    if "citizenship" in application.answers or application.person is None:
        return is_citizen(application.answers)
    return application.person.citizenship == "RUS"


def is_citizen(answers: Mapping[str, Any]) -> bool:
    """Whether the applicant said they are a citizen of Russia."""
    return (answers.get("citizenship") or "RUS") == "RUS"


def citizenship_of(answers: Mapping[str, Any]) -> str:
    """Citizenship as the register keeps it: empty for the stateless."""
    country = str(answers.get("citizenship") or "RUS")
    return "" if country == STATELESS else country
