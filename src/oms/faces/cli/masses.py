"""People of a whole region, invented."""

import csv
import sys
from pathlib import Path

import click
from django.utils import timezone

from oms.domain.directory import synthetic as directory
from oms.domain.register.masses import loading
from oms.faces.cli.commands import examples, oms


@oms.command(
    "invent-region",
    epilog=examples(
        "invent-region --persons 13000000 --processes 2", "invent-region --truth t.csv"
    ),
)
@click.option("--persons", type=click.IntRange(1, 20_000_000), default=20_000, show_default=True)
@click.option("--seed", type=int, default=loading.SEED, show_default=True)
@click.option("--processes", type=click.IntRange(1, 8), default=2, show_default=True)
@click.option(
    "--truth",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Write here who is in the register twice (CSV).",
)
def invent_region(persons: int, seed: int, processes: int, truth: Path | None) -> None:
    """Fill an empty register with the invented people of a whole region, two in a hundred twice.

    Nobody in it exists. A register that holds anybody else is refused. Stop the portal first:
    while an empty register is filled on PostgreSQL, its tables are locked.
    """
    at = timezone.now()
    directory.seed(at=at)
    with click.progressbar(
        length=loading.steps(persons), label="Inventing", file=sys.stderr
    ) as bar:
        added = loading.load(
            count=persons, at=at, seed=seed, processes=processes, progress=bar.update
        )
    click.echo(f"Added {added} invented persons.")
    if truth:
        written = _write_truth(truth)
        click.echo(f"{truth}: {written} of them are recorded twice.")


def _write_truth(path: Path) -> int:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("person", "same_as", "what"))
        count = 0
        for count, one in enumerate(loading.truths_on_record(), 1):  # noqa: B007
            rows.writerow((one.index, one.same_as, one.kind))
    return count
