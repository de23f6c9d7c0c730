"""`manage.py worker`: run queued and periodic work."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from oms.kit import tasks, worker


class Command(BaseCommand):
    """Run queued and periodic work until stopped."""

    help = "Run queued and periodic work until SIGTERM or Ctrl-C"

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what may be set."""
        parser.add_argument("--queues", default=",".join(tasks.QUEUES), help="comma-separated")
        parser.add_argument("--interval", type=float, default=0.25, help="pause when idle, s")
        parser.add_argument("--beat", type=float, default=5.0, help="between signs of life, s")
        parser.add_argument("--lease", type=float, default=30.0, help="silence of the dead, s")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Hand over to the worker."""
        worker.run(
            queues=options["queues"].split(","),
            interval=options["interval"],
            beat=options["beat"],
            lease=options["lease"],
        )
