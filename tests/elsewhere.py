"""What a process of its own needs to work on the database of the test."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

ROOT = Path(__file__).resolve().parents[1]


def environment(**more: str) -> dict[str, str]:
    """The variables of this process, but for the database: that of the test, on PostgreSQL."""
    parts = urlsplit(os.environ["OMS_DATABASE_URL"])
    return {
        **os.environ,
        "OMS_DATABASE_URL": (
            f"postgresql://{parts.netloc}/{connection.settings_dict['NAME']}?{parts.query}"
        ),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
        **more,
    }
