"""What a process that helps to load does first. It imports no models: Django is not ready yet."""

from multiprocessing.queues import Queue
from typing import Any

import django

_TOLD: list["Queue[int]"] = []


def begin(queue: "Queue[int]", database: dict[str, Any]) -> None:
    """Make Django ready, ask the parent's database and tell the parent how far we are."""
    django.setup()
    from django.db import connection

    connection.settings_dict.update(database)
    _TOLD.append(queue)


def tell(size: int) -> None:
    """Say that so many people more are written."""
    for queue in _TOLD:
        queue.put(size)
