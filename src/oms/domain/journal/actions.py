"""Writing to the journal."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from oms.domain.journal.models import Entry, Payload

GENESIS = "0" * 64
CHAINS = 64
_LOCK_SPACE = 0x0A5  # advisory-lock namespace of the journal


@dataclass(frozen=True)
class Actor:
    """Who acts: a key, the role in force and the organisation acted for."""

    key: str
    role: str = ""
    organization: str = ""


SYSTEM = Actor("system")
VISITOR = Actor("visitor")


def record(
    *,
    act: str,
    subject: str,
    by: Actor,
    at: datetime,
    person: str = "",
    details: Mapping[str, Any] | None = None,
) -> Entry:
    """Append one entry inside the transaction of the act it tells of.

    `act` is `noun.verb`; `subject` and `person` are keys such as `case:17`; `details` must
    be JSON-able and may hold personal data. Raises `RuntimeError` outside a transaction:
    an act and its entry stand or fall together.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("journal.record belongs inside the transaction of the act")
    data = json.loads(json.dumps(details or {}, cls=DjangoJSONEncoder, ensure_ascii=False))
    chain = _free_chain()
    last = Entry.objects.filter(chain=chain).order_by("-number").values("number", "hash").first()
    entry = Entry(
        chain=chain,
        number=last["number"] + 1 if last else 1,
        at=at,
        actor=by.key,
        role=by.role,
        organization=by.organization,
        act=act,
        subject=subject,
        person=person,
        payload_hash=payload_hash(data),
        previous_hash=last["hash"] if last else GENESIS,
    )
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    Payload.objects.create(entry=entry, data=data)
    return entry


def payload_hash(data: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON (sorted keys, no spaces, UTF-8) of `data`, in hex."""
    return _sha256(json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def entry_hash(entry: Entry) -> str:
    """SHA-256 over the previous hash and the entry's canonical row, in hex."""
    row = (
        entry.chain,
        entry.number,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.role,
        entry.organization,
        entry.act,
        entry.subject,
        entry.person,
        entry.payload_hash,
    )
    return _sha256(entry.previous_hash + json.dumps(row, separators=(",", ":"), ensure_ascii=False))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _free_chain() -> int:
    """The chain this transaction may append to: locked until its end, never waited for.

    SQLite has one writer, so one chain. On PostgreSQL each transaction takes the first
    chain nobody holds, starting from its own back end's number; taking a lock already held
    by this transaction succeeds, so one transaction keeps to one chain, and two can never
    wait for each other here.
    """
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        start: int = cursor.fetchone()[0]
        for step in range(CHAINS):
            chain: int = (start + step) % CHAINS
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, chain])
            if cursor.fetchone()[0]:
                return chain
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, start % CHAINS])
    return start % CHAINS


def forget(*, entry: Entry) -> None:
    """Erase what an entry says beyond its keys; the chain stays whole."""
    with transaction.atomic():
        Payload.objects.filter(entry=entry).delete()
