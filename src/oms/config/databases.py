"""One database from one address."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def database(url: str, *, default_file: Path, pool: bool) -> dict[str, Any]:
    """Django's description of the database at `url` (`sqlite:///…` or `postgresql://…`).

    What stands after `?` goes to libpq (`sslmode=verify-full`, `sslrootcert=…`, `host=/socket`).
    An empty `url` means SQLite in `default_file`. SQLite runs in WAL mode and takes its
    write lock at BEGIN, so two writers wait for each other instead of failing.
    """
    if not url or url.startswith("sqlite"):
        name = url.removeprefix("sqlite:///") if url else str(default_file)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                    " PRAGMA cache_size=-32000; PRAGMA mmap_size=134217728;"
                ),
            },
            "CONN_MAX_AGE": None,
        }
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    if pool:
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
    }
