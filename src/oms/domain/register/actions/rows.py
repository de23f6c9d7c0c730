"""What every act of the register does with rows: lock the person, keep versions, tell changes."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from oms.domain.journal.actions import Actor, record
from oms.domain.register.models import InsuredPerson, Period
from oms.kit.denied import Denied

Changes = dict[str, list[Any]]
"""Field → [old, new]: what the journal keeps of an act."""

State = InsuredPerson.State
_NOT_ON_RECORD = {
    State.ANNULLED: "Запись о человеке аннулирована. Обратитесь в фонд.",
    State.DIED: "В реестре есть сведения о смерти. Если они неверны, сообщите в фонд.",
    State.MERGED: "Эта запись объединена с другой. Откройте основную запись.",
}


class NotOnRecord(Denied):
    """The person's record no longer stands for a living, insured person."""

    text = "Запись в реестре закрыта."


def lock(person: InsuredPerson) -> None:
    """Lock the person's row until the transaction ends and read it afresh into `person`."""
    person.refresh_from_db(from_queryset=InsuredPerson.objects.select_for_update())


def refuse_unless_on_record(person: InsuredPerson) -> None:
    """Raise `NotOnRecord` for a person annulled, died or merged."""
    text = _NOT_ON_RECORD.get(State(person.state))
    if text:
        raise NotOnRecord(text, code=f"person-{person.state}")


def differences(row: Any, values: Mapping[str, Any]) -> Changes:
    """Return the fields of `row` (None: no row yet) that `values` would change, old and new."""
    before = {name: getattr(row, name) if row else None for name in values}
    return {name: [before[name], new] for name, new in values.items() if before[name] != new}


def close(row: Period, *, on: date) -> None:
    """End a version on the day.

    A change dated before the version began leaves it an empty period: periods of versions
    may overlap then, and the one recorded later says what was true.
    """
    row.valid_until = max(on, row.valid_from)
    row.save(update_fields=["valid_until"])


def touch(person: InsuredPerson, *fields: str, at: datetime) -> None:
    """Save the named fields with the time of the change and of the last certainty (REG-6)."""
    person.updated_at = person.synced_at = at
    person.save(update_fields=[*fields, "updated_at", "synced_at"])


def journal(
    act: str,
    *,
    person: InsuredPerson,
    by: Actor,
    at: datetime,
    changed: Changes,
    subject: str = "",
    **more: Any,
) -> None:
    """Write the act with its changes; empty extras are left out."""
    record(
        act=act, subject=subject or person.key, person=person.key,
        by=by, at=at, details=details_of(changed, **more),
    )  # fmt: skip


def details_of(changed: Changes, **more: Any) -> dict[str, Any]:
    """Return what the journal keeps of an act; empty extras are left out."""
    return {"changed": changed} | {name: value for name, value in more.items() if value}
