"""Suspension for military service: told, begun and ended on its days (326-ФЗ ст. 49.1)."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from oms.domain.journal.actions import Actor
from oms.domain.register.actions.particulars import period_of
from oms.domain.register.actions.people import State, update_person
from oms.domain.register.actions.rows import journal, lock, refuse_unless_on_record
from oms.domain.register.models import InsuredPerson, Suspension
from oms.kit.denied import Denied

STANDING = (Suspension.State.PLANNED, Suspension.State.RUNNING)


class AlreadySuspended(Denied):
    """Another suspension is planned or running."""

    text = "Приостановление уже записано. Сначала завершите его."


class NotSuspended(Denied):
    """Nothing is suspended."""

    text = "Страхование не приостановлено."


def suspend(
    *,
    person: InsuredPerson,
    on: date,
    until: date | None,
    by: Actor,
    at: datetime,
    source: str,
    basis: str = "",
) -> Suspension:
    """Suspend from the day, now or when it comes; `until` is the first day insured again.

    The same `basis` again returns the suspension there is. Raises `AlreadySuspended`,
    `NotOnRecord`.
    """
    with transaction.atomic():
        lock(person)
        refuse_unless_on_record(person)
        known = person.suspensions.filter(state__in=STANDING).first()
        if known and basis and known.basis == basis:
            return known
        if known or person.state == State.SUSPENDED:
            raise AlreadySuspended
        period = period_of(on=on, by=by, at=at, source=source, basis=basis)
        row = Suspension.objects.create(
            person=person, state=Suspension.State.PLANNED, **{**period, "valid_until": until}
        )
        journal(
            "person.suspend", person=person, by=by, at=at,
            changed={"suspended": [None, on]}, until=until, source=source, basis=basis,
        )  # fmt: skip
        if on <= timezone.localdate(at):
            begin(suspension=row, by=by, at=at)
    return row


def begin(*, suspension: Suspension, by: Actor, at: datetime) -> None:
    """Let a planned suspension begin: the record is suspended and the policy with it.

    Anything but a planned one is left alone. Raises `NotOnRecord` where the record is closed.
    """
    with transaction.atomic():
        person = _locked(suspension)
        if suspension.state != Suspension.State.PLANNED:
            return
        refuse_unless_on_record(person)
        _give(suspension, Suspension.State.RUNNING)
        _put(person, State.SUSPENDED, suspension, on=suspension.valid_from, by=by, at=at)


def resume(
    *, person: InsuredPerson, on: date, by: Actor, at: datetime, basis: str = ""
) -> Suspension | None:
    """Go on with the insurance from the day; a suspension that has not begun never begins.

    Returns the suspension ended, None where the register knew of none but was suspended.
    Raises `NotSuspended`, `NotOnRecord`.
    """
    with transaction.atomic():
        lock(person)
        refuse_unless_on_record(person)
        row = person.suspensions.filter(state__in=STANDING).first()
        if row is None and person.state != State.SUSPENDED:
            raise NotSuspended
        if row:
            row.valid_until = max(on, row.valid_from)
            _give(row, Suspension.State.ENDED, "valid_until")
        _put(person, State.ACTIVE, row, on=on, by=by, at=at, basis=basis)
    return row


def _locked(suspension: Suspension) -> InsuredPerson:
    person = suspension.person
    lock(person)
    suspension.refresh_from_db(fields=["state", "valid_until"])
    return person


def _give(suspension: Suspension, state: Suspension.State, *fields: str) -> None:
    suspension.state = state
    suspension.save(update_fields=["state", *fields])


def _put(
    person: InsuredPerson,
    state: str,
    suspension: Suspension | None,
    *,
    on: date,
    by: Actor,
    at: datetime,
    basis: str = "",
) -> None:
    """Write the state into the person's own data; the policy follows it."""
    source = suspension.source if suspension else "operator"
    basis = basis or (suspension.basis if suspension else "")
    update_person(
        person=person, changes={"state": state}, on=on, by=by, at=at, source=source, basis=basis
    )
