"""What the journal gives out: its rows for a verifier, its heads for an anchor."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from oms.domain.journal.actions import CHAINS
from oms.domain.journal.models import Entry

COLUMNS = (
    "chain",
    "number",
    "at",
    "actor",
    "role",
    "organization",
    "act",
    "subject",
    "person",
    "payload_hash",
    "previous_hash",
    "hash",
)


def export() -> Iterator[dict[str, Any]]:
    """Yield every row in the order of chain and number, ready for JSON; memory stays flat.

    `at` is UTC with microseconds, `payload` None where it was erased.
    """
    rows = Entry.objects.order_by("chain", "number").values(*COLUMNS, "payload__data")
    for row in rows.iterator(chunk_size=2000):
        payload = row.pop("payload__data")
        at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
        yield row | {"at": at, "payload": payload}


def heads() -> dict[int, tuple[int, str]]:
    """Return chain → (number, hash) of its last entry: the anchor to keep outside.

    One look into the index per chain, however long the chains.
    """
    found = {}
    for chain in range(CHAINS):
        last = Entry.objects.filter(chain=chain).order_by("-number")
        head = last.values_list("number", "hash").first()
        if head:
            found[chain] = head
    return found
