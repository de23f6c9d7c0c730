"""Background work: a thin layer over django-tasks-db (retries, reaper, tick)."""

from datetime import datetime


def last_heartbeat() -> datetime | None:
    """When a worker last said it lives; None when none ever did."""
    return None
