"""Many writers, one chain: who waited for it goes on from what the holder before wrote."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, connections, transaction

from oms.domain.journal import actions, queries
from oms.domain.journal.verify import verify

AT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
THREADS, ACTS = 4, 30
pytestmark = [
    pytest.mark.drill,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]


@pytest.mark.django_db(transaction=True)
def test_writers_that_wait_for_a_chain_never_write_one_place_twice(monkeypatch):
    monkeypatch.setattr(actions, "CHAINS", 1)

    def write(number):
        for act in range(ACTS):
            with transaction.atomic():
                entry = actions.record(
                    act="a.b", subject=f"s:{number}", by=actions.SYSTEM, at=AT, details={"n": act}
                )
                assert entry.hash == actions.entry_hash(entry)
        connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(write, range(THREADS)))
    heads = queries.heads()
    assert {chain: number for chain, (number, _) in heads.items()} == {0: THREADS * ACTS}
    assert verify(queries.export(), heads).findings == []
