"""A record as it was on a day: each thing with its source, author and basis.

Two questions, two notions. «Как было»: what was in force on the day, as is known now. «Что знал
реестр»: the same, from what had been recorded by then, so that a correction made later is left
out. Where periods overlap, the version recorded later says what was true.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.utils.timezone import make_aware

from oms.domain.register.data import OWN_FIELDS
from oms.domain.register.models import (
    IdentityDocument,
    InsuredPerson,
    Period,
    Policy,
)

FIRST_DAY = date(1900, 1, 1)
_FORMER = 40
"""Rows of one thing looked through for one day: no page grows with the history."""
Row = TypeVar("Row", bound=Period)


@dataclass(frozen=True)
class Told:
    """From where something is known: since when, recorded when, by whom, on what ground."""

    since: date
    recorded_at: datetime
    source: str = ""
    author: str = ""
    basis: str = ""


@dataclass(frozen=True)
class DocumentThen:
    """An identity document in force."""

    kind: str
    series: str
    number: str
    issued_on: date | None
    issued_by: str
    told: Told


@dataclass(frozen=True)
class AddressThen:
    """An address in force; `kind` is of Address.Kind."""

    kind: str
    text: str
    told: Told


@dataclass(frozen=True)
class PolicyThen:
    """The policy in force; `state` is of Policy.State, `ends_on` its last day."""

    enp: str
    form: str
    blank_number: str
    state: str
    begins_on: date
    ends_on: date | None
    told: Told


@dataclass(frozen=True)
class Then:
    """A record on a day. `own` holds `OWN_FIELDS` as JSON keeps them, empty before the record."""

    on: date
    own: Mapping[str, Any] = field(default_factory=dict)
    own_told: Told | None = None
    documents: Sequence[DocumentThen] = ()
    addresses: Sequence[AddressThen] = ()
    policy: PolicyThen | None = None
    insurer: tuple[str, str] | None = None
    insurer_told: Told | None = None
    clinic: tuple[str, str] | None = None
    clinic_told: Told | None = None

    @property
    def state(self) -> str:
        """Of InsuredPerson.State; empty before the record."""
        return str(self.own.get("state", ""))


@dataclass(frozen=True)
class Change:
    """One thing that differs between two days: values of `Then`, None where there was none."""

    what: str
    before: Any
    after: Any


def as_of(person: InsuredPerson, *, on: date, known: bool = True) -> Then:
    """Return the record as it was on the day. Six queries, always.

    `known`: as is known now; else only from what was recorded by the end of that day.
    """
    own = _one(person.versions.all(), on, known)
    policy = _policy(person, on, known)
    insurance = _one(person.insurances.select_related("insurer"), on, known)
    insurance = insurance if known or policy else None  # its end has no moment, the policy's has
    clinic = _one(person.attachments.select_related("clinic"), on, known)
    documents = _of_each_kind(person.identity_documents.all(), on, known)
    addresses = _of_each_kind(person.addresses.all(), on, known)
    return Then(
        on=on,
        own={name: own.data.get(name) for name in OWN_FIELDS} if own else {},
        own_told=_told(own),
        documents=[_document(row) for row in documents],
        addresses=[AddressThen(row.kind, row.text, _of(row)) for row in addresses],
        policy=policy,
        insurer=(insurance.insurer_id, insurance.insurer.short_name) if insurance else None,
        insurer_told=_told(insurance),
        clinic=(clinic.clinic_id, clinic.clinic.short_name) if clinic else None,
        clinic_told=_told(clinic),
    )


def difference(
    person: InsuredPerson, *, from_: date, until: date, known: bool = True
) -> tuple[Change, ...]:
    """Return what is otherwise on the later day than on the earlier. Twelve queries, always."""
    return between(as_of(person, on=from_, known=known), as_of(person, on=until, known=known))


def between(before: Then, after: Then) -> tuple[Change, ...]:
    """Return what differs between two days, in the order people read it. No query."""
    old, new = _flat(before), _flat(after)
    names = [*new, *(name for name in old if name not in new)]
    changes = (Change(name, old.get(name), new.get(name)) for name in names)
    return tuple(one for one in changes if one.before != one.after)


def boundaries(person: InsuredPerson) -> tuple[date, ...]:
    """Return the days on which something of the record began or ended. Six queries, always."""
    found: set[date] = set()
    for rows in (
        person.versions, person.identity_documents, person.addresses, person.insurances,
        person.attachments,
    ):  # fmt: skip
        for since, until in rows.values_list("valid_from", "valid_until"):
            found |= {since, until or since}
    for begins_on, since, ends_on in person.policies.values_list(
        "begins_on", "state_since", "ends_on"
    ):
        found |= {begins_on, since, ends_on + timedelta(days=1) if ends_on else begins_on}
    return tuple(sorted(found))


def _flat(then: Then) -> dict[str, Any]:
    """Return what is compared by name; where it is known from is not."""
    policy = then.policy
    return {
        **{name: value for name, value in then.own.items() if value not in (None, "")},
        **{f"document:{one.kind}": (one.series, one.number) for one in then.documents},
        **{f"address:{one.kind}": one.text for one in then.addresses},
        **({"policy": policy.enp or policy.blank_number} if policy else {}),
        **({"policy_state": policy.state} if policy else {}),
        **({"insurer": then.insurer[1]} if then.insurer else {}),
        **({"clinic": then.clinic[1]} if then.clinic else {}),
    }


def _one(rows: QuerySet[Row], on: date, known: bool) -> Row | None:
    return next(iter(_covering(rows, on, known)), None)


def _of_each_kind(rows: QuerySet[Row], on: date, known: bool) -> list[Row]:
    found: dict[str, Row] = {}
    for row in _covering(rows, on, known):
        found.setdefault(row.kind, row)  # type: ignore[attr-defined]
    return [found[kind] for kind in sorted(found)]


def _covering(rows: QuerySet[Row], on: date, known: bool) -> list[Row]:
    """Return versions in force on the day, recorded latest first.

    Asked what was known then, ends are left out: a version has no moment of its end, but what took
    its place has, and is recorded itself.
    """
    rows = rows.filter(valid_from__lte=on)
    if known:
        rows = rows.filter(Q(valid_until=None) | Q(valid_until__gt=on))
    else:
        rows = rows.filter(recorded_at__lt=_end_of(on))
    return list(rows.order_by("-recorded_at", "-pk")[:_FORMER])


def _policy(person: InsuredPerson, on: date, known: bool) -> PolicyThen | None:
    """Return the policy in force. Its row keeps the last state alone, and when that came."""
    rows = person.policies.filter(begins_on__lte=on).order_by("-begins_on", "-pk")
    if not known:
        rows = rows.filter(created_at__lt=_end_of(on))
    for row in rows[:_FORMER]:
        told = known or row.updated_at < _end_of(on)
        state = _state(row, on) if told else str(Policy.State.ACTIVE)
        if state:
            return PolicyThen(
                row.enp, row.form, row.blank_number, state, row.begins_on, row.ends_on,
                Told(row.begins_on, row.created_at),
            )  # fmt: skip
    return None


def _state(policy: Policy, on: date) -> str:
    """Return the state on the day, empty when the policy was over by then."""
    if on < policy.state_since:
        return str(Policy.State.ACTIVE)
    in_force = policy.state in (Policy.State.ACTIVE, Policy.State.SUSPENDED)
    return str(policy.state) if in_force else ""


def _document(row: IdentityDocument) -> DocumentThen:
    return DocumentThen(row.kind, row.series, row.number, row.issued_on, row.issued_by, _of(row))


def _told(row: Period | None) -> Told | None:
    return _of(row) if row else None


def _of(row: Period) -> Told:
    return Told(row.valid_from, row.recorded_at, row.source, row.author, row.basis)


def _end_of(on: date) -> datetime:
    return make_aware(datetime.combine(on + timedelta(days=1), time()))
