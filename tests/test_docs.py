"""Generated pages of docs/ say what the code says."""

from pathlib import Path

import pytest

from oms.cases import describe as cases_described
from oms.catalog import describe as catalog_described

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.mark.parametrize("described", [catalog_described, cases_described])
def test_generated_pages_are_not_stale(described, tmp_path) -> None:
    fresh = described.write(tmp_path)
    kept = DOCS / fresh.name
    assert kept.exists(), f"run ./oms describe docs and commit {kept.name}"
    assert kept.read_text() == fresh.read_text(), f"run ./oms describe docs, {kept.name} is stale"


def test_every_state_and_service_is_described() -> None:
    states, services = cases_described.states_page(), catalog_described.services_page()
    assert states.count("-->") >= 17
    assert all(f"`{code}`" in services for code in catalog_described.SERVICES)
