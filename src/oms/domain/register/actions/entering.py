"""THE way in for many people at once: entered and insured in a fixed number of statements.

A thousand newcomers cost some thirty statements instead of a thousand times sixty. The rows, the
journal and what search enters by are those that `register_person`, `set_address`,
`attach_to_clinic` and `give_policy` would leave, one person after another: the same functions make
them, and a test compares both ways record by record. Only `strangers` pass: whoever shares a
number with anybody is for the acts, where the gate judges.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from oms.domain.directory.models import Insurer
from oms.domain.journal.actions import Act, Actor, record_many
from oms.domain.register.actions.enp import issue_many
from oms.domain.register.actions.gate import AlreadyOnRecord, strangers
from oms.domain.register.actions.insurance import new_insurance, new_policy
from oms.domain.register.actions.particulars import address_values, new_document, period_of
from oms.domain.register.actions.people import entered, new_person, new_version, own_data
from oms.domain.register.actions.rows import details_of, differences
from oms.domain.register.data import NewPerson
from oms.domain.register.entries import remember_many
from oms.domain.register.models import Address, Attachment, Insurance, InsuredPerson, Policy
from oms.kit import bulk


@dataclass(frozen=True)
class NewAddress:
    """An address of `kind` (Address.Kind) from the day; `region` is of F010."""

    kind: str
    text: str
    since: date
    region: str | None = None
    postal_code: str = ""


@dataclass(frozen=True)
class Newcomer:
    """Somebody to be entered and insured at once, under the `basis`.

    `data.registration` and `data.residence` stay empty: `addresses` tell them, at most one of a
    kind. `clinic` is the code of a clinic on record and the first day with it.
    """

    data: NewPerson
    basis: str
    ground: int
    begins_on: date
    ends_on: date | None
    form: str
    blank_number: str = ""
    addresses: tuple[NewAddress, ...] = ()
    clinic: tuple[str, date] | None = None


@dataclass(frozen=True)
class _Entry:
    """A newcomer and the rows made so far."""

    told: Newcomer
    person: InsuredPerson
    period: dict[str, Any]
    """Columns of what is in force from the day of the entry."""
    own: dict[str, Any]


def enter_many(
    *, newcomers: Sequence[Newcomer], insurer: Insurer, by: Actor, at: datetime, source: str
) -> list[InsuredPerson]:
    """Enter and insure them all, in their order, or nobody.

    Whether it is lawful is for `law.insurer_choice`, before this. Raises `AlreadyOnRecord` where
    the gate has something to judge, `EnpExhausted`, and what the database refuses
    (`IntegrityError`, `DataError`): then take fewer at once, the last one by the acts.
    """
    with transaction.atomic():
        if not all(strangers((one.data.snils, one.data.document) for one in newcomers)):
            raise AlreadyOnRecord(())
        entries = [_entry(one, insurer, by=by, at=at, source=source) for one in newcomers]
        people = [one.person for one in entries]
        born = [(one.birth_date, one.sex) for one in people]
        for person, number in zip(
            people, issue_many(region=insurer.region_id, born=born), strict=True
        ):
            person.enp = number
        bulk.insert(people)
        policies = [_policy(one, insurer, at=at) for one in entries]
        bulk.insert(policies)
        bulk.insert([new_version(one.person, one.own, one.period) for one in entries])
        bulk.insert([row for one in entries for row in _documents(one)])
        bulk.insert([row for one in entries for row in _addresses(one)])
        bulk.insert([_insurance(one, insurer, by=by, at=at) for one in entries])
        bulk.insert([row for one in entries for row in _attachments(one)])
        remember_many(people=people)
        acts = [
            act
            for one, policy in zip(entries, policies, strict=True)
            for act in _acts(one, policy, source)
        ]
        record_many(acts=acts, by=by, at=at)
    return people


def _entry(told: Newcomer, insurer: Insurer, *, by: Actor, at: datetime, source: str) -> _Entry:
    person = new_person(told.data, at)
    period = period_of(on=timezone.localdate(at), by=by, at=at, source=source, basis=told.basis)
    person.insurer, person.region_id = insurer, insurer.region_id
    return _Entry(told, person, period, own_data(person))


def _policy(one: _Entry, insurer: Insurer, *, at: datetime) -> Policy:
    told = one.told
    return new_policy(
        one.person, insurer, on=told.begins_on, at=at, form=told.form, ends_on=told.ends_on,
        blank_number=told.blank_number,
    )  # fmt: skip


def _insurance(one: _Entry, insurer: Insurer, *, by: Actor, at: datetime) -> Insurance:
    told = one.told
    return new_insurance(
        one.person, insurer, ground=told.ground, on=told.begins_on, by=by, at=at, basis=told.basis
    )


def _documents(one: _Entry) -> Iterator[Any]:
    if one.told.data.document:
        yield new_document(one.person, one.told.data.document, one.period)


def _addresses(one: _Entry) -> Iterator[Address]:
    for told in one.told.addresses:
        period = one.period | {"valid_from": told.since}
        yield Address(person=one.person, kind=told.kind, **_values(told), **period)


def _values(told: NewAddress) -> dict[str, Any]:
    return address_values(told.text, region=told.region, postal_code=told.postal_code)


def _attachments(one: _Entry) -> Iterator[Attachment]:
    if one.told.clinic:
        clinic, since = one.told.clinic
        period = one.period | {"valid_from": since}
        yield Attachment(
            person=one.person, clinic_id=clinic, ground=Attachment.Ground.WISH, **period
        )


def _acts(one: _Entry, policy: Policy, source: str) -> Iterator[Act]:
    """What the journal says of the person, in the order of the acts."""
    told, key = one.told, one.person.key
    since = {"source": source, "basis": told.basis}
    yield Act("person.register", key, key, details_of(entered(one.own), **since))
    for address in told.addresses:
        changed = differences(None, _values(address))
        details = details_of(changed, kind=address.kind, on=address.since, **since)
        yield Act("person.address", key, key, details)
    if told.clinic:
        clinic, on = told.clinic
        details = details_of(
            {"clinic": [None, clinic]}, ground=Attachment.Ground.WISH, on=on, **since
        )
        yield Act("person.attach", key, key, details)
    details = details_of(
        {"insurer": [None, policy.insurer_id]}, ground=int(told.ground), on=told.begins_on,
        ends_on=told.ends_on, basis=told.basis,
    )  # fmt: skip
    yield Act("policy.give", f"policy:{policy.pk}", key, details)
