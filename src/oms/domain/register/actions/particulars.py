"""Identity documents and addresses of a person: the earlier ones stay, closed."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction

from oms.domain.journal.actions import Actor
from oms.domain.register.actions.rows import Changes, close, differences, journal, lock, touch
from oms.domain.register.data import DocumentData, document_key, uniform
from oms.domain.register.models import Address, IdentityDocument, InsuredPerson
from oms.law.typed import tidy


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
        values = {"text": tidy(text), "region_id": region, "postal_code": postal_code}
        row, changed = put_address(person, kind, values, period)
        if changed:
            touch(person, at=at)
            journal(
                "person.address", person=person, by=by, at=at, changed=changed,
                kind=kind, on=on, source=source, basis=basis,
            )  # fmt: skip
    return row


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
    values = asdict(uniform(document))
    kind = values.pop("kind")
    current = person.identity_documents.filter(kind=kind, valid_until=None).first()
    changed = differences(current, values)
    if current and not changed:
        return current, {}
    if current:
        close(current, on=period["valid_from"])
    row = IdentityDocument.objects.create(
        person=person, kind=kind, number_key=document_key(document), **values, **period
    )
    return row, changed


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
