"""Promises the database itself keeps, on both databases (BKG-2, BEY-12).

- Slots of one doctor that are open never overlap, whatever clinic they are in.
- Times of one person never overlap: booked, come, or held.

PostgreSQL keeps them by exclusion constraints (GiST over `tstzrange`, extension btree_gist of
the contrib package), SQLite by triggers: its writers take turns, so looking is enough. One
patient a slot is a UNIQUE index on both (`models.py`).
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Promise:
    """No two rows of a table with the same `whose` and overlapping times, where `when` holds."""

    name: str
    table: str
    whose: str
    when: str
    """With `{row}` for the row's name."""


NO_OVERLAP = (
    Promise("booking_doctor_overlap", "booking_slot", "doctor_id", "{row}is_open"),
    Promise(
        "booking_person_overlap",
        "booking_appointment",
        "person_id",
        "{row}state IN ('held', 'booked', 'arrived')",
    ),
)


def put_up(vendor: str) -> list[str]:
    """Return the SQL that makes the promises."""
    if vendor == "postgresql":
        made = [_exclusion(one) for one in NO_OVERLAP]
        return ["CREATE EXTENSION IF NOT EXISTS btree_gist", *made]
    return [_trigger(one, event) for one in NO_OVERLAP for event in ("INSERT", "UPDATE")]


def take_down(vendor: str) -> list[str]:
    """Return the SQL that takes the promises back."""
    if vendor == "postgresql":
        return [
            f"ALTER TABLE {one.table} DROP CONSTRAINT IF EXISTS {one.name}" for one in NO_OVERLAP
        ]
    events = ("insert", "update")
    return [f"DROP TRIGGER IF EXISTS {one.name}_{event}" for one in NO_OVERLAP for event in events]


def _exclusion(promise: Promise) -> str:
    return (
        f"ALTER TABLE {promise.table} ADD CONSTRAINT {promise.name} EXCLUDE USING gist"
        f" ({promise.whose} WITH =, tstzrange(starts_at, ends_at) WITH &&)"
        f" WHERE ({promise.when.format(row='')})"
    )


def _trigger(promise: Promise, event: str) -> str:
    other = (
        f"SELECT 1 FROM {promise.table} o WHERE o.{promise.whose} = NEW.{promise.whose}"  # noqa: S608  # nosec B608 # our names
        f" AND o.id <> NEW.id AND {promise.when.format(row='o.')}"
        " AND o.starts_at < NEW.ends_at AND NEW.starts_at < o.ends_at"
        " AND o.starts_at > datetime(NEW.starts_at, '-1 day')"  # none lasts longer: do not read on
    )
    return (
        f"CREATE TRIGGER {promise.name}_{event.lower()} AFTER {event} ON {promise.table}"
        f" WHEN {promise.when.format(row='NEW.')} AND EXISTS ({other})"
        f" BEGIN SELECT RAISE(ABORT, '{promise.name}'); END"
    )


def migrate(apps: Any, editor: Any) -> None:
    """Make the promises (a step of a migration)."""
    for statement in put_up(editor.connection.vendor):
        editor.execute(statement)


def migrate_back(apps: Any, editor: Any) -> None:
    """Take them back."""
    for statement in take_down(editor.connection.vendor):
        editor.execute(statement)
