"""Shared with the cases: a database for threads, and threads that start at once."""

from tests.cases.conftest import at_once, shared_database

__all__ = ["at_once", "shared_database"]
