"""What every test stands on: no network but this machine's, nobody's mail, files examined once."""

import gc
import hashlib
import json
import os
from typing import Any

import pytest
from hypothesis import settings
from pytest_socket import socket_allow_hosts

# The same examples each time, no clock over them: machines are noisy. OMS_TEST_SEEK=1 draws others.
settings.register_profile("house", deadline=None, derandomize="OMS_TEST_SEEK" not in os.environ)
settings.load_profile("house")

_EXAMINED: dict[tuple[str, str, str], Any] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks the database: on another one only that is worth repeating."""
    for item in items:
        asked = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
        if asked or item.get_closest_marker("django_db"):
            item.add_marker("database")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: let the collector of garbage not walk it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def _no_outside_network() -> None:
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)


@pytest.fixture(autouse=True, scope="session")
def _the_journal_is_emptied_between_tests() -> None:
    """Its own guards would keep what a test committed."""
    from django.db import connection

    from oms.domain.journal import guards

    operations, vendor = type(connection.ops), connection.vendor
    flush = operations.sql_flush

    def sql_flush(*args: Any, **kwargs: Any) -> list[str]:
        found = flush(*args, **kwargs)
        if not any("journal_" in one for one in found):
            return found
        return [*guards.take_down(vendor), *found, *guards.put_up(vendor)]

    operations.sql_flush = sql_flush  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _nobodys_mail() -> None:
    """What a test before this one sent is not for this one to find."""
    from oms.gateways import mail, sms

    mail.MEMORY.clear()
    sms.MEMORY.clear()


@pytest.fixture(autouse=True)
def _examined_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes get the same answer without a new process, where files are not the subject."""
    if request.node.get_closest_marker("files"):
        return
    from oms.domain.documents import examiner

    ask = examiner.call

    def call(job: str, content: bytes, *, seconds: int = examiner.SECONDS, **options: Any) -> Any:
        said = json.dumps(options, sort_keys=True, default=str)
        key = (job, hashlib.sha256(content).hexdigest(), said)
        if key not in _EXAMINED:
            _EXAMINED[key] = ask(job, content, seconds=seconds, **options)
        answer, blob = _EXAMINED[key]
        return json.loads(json.dumps(answer)), blob

    monkeypatch.setattr(examiner, "call", call)
