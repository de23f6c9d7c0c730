"""A column whose order does not depend on the database's language."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class CodePointField(models.CharField[str, str]):
    """Text compared by code point on every database.

    A search by prefix is a range (`>= "СОК"`, `< "СОЛ"`). That range holds exactly the words
    with the prefix only where order goes by code point: so SQLite's always does, PostgreSQL's
    does in the collation "C", whatever collation the database was created with. One index
    then serves equality, prefix and order.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        """Add the collation where the database has a choice."""
        collation = "C" if connection.vendor == "postgresql" else None
        return {**super().db_parameters(connection), "collation": collation}
