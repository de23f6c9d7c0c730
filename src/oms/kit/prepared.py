"""A query composed once and asked many times.

Composing SQL costs the ORM several times what finding a row by key costs the database; on a page
read all day long that is most of the time. `Prepared` keeps what the ORM composed and fills in
the values. The rows are the ORM's own: instances, related ones, converted values, prefetches.

    _CARD = Prepared(
        lambda user: Policy.objects.filter(person__user=user).select_related("insurer")[:1],
        user=BigAutoField(),
    )
    policy = _CARD.first(user=7)

Whatever changes from call to call has to be a slot: a date or a key written into the query
itself would stay as it was at the first call. Limits, states and NULLs belong to the query.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, QuerySet, prefetch_related_objects
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")


class Slot(Expression):
    """The place of a value that is told at each call."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Stand for the value among the parameters."""
        return "%s", (self,)


class Prepared(Generic[Row]):
    """A query with slots; `slots` tells the field whose values each takes."""

    def __init__(
        self, compose: Callable[..., QuerySet[Any, Row]], **slots: "Field[Any, Any]"
    ) -> None:
        self._compose = compose
        self._slots = slots

    def __call__(self, **values: Any) -> list[Row]:
        """Return the rows; `values` has one for each slot. One query, and one per prefetch."""
        assert values.keys() == self._slots.keys(), "a value for each slot"
        rows, compiler = self._composed()
        compiler.values = values
        found: list[Any] = list(rows._iterable_class(rows))
        if found and rows._prefetch_related_lookups:
            prefetch_related_objects(found, *rows._prefetch_related_lookups)
        return found

    def first(self, **values: Any) -> Row | None:
        """Return the first row or None; order and limit stand in the query."""
        return next(iter(self(**values)), None)

    def _composed(self) -> tuple[Any, "_Compiler"]:
        """Return the query as this thread's connection keeps it."""
        connection = connections[DEFAULT_DB_ALIAS]
        kept: dict[Prepared[Any], tuple[Any, _Compiler]] = vars(connection).setdefault(
            "prepared", {}
        )
        if self not in kept:
            slots = {name: Slot(name, field) for name, field in self._slots.items()}
            rows: Any = self._compose(**slots)
            compiler = _Compiler(rows.query, connection, DEFAULT_DB_ALIAS)
            rows.query.get_compiler = lambda *_, **__: compiler
            kept[self] = rows, compiler
        return kept[self]


class _Compiler(SQLCompiler):
    """Composes its query at the first call, then only fills in values."""

    values: dict[str, Any]
    _sql: tuple[str, Sequence[Any]] | None = None

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL kept, with the values of this call."""
        if self._sql is None:
            self._sql = super().as_sql(*args, **kwargs)
        sql, parameters = self._sql
        return sql, tuple(self._filled(one) for one in parameters)

    def _filled(self, parameter: Any) -> Any:
        if not isinstance(parameter, Slot):
            return parameter
        value = self.values[parameter.name]
        return parameter.output_field.get_db_prep_value(value, self.connection)
