"""What we show of a person, value by value: its name, its label, how it is typed, how it is said.

A closed list: an error is reported of one of these, and an update is compared with them. Some are
written into the register on approval (`is_written`), the rest their keeper puts right by hand.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from django import forms

from oms.catalog import fields
from oms.domain.register import queries as register
from oms.domain.register.data import DocumentData
from oms.domain.register.models import IdentityDocument, InsuredPerson, Policy
from oms.law import enp, identity_documents
from oms.law.typed import NBSP


@dataclass(frozen=True)
class Value:
    """One value shown; `field` makes the box in which the right one is typed."""

    name: str
    label: str
    field: Callable[[str], forms.Field]
    is_written: bool = True


def _name(label: str) -> forms.Field:
    return fields.NameField(label=label)


def _patronymic(label: str) -> forms.Field:
    return fields.NameField(
        label=label, required=False, help_text="Если отчества нет, оставьте пустым"
    )


def _text(label: str) -> forms.Field:
    return fields.TextField(label=label, longest=300)


def _place(label: str) -> forms.Field:
    return fields.TextField(label=label, empty="укажите, как в документе")


_ROWS: tuple[Value, ...] = (
    Value("family_name", "Фамилия", _name),
    Value("given_name", "Имя", _name),
    Value("patronymic", "Отчество", _patronymic),
    Value("birth_date", "Дата рождения", lambda label: fields.DateField(label=label)),
    Value("birth_place", "Место рождения", _place),
    Value("sex", "Пол", lambda label: fields.SexField(label=label)),
    Value("citizenship", "Гражданство", lambda label: fields.CountryField(label=label)),
    Value("snils", "СНИЛС", lambda label: fields.SnilsField(label=label)),
    Value("document", "Документ", _text),
    Value("registration", "Адрес регистрации", lambda label: fields.AddressField(label=label)),
    Value("residence", "Адрес проживания", lambda label: fields.AddressField(label=label)),
    Value("phone", "Телефон", lambda label: fields.PhoneField(label=label)),
    Value("email", "Почта", lambda label: fields.MailField(label=label)),
    Value("employment", "Занятость", lambda label: fields.EmploymentField(label=label)),
    Value("policy_number", "Номер полиса", _text, is_written=False),
    Value("policy_state", "Состояние полиса", _text, is_written=False),
    Value("policy_ends", "Срок действия полиса", _text, is_written=False),
    Value("insurer", "Страховая организация", _text, is_written=False),
    Value("chosen_on", "Дата выбора страховой организации", _text, is_written=False),
    Value("clinic", "Медицинская организация", _text, is_written=False),
)
VALUES: Mapping[str, Value] = {value.name: value for value in _ROWS}
"""Name → value, in the order of pages."""


def named(about: str) -> Value | None:
    """The value that an application is about (`value:snils`); None for none of ours."""
    return VALUES.get(about.removeprefix("value:"))


def known(person: InsuredPerson, names: Iterable[str] = tuple(VALUES)) -> dict[str, Any]:
    """What the register says of these values; nothing for what it lacks.

    No query for the person's own data; one each for document, addresses, policy, insurance, clinic.
    """
    wanted = set(names)
    found = ((name, value) for name, value in _known(person, wanted) if name in wanted)
    return {name: value for name, value in found if value not in (None, "")}


def said(name: str, value: Any) -> str:
    """A value as people read it; empty when there is none.

    >>> said("snils", "11223344595").replace(NBSP, " ")
    '112-233-445 95'
    """
    if isinstance(value, DocumentData):
        return document_words(value)
    return fields.shown(VALUES[name].field(VALUES[name].label), value)


def document_words(document: DocumentData) -> str:
    """A document in one line: kind, series and number, when and by whom it was given."""
    kind = identity_documents.KINDS.get(int(document.kind)) if document.kind.isdigit() else None
    number = NBSP.join(part for part in (*document.series.split(), "№", document.number) if part)
    issued = f"от {document.issued_on:%d.%m.%Y}" if document.issued_on else ""
    head = " ".join(part for part in (kind.name if kind else "Документ", number) if part)
    return ", ".join(part for part in (head, issued, document.issued_by) if part)


def document_in_force(person: InsuredPerson) -> DocumentData | None:
    """The identity document told last. One query."""
    rows = person.identity_documents.filter(valid_until=None).order_by("-valid_from", "-pk")
    row = rows.first()
    return _document(row) if row else None


_OWN = (
    *("family_name", "given_name", "patronymic", "birth_date", "birth_place", "sex"),
    *("citizenship", "snils", "phone", "email", "employment"),
)


def _known(person: InsuredPerson, wanted: Set[str]) -> Iterator[tuple[str, Any]]:
    for name in _OWN:
        yield name, getattr(person, name)
    if "document" in wanted:
        yield "document", document_in_force(person)
    if wanted & {"registration", "residence"}:
        for row in person.addresses.filter(valid_until=None):
            yield row.kind, row.text
    policy = register.policy_in_force(person) if wanted & _OF_THE_POLICY else None
    if policy:
        yield from _policy(policy)
    if "chosen_on" in wanted:
        insurance = person.insurances.filter(valid_until=None).first()
        yield "chosen_on", f"{insurance.valid_from:%d.%m.%Y}" if insurance else ""
    attachment = register.attachment_of(person) if "clinic" in wanted else None
    yield "clinic", attachment.clinic.short_name if attachment else ""


_OF_THE_POLICY = frozenset({"policy_number", "policy_state", "policy_ends", "insurer"})


def _policy(policy: Policy) -> Iterator[tuple[str, Any]]:
    yield "policy_number", enp.group(policy.enp) if policy.enp else policy.blank_number
    yield "policy_state", str(policy.get_state_display())
    yield "policy_ends", f"{policy.ends_on:%d.%m.%Y}" if policy.ends_on else "Бессрочно"
    yield "insurer", policy.insurer.short_name


def _document(row: IdentityDocument) -> DocumentData:
    return DocumentData(
        kind=row.kind,
        series=row.series,
        number=row.number,
        issued_on=row.issued_on,
        issued_by=row.issued_by,
        department_code=row.department_code,
        expires_on=row.expires_on,
    )
