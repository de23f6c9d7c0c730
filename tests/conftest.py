"""What tests of every part may ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import migrated
from tests.chromium import launched


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Workers of one run copy one migrated database; alone it is quicker to migrate one's own."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    on_postgres = os.environ.get("OMS_DATABASE_URL", "").startswith("postgres")
    with (migrated.template if on_postgres else migrated.in_memory)(tmp_path_factory):
        yield


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all migrations in it, for processes that need one of their own."""
    return migrated.sqlite_file(tmp_path_factory)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of the file's own, closed before the next file's."""
    with launched() as chromium:
        yield chromium
