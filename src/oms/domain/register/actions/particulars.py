"""Identity documents and addresses of a person: the earlier ones stay, closed."""

from dataclasses import fields
from datetime import date, datetime
from typing import Any

from django.db import transaction

from oms.domain.journal.actions import Actor
from oms.domain.register.actions.rows import Changes, close, differences, journal, lock, touch
from oms.domain.register.data import DocumentData, document_key
from oms.domain.register.models import Address, IdentityDocument, InsuredPerson
from oms.law.typed import tidy

_DOCUMENT = tuple(one.name for one in fields(DocumentData) if one.name != "kind")


def set_identity_document(
    *,
    person: InsuredPerson,
    document: DocumentData,
    on: date,
    by: Actor,
    at: datetime,
    source: str,
    basis: str = "",
) -> IdentityDocument:
    """Make the document the one of its kind in force from the day.

    The same document told again changes nothing and leaves no entry.
    """
    with transaction.atomic():
        lock(person)
        period = period_of(on=on, by=by, at=at, source=source, basis=basis)
        row, changed = put_document(person, document, period)
        if changed:
            touch(person, at=at)
            journal(
                "person.document", person=person, by=by, at=at, changed=changed,
                kind=row.kind, on=on, source=source, basis=basis,
            )  # fmt: skip
    return row


def set_address(
    *,
    person: InsuredPerson,
    kind: str,
    text: str,
    on: date,
    by: Actor,
    at: datetime,
    source: str,
    region: str | None = None,
    postal_code: str = "",
    basis: str = "",
) -> Address:
    """Make this the address of its `kind` (Address.Kind) from the day; `region` is of F010.

    The same address told again changes nothing and leaves no entry.
    """
    with transaction.atomic():
        lock(person)
        period = period_of(on=on, by=by, at=at, source=source, basis=basis)
        values = address_values(text, region=region, postal_code=postal_code)
        row, changed = put_address(person, kind, values, period)
        if changed:
            touch(person, at=at)
            journal(
                "person.address", person=person, by=by, at=at, changed=changed,
                kind=kind, on=on, source=source, basis=basis,
            )  # fmt: skip
    return row


def address_values(text: str, *, region: str | None, postal_code: str) -> dict[str, Any]:
    """Return the columns of an address as they are compared and kept."""
    return {"text": tidy(text), "region_id": region, "postal_code": postal_code}


def period_of(*, on: date, by: Actor, at: datetime, source: str, basis: str) -> dict[str, Any]:
    """Return the columns of `Period` for a version that begins on the day."""
    return {
        "valid_from": on,
        "recorded_at": at,
        "source": source,
        "author": by.key,
        "basis": basis,
    }


def put_document(
    person: InsuredPerson, document: DocumentData, period: dict[str, Any]
) -> tuple[IdentityDocument, Changes]:
    """Close the document of the kind and open the new one, unless they are the same."""
    row = new_document(person, document, period)
    current = person.identity_documents.filter(kind=row.kind, valid_until=None).first()
    values = {name: getattr(row, name) for name in _DOCUMENT}
    changed = differences(current, values)
    if current and not changed:
        return current, {}
    if current:
        close(current, on=period["valid_from"])
    row.save(force_insert=True)
    return row, changed


def new_document(
    person: InsuredPerson, document: DocumentData, period: dict[str, Any]
) -> IdentityDocument:
    """Return the document in its normal form, not saved yet."""
    values = {name: getattr(document.uniform, name) for name in ("kind", *_DOCUMENT)}
    return IdentityDocument(person=person, number_key=document_key(document), **values, **period)


def put_address(
    person: InsuredPerson, kind: str, values: dict[str, Any], period: dict[str, Any]
) -> tuple[Address, Changes]:
    """Close the address of the kind and open the new one, unless they are the same."""
    current = person.addresses.filter(kind=kind, valid_until=None).first()
    changed = differences(current, values)
    if current and not changed:
        return current, {}
    if current:
        close(current, on=period["valid_from"])
    return Address.objects.create(person=person, kind=kind, **values, **period), changed
