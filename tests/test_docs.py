"""Pages of docs/ say what the code says; what they name is there."""

import re
from pathlib import Path

import pytest

from oms.cases import describe as cases_described
from oms.catalog import describe as catalog_described
from oms.config.environment import Environment

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.glob("**/*.md"), *ROOT.glob("benchmarks/*.md")]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")
NAMED_TEST = re.compile(r"`([^`\s]*)::(test_\w+)`")


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


def test_links_lead_somewhere() -> None:
    links = [(page, link) for page in PAGES for link in LINK.findall(page.read_text())]
    assert len(links) >= 12
    assert [str(page) for page, link in links if not (page.parent / link).exists()] == []


def test_every_proof_of_the_security_page_is_a_test() -> None:
    page, missing, file = (DOCS / "security.md").read_text(), [], ""
    named = NAMED_TEST.findall(page)
    for path, name in named:
        file = path.replace("…", "faces/portal/account") or file
        test = ROOT / "tests" / file
        if not test.exists() or f"def {name}(" not in test.read_text():
            missing.append(f"{file}::{name}")
    assert len(named) >= 50
    assert missing == []


def test_the_readme_names_every_variable_and_no_other() -> None:
    rows = re.findall(r"^\| (`OMS_.*?) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(OMS_\w+)`", row)}
    assert told == {f"OMS_{name.upper()}" for name in Environment.model_fields}
