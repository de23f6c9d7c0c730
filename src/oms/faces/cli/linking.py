"""Records that may be one person: found, measured, told."""

import csv
import sys
from itertools import combinations
from pathlib import Path

import click
from django.utils import timezone

from oms.domain.duplicates import finding
from oms.domain.duplicates.linkage import tables
from oms.faces.cli.commands import examples, oms

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@oms.command("find-duplicates", epilog=examples("find-duplicates", "find-duplicates --dry-run"))
@click.option("--dry-run", is_flag=True, help="Count only; write nothing.")
def find_duplicates(dry_run: bool) -> None:
    """Compare the whole register with itself and put the pairs before the fund.

    Stopped half way, it goes on where it was. Nothing is ever merged without a person.
    """
    persons, pairs = finding.search(at=timezone.now(), dry_run=dry_run)
    done = "would be looked at" if dry_run else "new or changed in the queue"
    click.echo(f"Compared {persons} records: {pairs} pairs {done}.")


@oms.command(
    epilog=examples(
        "link people.csv --key id --columns surname=name,given=name,born=date --out pairs.csv",
        "link old.csv new.csv --key id --columns name=name,born=date --truth true.csv --out p.csv",
    )
)
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--columns", required=True, help="column=kind, …; kinds: name date number text code.")
@click.option("--key", default="id", show_default=True, help="Column that tells rows apart.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--truth", type=_FILE, default=None, help="CSV of two keys a row: what is one.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), help="OMS_LINKAGE if not told.")
@click.option("--threshold", type=click.FloatRange(0, 1), default=tables.PEOPLE, show_default=True)
def link(
    *,
    files: tuple[Path, ...],
    columns: str,
    key: str,
    out: Path,
    truth: Path | None,
    engine: str | None,
    threshold: float,
) -> None:
    """Find rows of one person in one CSV file, or in two; learn what agreement is worth from them.

    Keys have to differ between two files. Each pair is written with what every column says, in
    bits: positive speaks for one person.
    """
    if len(files) > 2:
        raise click.UsageError("One file to look for doubles in, or two to link.")
    table = tables.read(files, columns=tables.kinds(columns), key=key)
    found = tables.link(table, backend=engine or "")
    pairs = [one for one in found if one.probability >= threshold]
    _write(out, pairs, list(table.columns))
    click.echo(f"{table.size} rows, {len(pairs)} pairs: {out}")
    if truth:
        _measure({(one.left, one.right) for one in pairs}, truth)


def _write(out: Path, pairs: list[tables.Linked], columns: list[str]) -> None:
    with out.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(["left", "right", "probability", *columns])
        for one in pairs:
            weights = [one.weights[column] for column in columns]
            writer.writerow([one.left, one.right, round(one.probability, 6), *weights])


def _measure(found: set[tuple[str, str]], truth: Path) -> None:
    with truth.open(encoding="utf-8-sig", newline="") as text:
        rows = [row[:2] for row in csv.reader(text) if len(row) >= 2]
    told = {pair for row in rows for pair in combinations(sorted(row), 2)}
    right = len(found & told)
    if not found or not told:
        click.echo("Nothing to measure.", err=True)
        sys.exit(1)
    click.echo(f"Precision {right / len(found):.4f}, recall {right / len(told):.4f}.")
