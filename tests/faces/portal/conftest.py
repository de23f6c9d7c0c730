"""Pages of the portal: static files are found where they lie, nothing is collected for a test."""

from collections.abc import Iterator

import pytest
from django.test import override_settings


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_not_collected() -> Iterator[None]:
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield
