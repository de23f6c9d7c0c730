"""What an administrator may order from the command line. Each command says how it is used."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from django.core.management import call_command
from django.utils import timezone

from oms.cases import describe as cases_described
from oms.catalog import describe as catalog_described
from oms.domain.directory import actions as directory
from oms.domain.directory import points
from oms.domain.journal.actions import Actor
from oms.domain.papers import verification
from oms.faces.cli import backups, documents
from oms.law import explain

ADMINISTRATOR = Actor("cli", role="administrator")


def examples(*lines: str) -> str:
    """The examples at the end of a command's help, kept line by line."""
    return "\b\nExamples:\n" + "\n".join(f"  ./oms {line}" for line in lines)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def oms() -> None:
    """OpenOMS: the administrator's command line."""


@oms.command(
    epilog=examples(
        "check enp 7756410835999915",
        "check account 40702810801400016513 --bik 044525593",
        "check snils 112-233-445-95 --json",
    )
)
@click.argument("kind", type=click.Choice(sorted(explain.KINDS)))
@click.argument("value")
@click.option("--bik", default="", help="BIK of the bank (for an account).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def check(kind: str, value: str, bik: str, as_json: bool) -> None:
    """Check an identifier and explain it in words. Exit code: 0 right, 1 wrong."""
    verdict = explain.explain(kind, f"{value}@{bik}" if bik else value)
    if as_json:
        body = {
            "kind": kind,
            "ok": verdict.ok,
            "value": verdict.value,
            "text": verdict.text,
            "facts": dict(verdict.facts),
        }
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        click.echo(f"{'✓' if verdict.ok else '✗'} {verdict.text}")
        for title, fact in verdict.facts:
            click.echo(f"  {title}: {fact}")
    sys.exit(0 if verdict.ok else 1)


@oms.command(
    "load-reference",
    epilog=examples("load-reference F002.xml F032.xml", "load-reference --book V005 sex.xml"),
)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--book", default=None, help="Code of the book, when the file does not tell it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def load_reference(files: tuple[Path, ...], book: str | None, as_json: bool) -> None:
    """Load reference books (НСИ). Reports what was added, changed and refused, and why.

    Each file is loaded whole or not at all; loading one twice changes nothing.
    """
    reports = []
    with _bar(files, "Loading") as bar:
        for file in bar:
            load = directory.load_reference(
                file=file, book=book, at=timezone.now(), by=ADMINISTRATOR
            )
            reports.append((file, load))
    if as_json:
        fields = ("book", "version", "added", "changed", "unchanged", "refused")
        rows = [
            {"file": str(file)} | {name: getattr(load, name) for name in fields}
            for file, load in reports
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for file, load in reports:
        click.echo(f"{file}:")
        for line in load.lines():
            click.echo(f"  {line}")


@oms.command("load-points", epilog=examples("load-points points.csv"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load_points(file: Path) -> None:
    """Load places that hand printed papers over (CSV), whole or not at all.

    Loading a file twice changes nothing.
    """
    added, changed = points.load_points(file=file, at=timezone.now(), by=ADMINISTRATOR)
    click.echo(f"Added {added}, changed {changed}.")


@oms.command("demo-data", epilog=examples("demo-data --persons 20000"))
@click.option("--persons", type=click.IntRange(1, 20_000_000), default=2000, show_default=True)
def demo_data(persons: int) -> None:
    """Make the synthetic demo world at least this big. Running it again only adds."""
    from django.conf import settings

    from oms.faces.demo import world

    if settings.ENV.profile == "production":
        raise click.ClickException("Demo accounts have public passwords: not in production.")
    world.create(persons=persons, progress=True)
    click.echo(f"The register holds at least {persons} synthetic persons.")


@oms.command("demo-code", epilog=examples("demo-code"))
def demo_code() -> None:
    """Print the second factor's code of the demo accounts as it is now."""
    from django.conf import settings

    from oms.faces.demo.pages import code_now

    if not settings.DEMO:
        raise click.ClickException("There are no demo accounts outside the demo profile.")
    code = code_now(at=timezone.now())
    click.echo(code.text)
    click.echo(f"valid for {code.seconds_left} s more", err=True)


@oms.command(epilog=examples("backup", "backup --to /srv/backups"))
@click.option(
    "--to", type=click.Path(file_okay=False, path_type=Path), default=None, help="Target folder."
)
def backup(to: Path | None) -> None:
    """Copy database, papers, keys and secrets into one archive, while the portal runs.

    The archive holds personal data and keys: keep it where only you can read it.
    """
    archive = backups.create(folder=to, at=timezone.now())
    click.echo(f"{archive} ({archive.stat().st_size / 1_048_576:.1f} MiB)")
    click.echo(f"To restore on an empty machine: ./oms restore {archive}")


@oms.command(epilog=examples("restore oms-20261122-0940.tar.gz"))
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(archive: Path, yes: bool) -> None:
    """Put a backup in the place of what is here. Stop the portal first."""
    if not yes:
        click.confirm("Everything in the data folder will be replaced. Go on?", abort=True)
    backups.restore(archive=archive)
    click.echo("Restored. Start the portal with ./start")


@oms.command(
    "verify-paper",
    epilog=examples("verify-paper extract.pdf", "verify-paper extract.pdf --sig extract.pdf.sig"),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--sig",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="The GOST signature beside the file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def verify_paper(file: Path, sig: Path | None, as_json: bool) -> None:
    """Check the signatures and the state of an issued PDF. Exit code: 0 valid, 1 not."""
    detached = sig.read_bytes() if sig else b""
    ok, lines = verification.explain(file.read_bytes(), at=timezone.now(), detached=detached)
    if as_json:
        click.echo(json.dumps({"ok": ok, "lines": list(lines)}, ensure_ascii=False))
    else:
        for line in lines:
            click.echo(line)
    sys.exit(0 if ok else 1)


@oms.command(
    "check-document",
    epilog=examples(
        "check-document scan.pdf --kind passport",
        "check-document photo.jpg --kind snils --json",
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--kind",
    type=click.Choice(documents.KINDS),
    default="other",
    show_default=True,
    help="What the paper is.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def check_document(file: Path, kind: str, as_json: bool) -> None:
    """Check a scan or photo as the portal would, and read it. Exit code: 0 usable, 1 not."""
    report = documents.check(file, kind=kind)
    if as_json:
        click.echo(json.dumps({"ok": report.ok, **asdict(report)}, ensure_ascii=False))
    else:
        for line in report.lines():
            click.echo(line)
    sys.exit(0 if report.ok else 1)


@oms.command(epilog=examples("describe docs"))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="docs")
def describe(folder: Path) -> None:
    """Write docs/services.md and docs/states.md anew from the declarations."""
    catalog_described.write(folder)
    cases_described.write(folder)
    click.echo(f"Written: {folder}/services.md, {folder}/states.md")


@oms.command(epilog=examples("worker"))
def worker() -> None:
    """Run a background worker until told to stop."""
    call_command("worker")


def _bar(items: Any, label: str) -> Any:
    """A progress bar on a terminal, nothing elsewhere."""
    return click.progressbar(items, label=label, file=sys.stderr)
