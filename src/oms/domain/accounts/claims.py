"""What an outside provider tells of a person, read into the values of a profile.

Providers write dates, numbers and phones each in their own way; the rules of `law` make them
uniform, and what they refuse is left out: a claim is never a reason to fail a sign-in.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from oms.domain.accounts.models import Sex, User
from oms.gateways.openid import Vouched
from oms.gateways.openid_claims import is_yes
from oms.law import identity_documents, names, phone, requisites, snils
from oms.law.verdict import Invalid

CORE = ("family_name", "given_name", "patronymic", "birth_date")
"""Who somebody is; contacts and numbers may change, this must agree."""
_MUST_BE_TOLD = set(CORE) - {"patronymic"}
_ISO, _RUSSIAN = re.compile(r"(\d{4})-(\d\d)-(\d\d)"), re.compile(r"(\d\d)\.(\d\d)\.(\d{4})")
_SEXES = {
    "m": Sex.MALE, "male": Sex.MALE, "1": Sex.MALE, "f": Sex.FEMALE, "female": Sex.FEMALE,
    "2": Sex.FEMALE,
}  # fmt: skip
_COUNTRY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Person:
    """Whom a provider vouches for: profile values in normal form.

    `is_trusted`: the provider has seen the documents and tells who it is; else all of it is the
    person's own word.
    `contacts` are those of phone and e-mail that the provider says are in the person's hands.
    """

    provider: str
    subject: str
    values: Mapping[str, Any] = field(repr=False)
    is_trusted: bool
    contacts: frozenset[str]


def read(vouched: Vouched) -> Person:
    """Return the profile values of what was told."""
    told, values = vouched.told, {}
    for name, normal in _NORMAL.items():
        with suppress(Invalid, ValidationError, ValueError, KeyError):
            if text := _text(told.get(name)):
                values[name] = normal(text)
    if document := _document(told):
        values["document"] = document
    contacts = {name for name in ("phone", "email") if is_yes(told.get(f"{name}_verified"))}
    return Person(
        provider=vouched.provider,
        subject=vouched.subject,
        values=values,
        is_trusted=vouched.is_trusted and values.keys() >= _MUST_BE_TOLD,
        contacts=frozenset(contacts & values.keys()),
    )


def differences(*, user: User, person: Person) -> list[str]:
    """Return which of name and birth date are not the profile's: ё, case and hyphens aside.

    Only a patronymic may be missing, and then on both sides.
    """
    return [
        name for name in CORE if not _agrees(name, person.values.get(name), getattr(user, name))
    ]


def _agrees(name: str, told: Any, known: Any) -> bool:
    if name == "birth_date":
        return told is not None and told == known
    return names.fold(told or "") == names.fold(known or "") and bool(told or name == "patronymic")


def _text(value: Any) -> str:
    """Numbers come as texts; what is neither, or beyond all measure, is nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value.strip() if isinstance(value, str) and len(value) <= 300 else ""


def _name(text: str) -> str:
    name = names.normalize(text)
    return name.title() if name.isupper() and len(name) > 1 else name


def _day(text: str) -> date:
    if found := _ISO.fullmatch(text):
        return date(*map(int, found.groups()))
    if found := _RUSSIAN.fullmatch(text):
        return date(*map(int, reversed(found.groups())))
    raise ValueError


def _email(text: str) -> str:
    validate_email(text)
    return text.lower()


def _country(text: str) -> str:
    if not _COUNTRY.fullmatch(text):
        raise ValueError
    return text


_NORMAL: Mapping[str, Callable[[str], Any]] = {
    "family_name": _name,
    "given_name": _name,
    "patronymic": _name,
    "birth_date": _day,
    "birth_place": lambda text: text[:200],
    "sex": lambda text: int(_SEXES[text.lower()]),
    "citizenship": _country,
    "snils": snils.normalize,
    "inn": lambda text: requisites.normalize_inn(text, length=12),
    "phone": phone.normalize,
    "email": _email,
}


def _document(told: Mapping[str, Any]) -> dict[str, Any] | None:
    """The Russian passport, whole or not at all."""
    with suppress(Invalid, ValueError):
        kind = identity_documents.PASSPORT_RF
        series, number = (_text(told.get(f"document_{name}")) for name in ("series", "number"))
        passport = identity_documents.normalize(kind, series=series, number=number)
        code = _text(told.get("document_department"))
        return {
            "kind": kind,
            "series": passport.series,
            "number": passport.number,
            "issued_on": _day(_text(told.get("document_issued_on"))).isoformat(),
            "issued_by": _text(told.get("document_issued_by")),
            "department_code": identity_documents.normalize_department_code(code) if code else "",
        }
    return None
