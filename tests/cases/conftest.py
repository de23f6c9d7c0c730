from collections.abc import Callable, Iterator
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections


@pytest.fixture
def shared_database(transactional_db: None, tmp_path: Any) -> Iterator[None]:
    """A database that threads share as web workers do: on SQLite a file, not memory."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    path = tmp_path / "drill.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    memory, name = connection.connection, connection.settings_dict["NAME"]
    connection.connection, connection.settings_dict["NAME"] = None, str(path)
    try:
        yield
    finally:
        connection.close()
        connection.connection, connection.settings_dict["NAME"] = memory, name


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Runs functions in threads that start together; returns results or exceptions."""

    def run(*works: Callable[[], Any]) -> list[Any]:
        barrier, results = Barrier(len(works)), [None] * len(works)

        def thread(number: int, work: Callable[[], Any]) -> None:
            try:
                barrier.wait(timeout=30)
                results[number] = work()
            except Exception as error:
                results[number] = error
            finally:
                connections.close_all()

        threads = [Thread(target=thread, args=(n, w)) for n, w in enumerate(works)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(timeout=60)
        return results

    return run
