"""Synthetic people of the OpenID simulators, and their claims as ЕСИА and a bank shape them."""

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Person:
    """Who may be picked at the provider; `trusted`: the provider has seen the documents."""

    subject: str
    family_name: str
    given_name: str
    birth_date: str
    patronymic: str = ""
    sex: int = 2
    snils: str = ""
    inn: str = ""
    phone: str = ""
    phone_verified: bool = True
    email: str = ""
    email_verified: bool = True
    document_series: str = ""
    document_number: str = ""
    trusted: bool = True
    methods: tuple[str, ...] = ("pwd",)
    story: str = ""

    @property
    def name(self) -> str:
        """Surname, name, patronymic."""
        return " ".join(
            part for part in (self.family_name, self.given_name, self.patronymic) if part
        )


class People:
    """All who may be picked; tests and the demo add their own."""

    def __init__(self, file: Path | None) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Person] = {}
        for row in json.loads(file.read_text()) if file and file.exists() else ():
            self.add(row)

    def add(self, row: Mapping[str, Any]) -> None:
        """Keep one; the same subject replaces. Raises `TypeError` on unknown or missing names."""
        told: dict[str, Any] = {
            name: tuple(value) if name == "methods" else value for name, value in row.items()
        }
        person = Person(**told)
        with self._lock:
            self._known[person.subject] = person

    def all(self) -> list[Person]:
        """In the order they came."""
        with self._lock:
            return list(self._known.values())

    def find(self, subject: str) -> Person | None:
        """The one with this number."""
        with self._lock:
            return self._known.get(subject)


def esia(person: Person) -> dict[str, Any]:
    """Claims as ЕСИА names and writes them: dd.MM.yyyy, +7(900)1234567, lists of elements."""
    day = ".".join(reversed(person.birth_date.split("-")))
    contacts = [
        {"type": kind, "value": value, "vrfStu": "VERIFIED" if verified else "NOT_VERIFIED"}
        for kind, value, verified in (
            ("MBT", _bracketed(person.phone), person.phone_verified),
            ("EML", person.email, person.email_verified),
        )
        if value
    ]
    documents = [
        {
            "type": "RF_PASSPORT",
            "series": person.document_series,
            "number": person.document_number,
            "issueDate": "20.04.2021",
            "issuedBy": "ОВД района Учебный",
            "issueId": "770001",
            "vrfStu": "VERIFIED" if person.trusted else "NOT_VERIFIED",
        }
    ]
    told = {
        "lastName": person.family_name,
        "firstName": person.given_name,
        "middleName": person.patronymic,
        "birthDate": day,
        "birthPlace": "г. Москва",
        "gender": "F" if person.sex == 2 else "M",
        "citizenship": "RUS",
        "snils": re.sub(r"(...)(...)(...)(..)", r"\1-\2-\3 \4", person.snils),
        "inn": person.inn,
        "trusted": person.trusted,
        "contacts": {"size": len(contacts), "elements": contacts},
        "documents": {"size": 1, "elements": documents if person.document_number else []},
    }
    return {name: value for name, value in told.items() if value not in ("", None)}


def bank(person: Person) -> dict[str, Any]:
    """Standard claims of OpenID Connect."""
    told = {
        "family_name": person.family_name,
        "given_name": person.given_name,
        "middle_name": person.patronymic,
        "birthdate": person.birth_date,
        "gender": "female" if person.sex == 2 else "male",
        "phone_number": person.phone,
        "phone_number_verified": person.phone_verified,
        "email": person.email,
        "email_verified": person.email_verified,
    }
    return {name: value for name, value in told.items() if value not in ("", None)}


def marks(name: str, person: Person) -> dict[str, Any]:
    """What else the ID token holds: ЕСИА's claims with names of their own."""
    if name != "esia":
        return {}
    subject = {
        "urn:esia:sbj:typ": "P",
        "urn:esia:sbj:oid": person.subject,
        "urn:esia:sbj:name": f"OID.{person.subject}",
        "urn:esia:sbj:is_tru": person.trusted,
    }
    return {"urn:esia:sbj": subject, "urn:esia:amd": "PWD", "urn:esia:sid": f"s-{person.subject}"}


SHAPES: dict[str, Callable[[Person], dict[str, Any]]] = {"esia": esia, "bank": bank}


def _bracketed(phone: str) -> str:
    return re.sub(r"^(\+7)(\d{3})(\d{7})$", r"\1(\2)\3", phone)
