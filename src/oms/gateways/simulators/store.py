"""What arrived, and how the next arrivals shall fail."""

import random
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    key TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    copies INTEGER NOT NULL DEFAULT 1,
    UNIQUE (channel, key, recipient)
);
CREATE INDEX IF NOT EXISTS message_recipient ON message (recipient, id);
"""
_COLUMNS = "id, channel, key, recipient, subject, text, html, at, copies"
MAX_LIMIT = 500


class Kind(StrEnum):
    """Ways to fail."""

    REFUSE = "refuse"  # hangs up before anything is said
    DELAY = "delay"  # waits, then goes on as usual
    SLOW_ANSWER = "slow-answer"  # keeps the message, waits, then answers
    LOST = "lost"  # keeps the message, hangs up without an answer
    TEMPORARY = "temporary"  # 451, or 503
    BAD_ADDRESS = "bad-address"  # 550, or 422
    REJECT = "reject"  # refused for good (SMPP)
    UNDELIVERED = "undelivered"  # taken, then told not to have arrived (SMPP)
    GONE = "gone"  # the browser is subscribed no more (push: 410)


@dataclass
class Fault:
    """One order to fail: for a channel and recipient (empty: any), so many times (-1: always).

    `share` below one lets only so many of the arrivals fail, by chance.
    """

    kind: Kind
    channel: str = ""
    recipient: str = ""
    seconds: float = 0
    times: int = 1
    share: float = 1.0

    def meets(self, channel: str, recipient: str) -> bool:
        """Whether it is for this arrival."""
        if self.channel not in {"", channel} or self.recipient not in {"", recipient}:
            return False
        return self.share >= 1 or random.random() < self.share  # noqa: S311  # nosec B311


class Store:
    """The file of messages and the list of faults; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.row_factory = sqlite3.Row
        self._base.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _SCHEMA)
        self._faults: list[Fault] = []

    def keep(
        self,
        *,
        channel: str,
        key: str,
        recipient: str,
        text: str,
        subject: str = "",
        html: str = "",
    ) -> bool:
        """Keep one arrival; return False if the same came before (it is only counted)."""
        with self._locked() as base:
            copies: int = base.execute(
                "INSERT INTO message (channel, key, recipient, subject, text, html)"
                " VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET copies = copies + 1 RETURNING copies",
                (channel, key, recipient, subject, text, html),
            ).fetchone()[0]
        return copies == 1

    def messages(self, *, to: str = "", limit: int = 50, before: int = 0) -> list[dict[str, Any]]:
        """The newest first; `before` is an id (0: from the newest)."""
        with self._locked() as base:
            rows = base.execute(
                f"SELECT {_COLUMNS} FROM message"  # noqa: S608  # nosec B608 # our names
                " WHERE (?1 = '' OR recipient = ?1) AND (?2 = 0 OR id < ?2)"
                " ORDER BY id DESC LIMIT ?3",
                (to, before, min(limit, MAX_LIMIT)),
            ).fetchall()
        return [dict(row) for row in rows]

    def message(self, number: int) -> dict[str, Any] | None:
        """One message, or None."""
        with self._locked() as base:
            row = base.execute(
                f"SELECT {_COLUMNS} FROM message WHERE id = ?",  # noqa: S608  # nosec B608
                (number,),
            ).fetchone()
        return dict(row) if row else None

    def clear(self) -> None:
        """Forget all messages."""
        with self._locked() as base:
            base.execute("DELETE FROM message")

    def order(self, fault: Fault) -> None:
        """Let coming arrivals fail."""
        with self._lock:
            self._faults.append(fault)

    def faults(self) -> list[dict[str, Any]]:
        """Orders to fail that are still due."""
        with self._lock:
            return [asdict(fault) for fault in self._faults if fault.times != 0]

    def take_back(self, *, channel: str = "", recipient: str = "") -> None:
        """Forget faults: all, or those of the channel and recipient."""
        with self._lock:
            self._faults = [
                fault
                for fault in self._faults
                if (channel and fault.channel != channel)
                or (recipient and fault.recipient != recipient)
            ]

    def fault(self, *, channel: str, recipient: str, of: frozenset[Kind]) -> Fault | None:
        """The fault of these kinds that is due for an arrival, used up by one."""
        with self._lock:
            for fault in self._faults:
                if fault.kind in of and fault.times != 0 and fault.meets(channel, recipient):
                    fault.times -= fault.times > 0
                    return fault
        return None

    @contextmanager
    def _locked(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            yield self._base
