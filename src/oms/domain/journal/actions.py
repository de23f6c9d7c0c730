"""Writing to the journal."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from oms.domain.journal.models import Entry, Forgotten, Payload
from oms.kit import bulk

GENESIS = "0" * 64
CHAINS = 64
_LOCK_SPACE = 0x0A5  # advisory-lock namespace of the journal
_AS_TOLD = DjangoJSONEncoder(ensure_ascii=False)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_WRITTEN = ("number", "previous_hash", "hash")
_APPEND = """
WITH last AS (
    SELECT number, hash FROM journal_entry WHERE chain = %(chain)s ORDER BY number DESC LIMIT 1
), place AS (
    SELECT coalesce(max(number), 0) + 1 AS number, coalesce(max(hash), %(genesis)s) AS previous
    FROM last
), entry AS (
    INSERT INTO journal_entry (chain, number, at, actor, role, organization, act, subject, person,
        payload_hash, previous_hash, hash)
    SELECT %(chain)s, number, %(at)s, %(actor)s, %(role)s, %(organization)s, %(act)s, %(subject)s,
        %(person)s, %(payload_hash)s, previous,
        encode(sha256(convert_to(
            previous || '[' || %(chain)s || ',' || number || ',' || %(told)s, 'UTF8')), 'hex')
    FROM place RETURNING id, number, previous_hash, hash
), payload AS (
    INSERT INTO journal_payload (entry_id, data) SELECT id, %(data)s::jsonb FROM entry
)
SELECT id, number, previous_hash, hash FROM entry
"""
"""Finds the chain's end and writes both rows in one statement; the hash is that of `entry_hash`."""


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
    told = Act(act, subject, person, details or {})
    entry, data = _entry(told, chain=_free_chain(), by=by, at=at)
    if connection.vendor == "postgresql":
        _append_at_once(entry, data)
    else:
        _append(entry, data)
    return entry


@dataclass(frozen=True)
class Act:
    """One act to be recorded with others: what `record` is told of it."""

    act: str
    subject: str
    person: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def record_many(*, acts: Sequence[Act], by: Actor, at: datetime) -> None:
    """Append an entry for each act, in their order, as `record` would one after another.

    A fixed number of statements. Raises `RuntimeError` outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("journal.record_many belongs inside the transaction of the acts")
    if not acts:
        return
    if len(acts) == 1:
        (told,) = acts
        record(**vars(told), by=by, at=at)
        return
    chain = _free_chain()
    end = _end(chain)
    entries, payloads = [], []
    for told in acts:
        entry, data = _entry(told, chain=chain, by=by, at=at)
        end = _link(entry, end)
        entries.append(entry)
        payloads.append(data)
    bulk.insert(entries)
    pairs = zip(entries, payloads, strict=True)
    bulk.insert([Payload(entry=entry, data=data) for entry, data in pairs])


def _entry(told: Act, *, chain: int, by: Actor, at: datetime) -> tuple[Entry, Any]:
    """Return the row, not linked yet, and what its payload keeps, as JSON tells it back."""
    data = json.loads(_AS_TOLD.encode(told.details))
    entry = Entry(
        chain=chain,
        at=at,
        actor=by.key,
        role=by.role,
        organization=by.organization,
        act=told.act,
        subject=told.subject,
        person=told.person,
        payload_hash=payload_hash(data),
    )
    return entry, data


def _end(chain: int) -> tuple[int, str]:
    """Return the chain's last number and hash."""
    rows = Entry.objects.filter(chain=chain).order_by("-number")
    return rows.values_list("number", "hash").first() or (0, GENESIS)


def _link(entry: Entry, end: tuple[int, str]) -> tuple[int, str]:
    """Place the entry after that end of its chain; return the new end."""
    entry.number, entry.previous_hash = end[0] + 1, end[1]
    entry.hash = entry_hash(entry)
    return entry.number, entry.hash


def _append(entry: Entry, data: dict[str, Any]) -> None:
    _link(entry, _end(entry.chain))
    entry.save(force_insert=True)
    Payload.objects.create(entry=entry, data=data)


def _append_at_once(entry: Entry, data: dict[str, Any]) -> None:
    """Do as `_append` does, in one statement of PostgreSQL.

    The chain is locked by a statement before it, so this one sees what its last holder wrote.
    """
    names = ("chain", "at", "actor", "role", "organization", "act", "subject", "person")
    told = {name: getattr(entry, name) for name in (*names, "payload_hash")}
    told |= {"genesis": GENESIS, "told": _told(entry), "data": _canonical(data)}
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, told)
        written = cursor.fetchone()
    for name, value in zip(("pk", *_WRITTEN), written, strict=True):
        setattr(entry, name, value)
    entry._state.adding, entry._state.db = False, connection.alias


def payload_hash(data: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON (sorted keys, no spaces, UTF-8) of `data`, in hex."""
    return _sha256(_canonical(data))


def entry_hash(entry: Entry) -> str:
    """SHA-256 over the previous hash and the entry's canonical row, in hex."""
    row = f"[{entry.chain},{entry.number},{_told(entry)}"
    return _sha256(entry.previous_hash + row)


def _told(entry: Entry) -> str:
    """Return the canonical row from the time on, up to its closing bracket."""
    row = (
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.role,
        entry.organization,
        entry.act,
        entry.subject,
        entry.person,
        entry.payload_hash,
    )
    return _CANONICAL.encode(row).removeprefix("[")


def _canonical(data: Mapping[str, Any]) -> str:
    return _CANONICAL.encode(data)


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
        start: int = cursor.connection.info.backend_pid
        for step in range(CHAINS):
            chain: int = (start + step) % CHAINS
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, chain])
            if cursor.fetchone()[0]:
                return chain
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, start % CHAINS])
    return start % CHAINS


def forget(*, entry: Entry) -> None:
    """Erase what an entry says beyond its keys; the chain stays whole.

    That it was erased stays on record: the database refuses to lose a payload otherwise.
    """
    with transaction.atomic():
        Forgotten.objects.get_or_create(entry=entry)
        Payload.objects.filter(entry=entry).delete()
