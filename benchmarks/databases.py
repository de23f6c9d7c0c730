"""A database of one's own beside the one that an address names, on the same server."""

import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg


def beside(url: str, *, name: str) -> str:
    """The same server, another database."""
    parts = urlsplit(url)
    other = urlunsplit(parts._replace(path=f"/{name}"))
    return other if parts.netloc else other.replace("postgresql:/", "postgresql:///", 1)


def make(url: str, *, name: str) -> str:
    """Create the database unless it is there; return its address."""
    with psycopg.connect(url, autocommit=True) as server:
        known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not known.fetchone():
            server.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    return beside(url, name=name)


def drop(url: str, *, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def prepare(url: str, *, settings: str = "oms.config.settings") -> None:
    """Have this process work on the database at `url`, with every table made."""
    os.environ |= {
        "OMS_PROFILE": "test",
        "OMS_VAR": tempfile.mkdtemp(prefix="oms-bench-"),
        "OMS_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": settings,
        "OMS_LOG_LEVEL": "WARNING",
    }
    sys.path.insert(0, str(Path(__file__).parents[1]))  # for `benchmarks.settings`
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
