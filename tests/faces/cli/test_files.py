"""Orders about stored documents, as an administrator gives them."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from tests import factories

from oms.domain.documents import storage
from oms.domain.documents.models import Document, StoredFile
from oms.faces.cli import files  # noqa: F401  its commands register themselves
from oms.faces.cli.commands import oms
from oms.kit.keyring import Keyring, new_key

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def kept(db, settings, tmp_path):
    """Three documents, and their folder."""
    settings.STORAGES = {
        **settings.STORAGES,
        "documents": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "documents"},
        },
    }
    (tmp_path / "secrets.json").write_text(json.dumps({"document_keys": [new_key()]}))
    settings.DOCUMENT_KEYS = Keyring(tmp_path / "secrets.json", "document_keys")
    owner = factories.user()
    for number in range(3):
        sha256 = storage.keep(f"document {number}".encode())
        file = StoredFile.objects.create(
            sha256=sha256, size=10, media_type="application/pdf",
            key_id=storage.newest_key_id(), stored_at=AT,
        )  # fmt: skip
        Document.objects.create(
            user=owner, uploaded_by=owner, kind="other", name="a.pdf", title="a.pdf", file=file,
            state_at=AT, received_at=AT,
        )  # fmt: skip
    return tmp_path / "documents"


def order(*words):
    done = CliRunner().invoke(oms, words)
    return done.exit_code, done.output


def test_whole_documents_are_counted_and_a_damaged_one_is_named(kept) -> None:
    assert order("check-documents") == (0, "Checking\n3 files checked, 0 damaged\n")
    path = next(path for path in sorted(kept.rglob("*")) if path.is_file())
    path.write_bytes(path.read_bytes()[:-1])
    code, told = order("check-documents")
    document = Document.objects.get(file__sha256=path.name)
    assert code == 1
    assert f"damaged: {path.name} ({document.key})" in told
    assert "3 files checked, 1 damaged" in told


def test_a_new_key_is_told_in_numbers_and_the_old_one_stays_an_hour(kept, settings) -> None:
    code, told = order("rotate-document-key")
    assert (code, "3 of 3 files are under the new key" in told) == (0, True)
    assert set(StoredFile.objects.values_list("key_id", flat=True)) == {
        settings.DOCUMENT_KEYS.newest().id
    }
    assert order("drop-document-keys") == (0, "No key can be forgotten yet.\n")
    assert len(settings.DOCUMENT_KEYS.all()) == 2
    assert order("check-documents")[0] == 0


def test_what_cannot_be_read_is_said_and_keeps_its_key(kept, settings) -> None:
    path = next(path for path in sorted(kept.rglob("*")) if path.is_file())
    path.write_bytes(b"OMS1")
    code, told = order("rotate-document-key")
    assert (code, "2 of 3 files are under the new key" in told) == (1, True)
    assert order("rotate-document-key")[0] == 1
    assert len(settings.DOCUMENT_KEYS.all()) == 2
