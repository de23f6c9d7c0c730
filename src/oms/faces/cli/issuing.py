"""Papers for many people at once."""

import hashlib
import shutil
import sys
from pathlib import Path

import click
from django.utils import timezone

from oms.domain.papers import bulk, lists
from oms.domain.papers.kinds import KINDS
from oms.domain.papers.models import PaperBatch
from oms.faces.cli.commands import ADMINISTRATOR, examples, oms


@oms.command(
    "issue-papers",
    epilog=examples(
        "issue-papers --kind policy-extract --from numbers.csv --out papers.zip --for 'Акция'",
        "issue-papers --kind insurance-certificate --period 2025-01-01/2025-12-31 "
        "--from numbers.csv --out papers.zip --for 'Запрос № 17'",
    ),
)
@click.option("--kind", type=click.Choice(sorted(KINDS)), required=True, help="Which paper.")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="CSV, a line per person: ENP or СНИЛС in any column.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="ZIP with signed PDFs and problems.csv.",
)
@click.option("--for", "purpose", required=True, help="What for: written into the journal.")
@click.option("--period", default="", help="First and last day, for a certificate.")
def issue_papers(kind: str, source: Path, out: Path, purpose: str, period: str) -> None:
    """Issue a paper to everybody on a list. Stopped half-way, the same command goes on.

    On the same day the same list for the same purpose is the same order.

    Exit code: 0 everybody has one, 1 somebody has not: problems.csv says who and why.
    """
    text = source.read_text(encoding="utf-8-sig")
    today = timezone.localdate().isoformat()
    told = hashlib.sha256("\n".join((today, kind, period, purpose, text)).encode()).hexdigest()
    batch = lists.order(
        key=f"cli:{told[:40]}",
        kind=kind,
        text=text,
        purpose=purpose,
        by=ADMINISTRATOR,
        at=timezone.now(),
        scope=period,
    )
    batch = _worked(batch)
    packed = lists.archive(batch=batch, by=ADMINISTRATOR, at=timezone.now())
    with packed, out.open("wb") as file:
        shutil.copyfileobj(packed, file)
    problems = lists.problems(batch)
    click.echo(f"{out}: issued {batch.done}, without a paper {len(problems)}")
    for line, why in problems:
        click.echo(f"  {line}: {why}", err=True)
    sys.exit(1 if problems else 0)


def _worked(batch: PaperBatch) -> PaperBatch:
    """Do here and now what the worker would do later: a chunk done twice is done once."""
    chunks = range(0, len(batch.persons), bulk.CHUNK)
    with click.progressbar(chunks, label="Issuing", file=sys.stderr) as bar:
        for first in bar:
            bulk.work(batch_id=batch.pk, first=first, at=timezone.now())
    batch.refresh_from_db()
    return batch
