"""Entry of `./oms`."""

import os
import sys

import click
import django


def main() -> None:
    """Prepare Django, then let click find the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.config.settings")
    django.setup()
    from oms.faces.cli import (  # noqa: F401  their commands register themselves
        exchanging,
        files,
        issuing,
        linking,
        masses,
        programs,
        trust,
    )
    from oms.faces.cli.commands import oms
    from oms.kit.denied import Denied

    try:
        oms(prog_name="./oms")
    except Denied as no:
        click.echo(no.text, err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
