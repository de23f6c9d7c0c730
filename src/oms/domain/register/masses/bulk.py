"""Indexes and keys of the register's tables, put aside while millions of rows are written.

What was put aside is kept in a table of the same database, in the transaction that drops it: a
load that was killed loses nothing, `restore` goes on where it was. PostgreSQL only.
"""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

KEPT = "register_put_aside"
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid), contype
    FROM pg_constraint
    WHERE contype IN ('p', 'u', 'f')
      AND (conrelid = ANY(%s::regclass[]) OR (contype = 'f' AND confrelid = ANY(%s::regclass[])))
    ORDER BY contype = 'f' DESC, conname
"""
_INDEXES = """
    SELECT quote_ident(indexname), indexdef FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename = ANY(%s) ORDER BY indexname
"""


def is_under_way() -> bool:
    """Tell whether a load put the keys aside and did not bring them back."""
    return KEPT in connection.introspection.table_names()


def put_aside(tables: Sequence[str]) -> None:
    """Drop indexes and keys of the tables, and keys of others on them; keep how to make them."""
    names = list(tables)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {KEPT} (place serial PRIMARY KEY, phase int, sql text)")
        cursor.execute(_CONSTRAINTS, [names, names])
        for table, name, how, kind in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            _keep(
                cursor, 2 if kind == "f" else 1, f"ALTER TABLE {table} ADD CONSTRAINT {name} {how}"
            )
        cursor.execute(_INDEXES, [names])
        for name, how in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")
            _keep(cursor, 1, how)


def waiting(phase: int) -> list[int]:
    """Return the places of what is still to be made: 1 indexes and keys, 2 keys to other tables."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT place FROM {KEPT} WHERE phase = %s ORDER BY place", [phase])  # noqa: S608  # nosec B608
        return [row[0] for row in cursor.fetchall()]


def restore(place: int) -> None:
    """Make one thing again: together with striking it off the list, or not at all."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '768MB'")
        cursor.execute(f"DELETE FROM {KEPT} WHERE place = %s RETURNING sql", [place])  # noqa: S608  # nosec B608
        for (sql,) in cursor.fetchall():
            cursor.execute(sql)


def finish(tables: Iterable[str]) -> None:
    """Forget the empty list; let the planner see the tables as they are."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {KEPT}")
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


def _keep(cursor: CursorWrapper, phase: int, sql: str) -> None:
    insert = f"INSERT INTO {KEPT} (phase, sql) VALUES (%s, %s)"  # noqa: S608  # nosec B608
    cursor.execute(insert, [phase, sql])
