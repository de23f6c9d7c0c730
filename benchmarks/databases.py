"""A database of one's own beside the one that an address names, on the same server."""

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
