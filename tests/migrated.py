"""A database with all migrations in it, made once for all processes of a run and copied."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
MIGRATE = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run see."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def alone(folder: Path, what: str) -> Iterator[None]:
    """Nobody else of this run does the same meanwhile."""
    with (folder / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def migrate(var: Path, url: str = "") -> None:
    """Apply all migrations in a process of its own: to `url`, or to SQLite in `var`."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "src"),
        "OMS_PROFILE": "test",
        "OMS_VAR": str(var),
        "OMS_DATABASE_URL": url,
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    subprocess.run(MIGRATE, env=environment, cwd=ROOT, check=True)


def sqlite_file(factory: pytest.TempPathFactory) -> Path:
    """The migrated SQLite file, to be read only."""
    folder = shared_folder(factory)
    made, var = folder / "migrated.sqlite3", folder / "migrating"
    with alone(folder, "migrated"):
        if not made.exists():
            shutil.rmtree(var, ignore_errors=True)
            var.mkdir()
            migrate(var)
            draft = var / "whole.sqlite3"
            with (
                closing(sqlite3.connect(var / "oms.sqlite3")) as source,
                closing(sqlite3.connect(draft)) as target,
            ):
                source.backup(target)
                target.execute("PRAGMA journal_mode=DELETE")
            draft.rename(made)
    return made


@contextmanager
def in_memory(factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fill the tests' database before Django looks at it."""
    name = connection.creation._get_test_db_name()
    with (
        closing(sqlite3.connect(sqlite_file(factory))) as source,
        closing(sqlite3.connect(name, uri=True)) as memory,
    ):
        source.backup(memory)
        yield


@contextmanager
def template(factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the tests' database of PostgreSQL be created from a migrated one."""
    folder, url = shared_folder(factory), os.environ["OMS_DATABASE_URL"]
    name = f"migrated_{os.environ['PYTEST_XDIST_TESTRUNUID']}"
    with psycopg.connect(url, autocommit=True) as base:
        with alone(folder, "migrated"):
            found = base.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not found.fetchone():
                base.execute(f"CREATE DATABASE {name}")
                parts = urlsplit(url)
                migrate(folder, f"postgresql://{parts.netloc}/{name}?{parts.query}")
        connection.settings_dict["TEST"]["TEMPLATE"] = name
        yield
        base.execute(f"DROP DATABASE IF EXISTS {name}")
