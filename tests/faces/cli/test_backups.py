"""A backup put back on an empty folder is the same installation: rows, papers, secrets."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ADD = """
from oms.domain.directory.models import Region
Region.objects.create(code="77", okato="45000", name="г. Москва")
"""
TELL = """
from oms.domain.directory.models import Region
print(Region.objects.get().name)
"""


@pytest.fixture
def run(tmp_path):
    """Run Python or a command of ./oms in an installation of its own."""
    environment = os.environ | {
        "OMS_PROFILE": "test",
        "OMS_VAR": str(tmp_path / "var"),
        "OMS_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "oms.config.settings",
        "PYTHONPATH": str(ROOT / "src"),
    }

    def call(*words: str, code: str = "") -> str:
        command = [
            sys.executable,
            *(("-c", f"import django; django.setup(){code}") if code else words),
        ]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


def test_a_backup_restores_an_empty_machine(run, tmp_path, migrated_file) -> None:
    var = tmp_path / "var"
    var.mkdir()
    shutil.copyfile(migrated_file, var / "oms.sqlite3")
    run(code=ADD)
    paper = var / "papers" / "ab" / "abcd"
    paper.parent.mkdir(parents=True)
    paper.write_bytes(b"%PDF")
    document = var / "documents" / "originals" / "cd" / "cdef"
    document.parent.mkdir(parents=True)
    document.write_bytes(b"OMS1")
    secrets = (var / "secrets.json").read_text()

    run("-m", "oms.faces.cli", "backup", "--to", str(tmp_path / "kept"))
    (archive,) = (tmp_path / "kept").glob("oms-*.tar.gz")
    assert archive.stat().st_mode & 0o077 == 0
    var.rename(tmp_path / "lost")
    run("-m", "oms.faces.cli", "restore", str(archive), "--yes")

    assert run(code=TELL).strip() == "г. Москва"
    assert (var / "papers" / "ab" / "abcd").read_bytes() == b"%PDF"
    assert (var / "documents" / "originals" / "cd" / "cdef").read_bytes() == b"OMS1"
    assert (var / "secrets.json").read_text() == secrets
    assert "document_keys" in secrets


def test_what_is_no_archive_is_refused_in_words(run, tmp_path) -> None:
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"not an archive")
    with pytest.raises(AssertionError, match="cannot be read"):
        run("-m", "oms.faces.cli", "restore", str(broken), "--yes")
