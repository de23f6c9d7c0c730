"""The journal verified and anchored: `./oms journal`."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from oms.domain.journal import anchors, queries
from oms.domain.journal.actions import SYSTEM, record
from oms.domain.journal.verify import Report, read_anchor, verify
from oms.domain.notifications import duty
from oms.faces.cli.commands import examples, oms


def folder() -> Path:
    """Return where anchors are kept."""
    return Path(settings.ANCHORS)


def anchor(*, at: datetime) -> tuple[anchors.Kept, list[int]]:
    """Write an anchor and tell of it; return it and the chains that strayed."""
    kept = anchors.write(
        folder=folder(),
        key=anchors.key(settings.ANCHOR_KEY),
        heads=queries.heads(),
        at=at,
        on=timezone.localtime(at).date(),
    )
    return kept, tell(kept, at=at)


def tell(kept: anchors.Kept, *, at: datetime) -> list[int]:
    """Journal an anchor and mail its digest, once; return the chains that strayed.

    They are held against the anchor before: harm is told the day it is done.
    """
    paths = anchors.files(folder())
    before = paths[: paths.index(kept.path)]
    strayed = queries.strayed(anchors.read(before[-1]).heads) if before else []
    subject = f"anchor:{kept.path.stem}"
    if queries.is_recorded(act="journal.anchor", subject=subject):
        return strayed
    details = {"digest": kept.digest, "entries": kept.entries, "strayed": strayed}
    with transaction.atomic():
        record(act="journal.anchor", subject=subject, by=SYSTEM, at=at, details=details)
        duty.anchored(
            name=kept.path.stem,
            digest=kept.digest,
            entries=kept.entries,
            strayed=len(strayed),
            at=at,
        )
    return strayed


@oms.group("journal")
def journal() -> None:
    """The journal: verify its chains, anchor their heads."""


@journal.command("anchor", epilog=examples("journal anchor"))
def anchor_now() -> None:
    """Keep the heads of all chains outside the database now. A worker does it every day.

    Exit code: 0 written, 1 written, but the journal does not continue the anchor before.
    """
    kept, strayed = anchor(at=timezone.now())
    click.echo(f"{kept.path}: {kept.entries} entries in {len(kept.heads)} chains")
    click.echo(f"SHA-256 {kept.digest}")
    for chain in strayed:
        click.echo(f"✗ chain {chain} no longer holds what the anchor before saw", err=True)
    sys.exit(1 if strayed else 0)


@journal.command(
    "verify",
    epilog=examples("journal verify", "journal verify --anchor /safe/2026-11-22.json --json"),
)
@click.option(
    "--anchor",
    "outside",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An anchor kept elsewhere; besides those of the portal. May be repeated.",
)
@click.option("--digest", default="", help="SHA-256 of an anchor as it was mailed to you.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def verify_now(outside: Sequence[Path], digest: str, as_json: bool) -> None:
    """Check every entry of the journal against its chain and all anchors.

    Memory stays flat however long the journal is. Exit code: 0 whole, 1 findings, 2 nothing
    to check.
    """
    known, wrong = _anchors(outside, digest)
    with _bar(queries.export(), _length()) as rows:
        report = verify(rows, earlier=known)
    if as_json:
        _print_json(report, wrong, len(known))
    else:
        _print(report, wrong, len(known))
    sys.exit(1 if report.found or wrong else 0 if report.rows else 2)


def _anchors(
    outside: Iterable[Path], digest: str
) -> tuple[list[Mapping[int, tuple[int, str]]], list[str]]:
    """Return the heads of sound anchors, ours and those given, and what is wrong with ours."""
    paths = anchors.files(folder())
    public = anchors.key(settings.ANCHOR_KEY).public_key()
    sound, wrong = anchors.check(paths, public=public)
    if digest and digest.strip().lower() not in {kept.digest for kept in sound}:
        wrong.append("no anchor here has the digest you were mailed")
    known: list[Mapping[int, tuple[int, str]]] = [kept.heads for kept in sound]
    for path in outside:
        try:
            known.append(read_anchor(path))
        except (ValueError, TypeError, AttributeError, KeyError):
            raise click.ClickException(f"{path} is not an anchor") from None
    return known, wrong


def _length() -> int:
    return sum(number for number, _ in queries.heads().values())


def _bar(rows: Iterator[dict[str, Any]], length: int) -> Any:
    """A progress bar on a terminal, nothing elsewhere."""
    return click.progressbar(
        rows,
        length=length,
        label="Verifying",
        file=sys.stderr,
        update_min_steps=max(length // 200, 1),
    )


def _print(report: Report, wrong: Sequence[str], known: int) -> None:
    for text in (*wrong, *map(str, report.findings)):
        click.echo(f"✗ {text}")
    if report.found > len(report.findings):
        click.echo(f"… and {report.found - len(report.findings)} more")
    findings = report.found + len(wrong)
    click.echo(
        f"{'✗' if findings else '✓'} entries {report.rows}, payloads erased {report.erased}, "
        f"anchors {known}, findings {findings}"
    )
    if not known:
        click.echo("No anchor yet: a cut tail would not show. Make one: ./oms journal anchor")


def _print_json(report: Report, wrong: Sequence[str], known: int) -> None:
    body = {
        "ok": not report.found and not wrong and bool(report.rows),
        "entries": report.rows,
        "erased": report.erased,
        "anchors": known,
        "found": report.found + len(wrong),
        "findings": [*wrong, *map(str, report.findings)],
    }
    click.echo(json.dumps(body, ensure_ascii=False))
