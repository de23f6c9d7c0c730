import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from tests import factories

from oms.domain.journal.actions import Actor
from oms.domain.papers import actions
from oms.domain.papers.models import Paper
from oms.gateways import signature_keys

AT = datetime(2026, 11, 22, 11, 5, tzinfo=UTC)
CLERK = Actor("user:7", "insurer", "insurer:77001")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "papers": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "papers"},
        },
    }


@pytest.fixture(scope="session")
def run():
    """Runs a program; a missing one fails the test with the command that installs it."""
    packages = {"qpdf": "qpdf", "pdfsig": "poppler-utils", "pdftoppm": "poppler-utils"}
    packages |= {"pdftotext": "poppler-utils", "pdfinfo": "poppler-utils"}

    def call(program, *arguments):
        if not shutil.which(program):
            pytest.fail(f"{program} is missing: apt-get install {packages[program]}")
        return subprocess.run(
            [program, *map(str, arguments)], check=False, capture_output=True, timeout=60
        )

    return call


@pytest.fixture
def person(db):
    return factories.insured(
        by=factories.insurer(
            "77001",
            full_name='ООО "Страховая компания "Северная звезда"',
            short_name='СМО "Северная звезда"',
            hot_line="8 800 100-00-01",
        )
    )


@pytest.fixture
def issue(person):
    """Issues an extract; the key and the moment may be told otherwise."""

    def make(key="case:1", *, to=None, at=AT):
        return actions.issue(
            kind=Paper.Kind.POLICY_EXTRACT,
            person=to or person,
            basis="case:1",
            key=key,
            by=CLERK,
            at=at,
        )

    return make


@pytest.fixture
def demo_roots():
    return list(signature_keys.roots())
