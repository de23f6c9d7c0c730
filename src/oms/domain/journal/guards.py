"""The database itself refuses to change the journal: triggers, the same on both databases.

An entry and its payload are never changed, an entry is never deleted; a payload only when its
erasure is on record (`Forgotten`), which stays for good. An owner of the tables can take a
trigger away: that is what the hashes and the anchors kept outside are for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

TEXT = "the journal is append-only"
_NEVER = (
    ("journal_entry", "UPDATE"),
    ("journal_entry", "DELETE"),
    ("journal_payload", "UPDATE"),
    ("journal_forgotten", "UPDATE"),
    ("journal_forgotten", "DELETE"),
)
_UNLESS_FORGOTTEN = ("journal_payload", "DELETE")
_ON_RECORD = "EXISTS (SELECT 1 FROM journal_forgotten f WHERE f.entry_id = OLD.entry_id)"
_TABLES = ("journal_entry", "journal_payload", "journal_forgotten")
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{TEXT}' USING ERRCODE = 'integrity_constraint_violation'; END $$"""
_FUNCTION_OF_PAYLOADS = f"""
CREATE OR REPLACE FUNCTION journal_refuse_unless_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {_ON_RECORD} THEN RETURN OLD; END IF;
  RAISE EXCEPTION '{TEXT}' USING ERRCODE = 'integrity_constraint_violation';
END $$"""


def put_up(vendor: str) -> list[str]:
    """Return the SQL that guards the tables."""
    return _postgresql() if vendor == "postgresql" else _sqlite()


def take_down(vendor: str) -> list[str]:
    """Return the SQL that lets the tables be changed."""
    names = [(table, _name(table, act)) for table, act in (*_NEVER, _UNLESS_FORGOTTEN)]
    if vendor != "postgresql":
        return [f"DROP TRIGGER IF EXISTS {name}" for _, name in names]
    names += [(table, _name(table, "TRUNCATE")) for table in _TABLES]
    return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for table, name in names]


@contextmanager
def lifted() -> Iterator[None]:
    """Let the tables be emptied as a whole: a demonstration begun anew, the next test."""
    if _TABLES[-1] not in connection.introspection.table_names():
        yield
        return
    _execute(take_down(connection.vendor))
    try:
        yield
    finally:
        _execute(put_up(connection.vendor))


def _execute(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for one in statements:
            cursor.execute(one)


def _name(table: str, act: str) -> str:
    return f"{table}_no_{act.lower()}"


def _sqlite() -> list[str]:
    made = [_sqlite_trigger(table, act) for table, act in _NEVER]
    return [*made, _sqlite_trigger(*_UNLESS_FORGOTTEN, f"WHEN NOT {_ON_RECORD} ")]


def _sqlite_trigger(table: str, act: str, when: str = "") -> str:
    return (
        f"CREATE TRIGGER {_name(table, act)} BEFORE {act} ON {table} FOR EACH ROW {when}"
        f"BEGIN SELECT RAISE(ABORT, '{TEXT}'); END"
    )


def _postgresql() -> list[str]:
    made = [_FUNCTION, _FUNCTION_OF_PAYLOADS]
    made += [_postgresql_trigger(table, act, "ROW") for table, act in _NEVER]
    made += [_postgresql_trigger(table, "TRUNCATE", "STATEMENT") for table in _TABLES]
    only_forgotten = _postgresql_trigger(*_UNLESS_FORGOTTEN, "ROW")
    return [*made, only_forgotten.replace("journal_refuse()", "journal_refuse_unless_forgotten()")]


def _postgresql_trigger(table: str, act: str, each: str) -> str:
    return (
        f"CREATE TRIGGER {_name(table, act)} BEFORE {act} ON {table} "
        f"FOR EACH {each} EXECUTE FUNCTION journal_refuse()"
    )


def migrate(_apps: Any, schema_editor: Any) -> None:
    """Put the guards up in a migration."""
    for one in put_up(schema_editor.connection.vendor):
        schema_editor.execute(one)


def migrate_back(_apps: Any, schema_editor: Any) -> None:
    """Take them down in a migration undone."""
    for one in take_down(schema_editor.connection.vendor):
        schema_editor.execute(one)
