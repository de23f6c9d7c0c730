"""What must not be there when the portal serves people."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connection

from oms.domain.journal.models import Entry

DEMO_WORLD = "demo:world"
"""What the journal calls the demo world: its accounts have a password everybody knows."""
_HINT = "Take an empty database and an empty OMS_VAR for production."


def has_forbidden_demo() -> bool:
    """Tell whether this is production on data that once was a demo. At most one query."""
    if settings.ENV.profile != "production":
        return False
    return Entry.objects.filter(subject=DEMO_WORLD).exists()


def demo_data(
    app_configs: Any = None, databases: Iterable[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """An error for production on demo data: stops `migrate` and `check --database default`."""
    if not databases or Entry._meta.db_table not in connection.introspection.table_names():
        return []
    if has_forbidden_demo():
        return [Error("The database holds demo accounts", hint=_HINT, id="accounts.E001")]
    return []
