"""What the journal gives out: its rows for a verifier, its heads for an anchor."""

from collections.abc import Iterator, Mapping
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

    `at` is UTC with microseconds, `payload` None where it was erased, `forgotten` whether that
    was put on record.
    """
    rows = Entry.objects.order_by("chain", "number")
    named = rows.values(*COLUMNS, "payload__data", "forgotten__pk")
    for row in named.iterator(chunk_size=2000):
        payload, forgotten = row.pop("payload__data"), row.pop("forgotten__pk") is not None
        at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
        yield row | {"at": at, "payload": payload, "forgotten": forgotten}


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


def strayed(heads: Mapping[int, tuple[int, str]]) -> list[int]:
    """Return the chains that no longer hold what an anchor saw: cut, or written anew.

    One look into the index per chain.
    """
    return [
        chain
        for chain, (number, digest) in sorted(heads.items())
        if not Entry.objects.filter(chain=chain, number=number, hash=digest).exists()
    ]


def is_recorded(*, act: str, subject: str) -> bool:
    """Tell whether such an act was done to such a subject; one look into the index."""
    return Entry.objects.filter(subject=subject, act=act).exists()
