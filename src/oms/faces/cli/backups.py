"""Backup and restore of one installation: database, files, keys, secrets in one archive.

SQLite is copied by its own online backup, PostgreSQL by pg_dump/pg_restore: both give one
moment in time while the portal runs. Papers and documents are content-addressed files, so
copying them after the database loses nothing that the database names, but for a document
deleted in between. Documents in an S3 store are that store's to back up.
"""

import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from oms.kit.denied import Denied

FOLDERS = ("papers", "documents", "keys", "anchors")
FILES = ("secrets.json",)


class BackupFailed(Denied):
    """The backup or its restoration could not be made; says why."""


def create(*, folder: Path | None, at: datetime) -> Path:
    """Write `oms-YYYYMMDD-HHMM.tar.gz` into `folder` (default: var/backups), mode 0600."""
    var: Path = settings.ENV.var
    target = folder or var / "backups"
    target.mkdir(parents=True, exist_ok=True)
    stamp = timezone.localtime(at).strftime("%Y%m%d-%H%M%S")
    archive = target / f"oms-{stamp}.tar.gz"
    with tempfile.TemporaryDirectory(dir=target) as scratch:
        dump = _dump(Path(scratch))
        draft = Path(scratch) / "archive"
        with tarfile.open(draft, "w:gz") as tar:
            tar.add(dump, dump.name)
            for name in (*FILES, *FOLDERS):
                if (var / name).exists():
                    tar.add(var / name, name)
        draft.chmod(0o600)
        draft.replace(archive)
    return archive


def restore(*, archive: Path) -> None:
    """Replace what is in the data folder and the database by the archive's content."""
    var: Path = settings.ENV.var
    var.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=var) as scratch:
        try:
            with tarfile.open(archive) as tar:
                tar.extractall(scratch, filter="data")
        except (tarfile.TarError, OSError) as problem:
            raise BackupFailed(f"The archive cannot be read: {problem}") from problem
        _load(Path(scratch))
        for name in (*FOLDERS, *FILES):
            new, old = Path(scratch) / name, var / name
            if new.exists():
                shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
                new.rename(old)


def _database() -> dict[str, Any]:
    return settings.DATABASES["default"]


def _is_sqlite() -> bool:
    return str(_database()["ENGINE"]).endswith("sqlite3")


def _dump(scratch: Path) -> Path:
    if _is_sqlite():
        dump = scratch / "database.sqlite3"
        with (
            closing(sqlite3.connect(_database()["NAME"])) as source,
            closing(sqlite3.connect(dump)) as copy,
        ):
            source.backup(copy)
        return dump
    dump = scratch / "database.pgdump"
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={dump}", *_connection())
    return dump


def _load(scratch: Path) -> None:
    name = "database.sqlite3" if _is_sqlite() else "database.pgdump"
    dump = scratch / name
    if not dump.exists():
        raise BackupFailed("The archive was made on another kind of database.")
    if _is_sqlite():
        target = Path(_database()["NAME"])
        for suffix in ("-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        dump.replace(target)
        return
    _run("pg_restore", "--clean", "--if-exists", "--no-owner", *_connection(), str(dump))


def _connection() -> list[str]:
    named = {"--host": "HOST", "--port": "PORT", "--username": "USER"}
    options = [f"{flag}={_database()[key]}" for flag, key in named.items() if _database()[key]]
    return [*options, f"--dbname={_database()['NAME']}"]


def _run(*command: str) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise BackupFailed(f"{command[0]} is missing: apt-get install -y postgresql-client")
    environment = os.environ | {"PGPASSWORD": _database().get("PASSWORD", "")}
    done = subprocess.run(  # noqa: S603  our own arguments
        [program, *command[1:]], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupFailed(f"{command[0]}: {done.stderr.strip()[:500]}")
