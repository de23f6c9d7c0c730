"""People and moments the account tests share."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from oms.domain.accounts.models import Role, User
from oms.domain.accounts.synthetic import make_user

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PASSWORD = "теплый чайник 42"


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def anna(db: None) -> User:
    return make_user(
        role=Role.INSURED,
        phone="+79001234567",
        email="anna@example.org",
        password=PASSWORD,
        at=NOW,
        family_name="Климова",
        given_name="Анна",
        patronymic="Викторовна",
        snils="11223344595",
        inn="500100732259",
    )


Together = Callable[[Callable[..., Any], Iterable[Any]], list[Any]]


@pytest.fixture
def together(transactional_db: None, tmp_path: Path) -> Iterator[Together]:
    """Run a function over items in ten threads on a database where writers really meet.

    SQLite takes part with a file: in memory it has no second writer.
    """

    def run(work: Callable[..., Any], items: Iterable[Any]) -> list[Any]:
        def one(item: Any) -> Any:
            try:
                return work(item)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(10) as pool:
            return list(pool.map(one, items))

    # Put back before Django's teardown closes connections: it must know the one in memory.
    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "sqlite":
            patch.setitem(connection.settings_dict, "NAME", _copied(tmp_path / "copy.sqlite3"))
        yield run


def _copied(file: Path) -> str:
    connection.ensure_connection()
    with sqlite3.connect(file) as copy:
        connection.connection.backup(copy)
    copy.close()
    return str(file)
