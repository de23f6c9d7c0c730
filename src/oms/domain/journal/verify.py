"""An independent check of the journal: standard library only, no database, no Django.

Use: python -m oms.domain.journal.verify ROWS [--anchor ANCHOR]

ROWS holds one JSON object per line, as `queries.export` gives them, ordered by chain and
number. ANCHOR is {"chain": [number, hash]} or {"heads": {…the same}, …}: heads kept outside
earlier; only against an anchor does a cut tail or a chain written anew show. Ends with 0 when
all is whole, 1 when something is not, 2 when there was nothing to check.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
ROW = (
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
)
LISTED = 1000
Anchor = Mapping[int, tuple[int, str]]


@dataclass(frozen=True)
class Finding:
    """One place where the journal is not what was written."""

    chain: int
    number: int
    code: str
    text: str

    def __str__(self) -> str:
        return f"{self.chain}/{self.number} {self.code}: {self.text}"


@dataclass
class Report:
    """What was checked and found; `erased` counts payloads forgotten, which is lawful.

    `findings` holds the first `LISTED` of `found`: memory stays flat whatever happened.
    """

    rows: int = 0
    erased: int = 0
    found: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, *findings: Finding) -> None:
        """Count findings and keep the first of them."""
        self.found += len(findings)
        self.findings += findings[: max(LISTED - len(self.findings), 0)]


@dataclass
class _Walk:
    """Where the reading stands: the chain, its last number and hash, what anchors await."""

    awaited: dict[tuple[int, int], set[str]]
    chain: int = -1
    number: int = 0
    hash: str = GENESIS


def verify(
    rows: Iterable[Mapping[str, Any]],
    anchor: Anchor | None = None,
    *,
    earlier: Iterable[Anchor] = (),
) -> Report:
    """Check rows ordered by chain and number, in one pass and constant memory.

    Found: edits of any column or payload, rows missing, added, doubled or moved, payloads lost;
    against an anchor (and `earlier` ones) also cut tails, missing chains and chains hashed anew.
    """
    report = Report()
    walk = _Walk(awaited=_awaited([anchor or {}, *earlier]))
    for row in rows:
        report.rows += 1
        try:
            report.erased += row["payload"] is None
            report.add(*_check(row, walk))
        except (KeyError, TypeError, ValueError) as broken:
            report.add(Finding(walk.chain, walk.number, "malformed", repr(broken)))
    for chain, number in sorted(walk.awaited):
        text = f"the anchor knows entry {number}, the journal does not"
        report.add(Finding(chain, number, "cut", text))
    return report


def _awaited(anchors: Iterable[Anchor]) -> dict[tuple[int, int], set[str]]:
    found: dict[tuple[int, int], set[str]] = {}
    for anchor in anchors:
        for chain, (number, digest) in anchor.items():
            found.setdefault((chain, number), set()).add(digest)
    return found


def _check(row: Mapping[str, Any], walk: _Walk) -> list[Finding]:
    chain, number = int(row["chain"]), int(row["number"])
    found = [*_in_place(row, chain, number, walk), *_whole(row, chain, number)]
    if walk.awaited.pop((chain, number), {row["hash"]}) != {row["hash"]}:
        found.append(Finding(chain, number, "rewritten", "the anchor holds another hash"))
    walk.chain, walk.number, walk.hash = chain, number, str(row["hash"])
    return found


def _in_place(row: Mapping[str, Any], chain: int, number: int, walk: _Walk) -> Iterator[Finding]:
    """Tell whether the row follows the one before it; a new chain starts from nothing."""
    if chain < walk.chain:
        yield Finding(chain, number, "order", f"chain {chain} after chain {walk.chain}")
    last, previous = (walk.number, walk.hash) if chain == walk.chain else (0, GENESIS)
    if number != last + 1:
        yield Finding(chain, number, "gap", f"follows {last}: rows are missing, added or moved")
    if row["previous_hash"] != previous:
        yield Finding(chain, number, "broken", "does not continue the row before it")


def _whole(row: Mapping[str, Any], chain: int, number: int) -> Iterator[Finding]:
    """Tell whether the row and its payload are as hashed when written."""
    canonical = json.dumps([row[name] for name in ROW], separators=(",", ":"), ensure_ascii=False)
    if _sha256(row["previous_hash"] + canonical) != row["hash"]:
        yield Finding(chain, number, "edited", "the row is not the one that was hashed")
    payload = row["payload"]
    if payload is None and row.get("forgotten") is False:
        yield Finding(chain, number, "lost", "the payload is gone, and no erasure is on record")
    if payload is not None and _payload_hash(payload) != row["payload_hash"]:
        yield Finding(chain, number, "payload", "the payload is not the one that was hashed")


def _payload_hash(payload: Any) -> str:
    return _sha256(json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read_anchor(path: Path) -> dict[int, tuple[int, str]]:
    """Read an anchor file: {"chain": [number, hash]}, by itself or under `heads`."""
    told = json.loads(path.read_text(encoding="utf-8"))
    told = told.get("heads", told)
    return {int(chain): (int(number), str(digest)) for chain, (number, digest) in told.items()}


def _rows(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Read JSON lines; one that is none becomes a row without columns, which is a finding."""
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            row = {}
        yield row if isinstance(row, dict) else {}


def main(arguments: list[str] | None = None) -> int:
    """Check a file of rows and tell the result; return the exit code."""
    parser = argparse.ArgumentParser(prog="verify", description="Check the journal's chains.")
    parser.add_argument("rows", type=Path, help="JSON lines of the export")
    parser.add_argument("--anchor", type=Path, help="heads kept outside, as JSON")
    told = parser.parse_args(arguments)
    anchor = read_anchor(told.anchor) if told.anchor else None
    with told.rows.open(encoding="utf-8") as lines:
        report = verify(_rows(lines), anchor)
    for finding in report.findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(
        f"rows {report.rows}, payloads erased {report.erased}, findings {report.found}\n"
    )
    return 1 if report.found else 0 if report.rows else 2


if __name__ == "__main__":
    sys.exit(main())
