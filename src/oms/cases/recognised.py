"""What was read on the documents beside what was typed: pointed out, never put in by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from oms.cases import answers as kept
from oms.cases.documents import Asked
from oms.cases.models import Case
from oms.cases.review import Walk, service_of
from oms.catalog import fields
from oms.domain.accounts.models import Sex
from oms.domain.documents.models import Document
from oms.law.names import fold

Told = Mapping[str, tuple[str, forms.Field, Any]]
"""Name of a field → its step, the field, what was answered."""

SURE = 0.6
"""Readings less sure than this are not shown: they would only puzzle."""
_FIELDS: Mapping[str, Mapping[str, str]] = {
    Document.Kind.PASSPORT: {
        "family_name": "family_name",
        "given_name": "given_name",
        "patronymic": "patronymic",
        "birth_date": "birth_date",
        "sex": "sex",
        "birth_place": "birth_place",
        "series": "document_series",
        "number": "document_number",
        "issued_on": "issued_on",
        "department_code": "department_code",
    },
    Document.Kind.SNILS: {
        "snils": "snils",
        "family_name": "family_name",
        "given_name": "given_name",
        "patronymic": "patronymic",
        "birth_date": "birth_date",
    },
    Document.Kind.BIRTH_CERTIFICATE: {
        "family_name": "family_name",
        "given_name": "given_name",
        "patronymic": "patronymic",
        "birth_date": "birth_date",
        "series": "document_series",
        "number": "document_number",
    },
}
"""Kind of document → name of what is read on it → field of an application."""


@dataclass(frozen=True)
class Reading:
    """One thing read on a document, beside what was told of it."""

    file: str
    slot: str
    document: str
    step: str
    name: str
    label: str
    read: str
    told: str
    typed: str
    confidence: float

    @property
    def differs(self) -> bool:
        """Whether the document says something else; case, ё and spaces do not count."""
        return _folded(self.read) != _folded(self.told)

    @property
    def percent(self) -> int:
        """How sure the reading is, 0..100."""
        return round(self.confidence * 100)


def differing(case: Case, walked: Walk, asked: Sequence[Asked]) -> list[Reading]:
    """Where the documents of a draft say something else than the answers. No query."""
    told = {
        name: (step.code, field, walked.application.answers.get(name))
        for step in walked.steps
        for name, field in walked.forms[step.code].fields.items()
    }
    files = (file for row in asked for file in row.standing)
    return [one for file in files for one in _read(file, told) if one.differs]


def read_on(case: Case, file: Document) -> list[Reading]:
    """All that was read on a file of a submitted case, beside its answers. No query."""
    own = service_of(case)
    values = kept.read(own, case.answers)
    told = {
        name: (step.code, field, values.get(name))
        for step in own.steps
        for name, field in step.base_fields.items()
    }
    return list(_read(file, told))


def _read(file: Document, told: Told) -> Iterator[Reading]:
    if file.recognition.get("state") != "done":
        return
    names = _FIELDS.get(file.kind, {})
    for name, one in file.recognition.get("fields", {}).items():
        target = names.get(name, "")
        if target not in told or one["confidence"] < SURE:
            continue
        step, field, value = told[target]
        read = _value(field, one["value"])
        yield Reading(
            file=file.code,
            slot=file.slot,
            document=str(file.get_kind_display()),
            step=step,
            name=target,
            label=fields.label_of(field),
            read=fields.shown(field, read),
            told=fields.shown(field, value),
            typed=f"{read:%d.%m.%Y}" if isinstance(read, date) else str(read),
            confidence=float(one["confidence"]),
        )


def _value(field: forms.Field, read: Any) -> Any:
    """What was read as the field's own value: a day is kept as ISO text, a sex as M or F."""
    if isinstance(field, fields.SexField):
        return {"M": Sex.MALE.value, "F": Sex.FEMALE.value}.get(read, read)
    if isinstance(field, forms.DateField) and isinstance(read, str):
        try:
            return date.fromisoformat(read)
        except ValueError:
            return read
    return read


def _folded(text: str) -> str:
    return fold(text) + "".join(sign for sign in text if sign.isdigit())
