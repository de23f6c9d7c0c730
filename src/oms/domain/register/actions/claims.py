"""A number (СНИЛС, document) told of somebody new is held until the transaction ends.

Of two entries of one person at one moment the gate of each would look before the other has
written. Here the second waits for the first, then looks, and meets it.
"""

from collections.abc import Iterable
from hashlib import blake2b

from django.db import connection

_LOCK_SPACE = 0x0D0C  # advisory-lock namespace of numbers told


def claim(keys: Iterable[str | None]) -> None:
    """Hold the numbers, documents by `data.document_key`, always in one order. One query.

    Inside a transaction only. SQLite has one writer at a time: nothing more is to be held.
    Two numbers may share a digest of four bytes: then one entry waits for a stranger's.
    """
    told = sorted({_digest(key) for key in keys if key})
    if not told or connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, told) FROM unnest(%s::int[]) AS told",
            [_LOCK_SPACE, told],
        )


def _digest(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=4).digest(), signed=True)
