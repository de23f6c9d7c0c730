"""Many new rows at once: COPY on PostgreSQL, INSERT of many rows elsewhere; many values looked up.

Constraints, foreign keys and column types hold as ever; `save` and signals are not called.
"""

import gc
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from operator import attrgetter
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Field, JSONField, Model

_JSON = DjangoJSONEncoder()


def insert(rows: Sequence[Model]) -> None:
    """Insert new rows of one model and give them their keys; no rows, no query.

    Works in the caller's transaction: all or nothing. Columns hold text, numbers, days, moments,
    keys and JSON; other kinds of fields are not converted here.
    """
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows)
        return
    for row, key in zip(rows, _new_keys(model, len(rows)), strict=True):
        row.pk = key
    columns, values = _columns(model)
    places = [place for place, field in enumerate(columns) if isinstance(field, JSONField)]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            told = values(row)
            if places:
                told = [*told]
                for place in places:
                    told[place] = _JSON.encode(told[place])
            copy.write_row(told)


def known(model: type[Model], column: str, values: Collection[str]) -> set[str]:
    """Return which of the values the column of text holds. One query, however many they are."""
    if not values:
        return set()
    if connection.vendor != "postgresql":
        rows = model._default_manager.filter(**{f"{column}__in": values})
        return set(rows.values_list(column, flat=True))
    table, name = map(connection.ops.quote_name, (model._meta.db_table, column))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM {table} WHERE {name} = ANY(%s)", [list(values)])  # noqa: S608  # nosec B608
        return {row[0] for row in cursor.fetchall()}


@contextmanager
def collector_held() -> Iterator[None]:
    """Let Python look for cycles of objects only when told to (`gc.collect`) in here.

    Rows of a load are freed as they are let go; looking through thousands of them again and again
    while they are made takes a third of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@cache
def _columns(model: type[Model]) -> tuple[list["Field[Any, Any]"], Callable[[Model], Any]]:
    """The fields that are columns, and what takes their values of a row."""
    fields: list[Field[Any, Any]] = list(model._meta.concrete_fields)
    return fields, attrgetter(*(field.attname for field in fields))


def _new_keys(model: type[Model], count: int) -> list[int]:
    """Return keys for rows of the table that nobody else gets."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [connection.ops.quote_name(model._meta.db_table), model._meta.pk.column, count],
        )
        return [row[0] for row in cursor.fetchall()]
