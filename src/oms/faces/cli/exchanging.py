"""Files of the exchange between insurers and the fund: taken in, brought to their end, shown."""

import sys
from pathlib import Path

import click
from django.utils import timezone

from oms.domain.exchange import actions, control, folder, reading
from oms.domain.exchange.models import ExchangeFile
from oms.domain.exchange.naming import parse
from oms.faces.cli.commands import ADMINISTRATOR, examples, oms

_TURN_S = 5


@oms.command("exchange-load", epilog=examples("exchange-load i77001_01_26112301.xml --out answers"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder for the protocols (p, f); the file's own when not told.",
)
def exchange_load(file: Path, out: Path | None) -> None:
    """Take in a file (i, s, k, p) and apply it. Exit code: 0 all accepted, 1 some were not.

    Stopped half-way, the same command goes on; run again, it writes the same protocols.
    """
    made = actions.receive(
        name=file.name,
        pieces=folder.pieces(file),
        origin=ExchangeFile.Origin.COMMAND,
        by=ADMINISTRATOR,
        at=timezone.now(),
    )
    with click.progressbar(length=100, label="Applying", file=sys.stderr) as bar:
        while not actions.process(file=made, at=timezone.now(), seconds=_TURN_S):
            bar.update(made.share - bar.pos)
    if not made.is_answer:
        answers = out or file.parent
        answers.mkdir(parents=True, exist_ok=True)
        folder.write_protocols(answers, made)
    if made.state == ExchangeFile.State.REFUSED:
        click.echo(made.faults[0]["comment"])
        sys.exit(1)
    click.echo(f"{made.records} records: {made.accepted} accepted, {made.refused} refused")
    sys.exit(1 if made.refused else 0)


@oms.command("exchange-check", epilog=examples("exchange-check k77001_01_26112301.xml"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def exchange_check(file: Path) -> None:
    """Check a file of any kind (i, p, f, s, k) by form; nothing is kept. Exit code: 0 right."""
    name, wrong = parse(file.name), 0
    heading, items = reading.read(folder.pieces(file), name=name)
    for place, element in items:
        for fault in control.faults(element, kind=name.kind):
            wrong += 1
            click.echo(f"{place}: {fault.error} {fault.within}/{fault.field}: {fault.comment}")
    click.echo(f"{heading.records} records, {wrong} faults")
    sys.exit(1 if wrong else 0)
