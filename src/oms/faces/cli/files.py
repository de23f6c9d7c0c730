"""Orders about stored documents: are they whole, encrypt them under a new key."""

import sys

import click
from django.utils import timezone

from oms.domain.documents import upkeep
from oms.faces.cli.commands import ADMINISTRATOR, examples, oms


@oms.command("check-documents", epilog=examples("check-documents"))
def check_documents() -> None:
    """Decrypt and hash every stored document. Exit code: 0 all are whole, 1 some are not.

    Damaged ones are marked: take them from a backup, or ask the person to bring them again.
    """
    now = timezone.now()
    total, damaged = upkeep.held().count(), []
    with click.progressbar(length=total, label="Checking", file=sys.stderr) as bar:
        for file in upkeep.check(by=ADMINISTRATOR, at=now):
            bar.update(1)
            if not file.is_intact:
                damaged.append(file)
    for file in damaged:
        documents = ", ".join(sorted(one.key for one in file.documents.all()))
        click.echo(f"damaged: {file.sha256} ({documents})")
    click.echo(f"{total} files checked, {len(damaged)} damaged")
    sys.exit(1 if damaged else 0)


@oms.command("rotate-document-key", epilog=examples("rotate-document-key"))
def rotate_document_key() -> None:
    """Take a new key for documents into use and encrypt all of them anew, while the portal runs.

    Stopped half-way, the same command goes on. An old key is forgotten when nothing needs it
    and it has been out of use for an hour: then run ./oms drop-document-keys.
    """
    now = timezone.now()
    total = upkeep.begin_rotation(by=ADMINISTRATOR, at=now)
    done = 0
    with click.progressbar(length=total, label="Encrypting", file=sys.stderr) as bar:
        for _ in upkeep.rotate():
            bar.update(1)
            done += 1
    click.echo(f"{done} of {total} files are under the new key")
    if done < total:
        click.echo("Some could not be read: run ./oms check-documents")
        sys.exit(1)


@oms.command("drop-document-keys", epilog=examples("drop-document-keys"))
def drop_document_keys() -> None:
    """Forget older document keys that encrypt nothing any more, an hour after they were replaced.

    Keep a backup's secrets.json with the backup: its documents need the keys of that day.
    """
    dropped = upkeep.drop_unused_keys(by=ADMINISTRATOR, at=timezone.now())
    click.echo(f"Forgotten: {', '.join(dropped)}" if dropped else "No key can be forgotten yet.")
