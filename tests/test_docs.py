"""Pages of docs/ say what the code says; what they name is there."""

import ast
import re
from functools import cache
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
        if name not in _tests_of(file):
            missing.append(f"{file}::{name}")
    assert len(named) >= 100
    assert missing == []


@cache
def _tests_of(file: str) -> frozenset[str]:
    path = ROOT / "tests" / file
    tree = ast.parse(path.read_text()) if path.is_file() else ast.Module([], [])
    return frozenset(one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef))


WHOLE = {
    "5": "1.1 2.1 2.2 2.3 3.1 3.2 4.1 4.2 4.3",
    "6": "1.1 1.2 1.3 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 2.9 2.10 2.11 2.12 3.1 3.2 3.3 3.4 4.1 4.2 "
    "4.3 4.4 5.1 5.2 5.3 5.4 5.5 6.1 6.2 6.3 8.1 8.2 8.3 8.4",
    "7": "1.1 1.2 1.3 2.1 2.2 2.3 2.4 3.1 3.2 4.1 4.2 4.3 4.4 4.5 5.1 5.2 6.1 6.2",
    "8": "1.1 1.2 2.1 2.2 2.3 3.1 4.1",
}
"""Requirements of levels 1 and 2 of the chapters that are told whole."""


@pytest.mark.parametrize("chapter", WHOLE)
def test_no_requirement_of_a_whole_chapter_is_left_out(chapter: str) -> None:
    page = (DOCS / "security.md").read_text()
    rows = re.findall(
        rf"^\| ({chapter}\.\d+\.\d+) \| (met|not met|not applicable)", page, re.MULTILINE
    )
    told = dict.fromkeys(number for number, _ in rows)
    assert list(told) == [f"{chapter}.{one}" for one in WHOLE[chapter].split()]


def test_the_readme_names_every_variable_and_no_other() -> None:
    rows = re.findall(r"^\| (`OMS_.*?) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(OMS_\w+)`", row)}
    assert told == {f"OMS_{name.upper()}" for name in Environment.model_fields}
