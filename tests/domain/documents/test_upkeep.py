"""Stored files are looked after: keys are changed, damage is found, strays are swept."""

import json
import os
from datetime import timedelta

import pytest
from tests.domain.documents.conftest import AT, files, photo

from oms.domain.documents import actions, queries, storage, tasks, upkeep
from oms.domain.documents.models import StoredFile
from oms.domain.journal.actions import SYSTEM
from oms.kit.keyring import GRACE, Keyring, new_key
from oms.kit.tasks import run_all_now

LATER = AT + timedelta(days=2)


@pytest.fixture
def ring(tmp_path, settings):
    """A file of secrets of our own."""
    path = tmp_path / "secrets.json"
    path.write_text(json.dumps({"other": "x", "document_keys": [new_key()]}))
    settings.DOCUMENT_KEYS = Keyring(path, "document_keys")
    return settings.DOCUMENT_KEYS


def test_a_new_key_takes_over_even_when_stopped_half_way(ring, bring, store) -> None:
    documents = [bring(photo(f"sheet {number}")) for number in range(5)]
    run_all_now()
    queries.preview(fresh(documents[0]))
    before = {document.pk: queries.content(fresh(document)) for document in documents}
    old = ring.newest().id
    assert upkeep.begin_rotation(by=SYSTEM, at=AT) == 5
    running = upkeep.rotate()
    next(running), next(running)
    running.close()  # killed
    assert upkeep.begin_rotation(by=SYSTEM, at=AT) == 3
    assert len(ring.all()) == 2
    assert {pk: queries.content(fresh_pk(pk)) for pk in before} == before
    assert len(list(upkeep.rotate())) == 3
    assert old not in {path.read_bytes()[4:12].decode() for path in files(store)}
    assert upkeep.drop_unused_keys(by=SYSTEM, at=AT + GRACE / 2) == []
    assert upkeep.drop_unused_keys(by=SYSTEM, at=AT + GRACE) == [old]
    assert {pk: queries.content(fresh_pk(pk)) for pk in before} == before
    assert json.loads(ring._path.read_text())["other"] == "x"
    assert ring._path.stat().st_mode & 0o077 == 0


def test_a_key_in_use_is_never_dropped(ring, bring) -> None:
    bring()
    upkeep.begin_rotation(by=SYSTEM, at=AT)
    assert upkeep.drop_unused_keys(by=SYSTEM, at=LATER) == []
    assert len(ring.all()) == 2


def test_another_process_sees_a_new_key_at_once(ring, bring) -> None:
    other = Keyring(ring._path, "document_keys")
    first = other.newest()
    added = ring.add(at=AT)
    assert other.newest().id == added.id != first.id
    assert other.get(first.id) == first


def test_rotation_reaches_the_quarantine(ring, bring, store) -> None:
    from oms.gateways.antivirus import EICAR

    bring(photo(comment=EICAR))
    run_all_now()
    old = ring.newest().id
    upkeep.begin_rotation(by=SYSTEM, at=AT)
    assert len(list(upkeep.rotate())) == 1
    (path,) = files(store)
    assert path.read_bytes()[4:12].decode() != old
    assert storage.check(path.name)


@pytest.mark.parametrize("harm", ["change", "cut", "delete", "swap"])
def test_damage_is_found_and_mended_by_bringing_the_file_again(bring, store, harm) -> None:
    content = photo("one")
    document, other = bring(content), bring(photo("two"))
    run_all_now()
    assert [file.is_intact for file in upkeep.check(by=SYSTEM, at=AT)] == [True, True]
    path = next(path for path in files(store) if path.name == document.file.sha256)
    sealed = path.read_bytes()
    other_path = next(path for path in files(store) if path.name == other.file.sha256)
    {
        "change": lambda: path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1])),
        "cut": lambda: path.write_bytes(sealed[: len(sealed) // 2]),
        "delete": path.unlink,
        "swap": lambda: path.write_bytes(other_path.read_bytes()),
    }[harm]()
    found = {file.pk: file.is_intact for file in upkeep.check(by=SYSTEM, at=LATER)}
    assert found == {document.file_id: False, other.file_id: True}
    assert StoredFile.objects.get(pk=document.file_id).checked_at == LATER
    bring(content)
    assert all(file.is_intact for file in upkeep.check(by=SYSTEM, at=LATER))
    assert queries.content(fresh(document)) == content


def test_strays_are_swept_after_a_day_and_what_is_held_stays(bring, owner, store) -> None:
    kept, gone = bring(photo("one")), bring(photo("two"))
    run_all_now()
    queries.preview(fresh(kept))
    actions.remove(document=gone, by=owner, at=AT)
    run_all_now()
    stray = storage.keep(photo("nobody"))
    draft = store / "originals" / "ab" / ("a" * 64 + ".1.ff.tmp")
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_bytes(b"half")
    nameless = StoredFile.objects.create(
        sha256="b" * 64, size=1, media_type="image/png", key_id="x", stored_at=AT
    )
    old = (AT - timedelta(days=3)).timestamp()
    held = {path for path in files(store) if kept.file.sha256 in str(path)}
    for path in files(store):
        if path.name != stray:
            os.utime(path, (old, old))
    tasks.sweep(at=AT)
    assert {path.name for path in files(store)} == {path.name for path in held} | {stray}
    for path in files(store):
        os.utime(path, (old, old))
    assert upkeep.sweep(at=LATER) == 2  # the stray, and the row nobody names
    assert set(files(store)) == held
    assert not StoredFile.objects.filter(pk=nameless.pk).exists()
    assert queries.content(fresh(kept))


def fresh(document):
    document.refresh_from_db()
    return document


def fresh_pk(pk):
    from oms.domain.documents.models import Document

    return Document.objects.get(pk=pk)
