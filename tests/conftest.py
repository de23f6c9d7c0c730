"""What tests of every part may ask for."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.chromium import launched


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of the file's own, closed before the next file's."""
    with launched() as chromium:
        yield chromium
