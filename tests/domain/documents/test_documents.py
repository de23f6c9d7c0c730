"""A document's life: received once, scanned, looked at, used again, decided upon, removed."""

import pytest
from tests import factories
from tests.domain.documents.conftest import AT, files, photo

from oms.domain.documents import actions, queries, serving, storage, tasks
from oms.domain.documents.models import Document, StoredFile
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Message
from oms.gateways.antivirus import EICAR, MEMORY
from oms.gateways.errors import Temporary
from oms.kit.tasks import queued_arguments, run_all_now

SLOT = {"about": "case:7", "slot": "basis", "label": "77-26-000123-4"}
Scan, State = Document.Scan, Document.State


@pytest.fixture
def scanned(bring):
    """A document whose scan is over."""

    def make(content=None, **told):
        document = bring(content, **told)
        run_all_now()
        document.refresh_from_db()
        return document

    return make


def standings(document):
    return [(rung.code, rung.standing) for rung in queries.ladder(document)]


def test_a_document_is_received_once_scanned_and_served_as_it_came(bring, owner, store) -> None:
    content = photo()
    first = bring(content, **SLOT)
    assert bring(content, **SLOT | {"name": "другое.png"}) == first
    assert first.title == "77-26-000123-4 Другой документ.jpg"
    assert dict(standings(first)) == {
        "received": "done", "scanned": "now", "readable": "ahead", "accepted": "ahead",
    }  # fmt: skip
    for look in (queries.content, queries.preview, serving.file_response):
        with pytest.raises(queries.NotOpen) as closed:
            look(first)
        assert closed.value.code == "waiting"
    run_all_now()
    first.refresh_from_db()
    assert first.scan == Scan.CLEAN
    assert first.measures["1"]["width"] == 900
    assert queries.content(first) == content
    assert queries.mine(user=owner) == queries.of(about="case:7") == [first]
    assert list(Document.objects.visible_to(factories.user())) == []
    assert list(Document.objects.visible_to(factories.operator())) == []
    acts = Entry.objects.filter(subject=first.key).order_by("pk")
    assert list(acts.values_list("act", flat=True)) == ["document.receive", "document.scan"]


def test_stored_bytes_are_sealed_and_each_differently(scanned, store) -> None:
    content = photo()
    sha256 = scanned(content).file.sha256
    (blob,) = [path.read_bytes() for path in files(store)]
    assert blob.startswith(storage.MAGIC)
    assert all(content[at : at + 16] not in blob for at in range(0, len(content) - 16, 16))
    storage.keep(content)
    assert [path.read_bytes() for path in files(store)] != [blob]
    assert storage.fetch(sha256) == content


def test_a_changed_or_exchanged_blob_is_never_served(scanned, store) -> None:
    one, other = scanned(photo("one")), scanned(photo("two"))
    paths = {path.name: path for path in files(store)}
    mine, theirs = (paths[document.file.sha256] for document in (one, other))
    blob = bytearray(mine.read_bytes())
    for at in (0, 5, 20, len(blob) // 2, len(blob) - 1):
        changed = bytearray(blob)
        changed[at] ^= 1
        mine.write_bytes(changed)
        with pytest.raises(storage.Damaged):
            queries.content(one)
    mine.write_bytes(theirs.read_bytes())
    with pytest.raises(storage.Damaged):
        queries.content(one)
    mine.unlink()
    with pytest.raises(storage.Damaged):
        queries.content(one)


def test_answers_with_documents_can_run_nothing(scanned) -> None:
    document = scanned()
    whole = serving.file_response(document, download=True)
    assert whole.content == queries.content(document)
    assert whole["Content-Disposition"].startswith("attachment; filename")
    assert whole["Content-Type"] == "image/jpeg"
    for answer in (
        whole,
        serving.preview_response(document),
        serving.file_response(document, download=False),
    ):
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["Cache-Control"] == "no-store"
        assert "ETag" not in answer
    shown = serving.preview_response(document, width=300)
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["Content-Disposition"].startswith("inline")


def test_previews_are_drawn_once_and_kept_sealed(scanned, store, monkeypatch) -> None:
    document = scanned()
    drawn = queries.preview(document, page=99, width=1)
    assert drawn.startswith(b"\xff\xd8")
    monkeypatch.setattr(queries.examiner, "call", None)
    assert queries.preview(document, width=320) == drawn
    assert all(drawn[:64] not in path.read_bytes() for path in files(store))


@pytest.mark.parametrize("kept_by_another", [False, True])
def test_bytes_go_with_the_last_document_that_holds_them(
    scanned, owner, store, kept_by_another
) -> None:
    content = photo()
    document = scanned(content)
    queries.preview(document)
    other = factories.user()
    if kept_by_another:
        scanned(content, user=other, by=other)
    for _ in range(2):
        actions.remove(document=document, by=owner, at=AT)
    run_all_now()
    assert queries.mine(user=owner) == []
    assert (Document.objects.get(pk=document.pk).name, StoredFile.objects.count()) == ("", 1)
    assert bool(files(store)) == kept_by_another
    if kept_by_another:
        assert queries.content(queries.mine(user=other)[0]) == content
    else:
        again = scanned(content)
        assert again.pk != document.pk
        assert queries.content(again) == content


def test_a_file_brought_again_before_it_is_erased_stays(scanned, bring, owner) -> None:
    content = photo()
    document = scanned(content)
    actions.remove(document=document, by=owner, at=AT)
    again = bring(content)
    run_all_now()
    again.refresh_from_db()
    assert queries.content(again) == content


def test_replacing_keeps_the_place_and_forgets_the_old(scanned, owner, store) -> None:
    first, second = scanned(photo("one"), **SLOT), scanned(photo("two"), **SLOT)
    assert (first.order, second.order) == (0, 1)
    new = actions.replace(
        document=first, content=photo("three"), name="три.jpg", by=owner, at=AT, label=SLOT["label"]
    )
    assert (new.order, new.title) == (0, first.title)
    assert queries.of(about="case:7", slot="basis") == [new, second]
    same = actions.replace(document=new, content=photo("three"), name="x", by=owner, at=AT)
    assert same == new
    run_all_now()
    assert len(files(store)) == 2
    with pytest.raises(actions.Gone):
        actions.replace(document=first, content=photo("four"), name="x", by=owner, at=AT)


def test_a_document_can_serve_in_two_places(scanned, owner) -> None:
    document = scanned()
    copy = actions.attach(document=document, **SLOT, by=owner, at=AT)
    assert copy == actions.attach(document=document, **SLOT, by=owner, at=AT)
    assert copy.file == document.file
    assert (copy.scan, copy.measures) == (Scan.CLEAN, document.measures)
    actions.remove(document=document, by=owner, at=AT)
    run_all_now()
    assert queries.content(copy)
    with pytest.raises(actions.Gone):
        actions.attach(document=document, about="case:8", slot="x", by=owner, at=AT)


def test_decisions_are_told_once_and_bind(scanned, owner) -> None:
    clerk = factories.operator().actor
    document = scanned()
    for _ in range(2):
        refused = actions.refuse(document=document, reason="Не видна печать.", by=clerk, at=AT)
    assert queries.ladder(refused)[-1].text == "Не видна печать."
    (message,) = Message.objects.filter(kind="document-refused")
    assert "Причина: Не видна печать.\n" in message.body
    assert "Не видна" not in message.title
    for _ in range(2):
        accepted = actions.accept(document=document, by=clerk, at=AT)
    assert dict(standings(accepted)) == dict.fromkeys(
        ["received", "scanned", "readable", "accepted"], "done"
    ) | ({"readable": "failed"} if accepted.problems else {})
    decided = Entry.objects.filter(act__in=["document.accept", "document.refuse"])
    assert decided.count() == 2
    for act in (
        lambda: actions.remove(document=document, by=owner, at=AT),
        lambda: actions.replace(document=document, content=photo("x"), name="", by=owner, at=AT),
    ):
        with pytest.raises(actions.Settled):
            act()


def test_an_infected_file_is_shut_away_told_and_never_served(bring, owner, store) -> None:
    content = photo(comment=EICAR)
    one, other = bring(content), bring(content, **SLOT)
    run_all_now()
    for document in (one, other):
        document.refresh_from_db()
        assert document.scan == Scan.INFECTED
        assert standings(document)[1] == ("scanned", "failed")
        for look in (queries.content, queries.preview, serving.file_response):
            with pytest.raises(queries.NotOpen) as closed:
                look(document)
            assert closed.value.code == "infected"
        with pytest.raises(actions.Gone):
            actions.attach(document=document, about="case:8", slot="x", by=owner, at=AT)
    assert [path.parent.name for path in files(store)] == ["quarantine"]
    assert Message.objects.filter(user=owner, kind="document-infected").count() == 2
    assert bring(content) == one
    assert [path.parent.name for path in files(store)] == ["quarantine"]
    for document in (one, other):
        actions.remove(document=document, by=owner, at=AT)
    run_all_now()
    assert files(store) == []


def test_a_file_waits_while_the_antivirus_is_down(bring) -> None:
    MEMORY.failures = [Temporary("down")] * 3
    document = bring()
    run_all_now()
    document.refresh_from_db()
    assert document.scan == Scan.WAITING
    for _ in range(3):
        run_all_now(also_later=True)
    document.refresh_from_db()
    assert document.scan == Scan.CLEAN
    assert MEMORY.failures == []


def test_without_an_antivirus_the_file_says_so_until_there_is_one(
    bring, settings, monkeypatch
) -> None:
    monkeypatch.setattr(tasks.antivirus, "gateway", tasks.antivirus.Unconfigured)
    document = bring()
    run_all_now()
    document.refresh_from_db()
    assert document.scan == Scan.NOT_SCANNED
    assert standings(document)[1] == ("scanned", "skipped")
    assert queries.content(document)
    tasks.scan_late(at=AT + tasks.LATE * 2)
    assert queued_arguments(tasks.look) == []
    monkeypatch.undo()
    settings.CLAMD_URL = "unix:/run/clamd.sock"
    tasks.scan_late(at=AT + tasks.LATE * 2)
    settings.CLAMD_URL = ""
    run_all_now()
    document.refresh_from_db()
    assert document.scan == Scan.CLEAN


def test_a_scan_nobody_works_at_is_queued_again(bring) -> None:
    from django_tasks_db.models import DBTaskResult

    document = bring()
    DBTaskResult.objects.all().delete()
    tasks.scan_late(at=AT)
    assert queued_arguments(tasks.look) == []
    for _ in range(2):
        tasks.scan_late(at=AT + tasks.LATE * 2)
    assert queued_arguments(tasks.look) == [[document.pk]]


def test_a_full_disk_leaves_neither_row_nor_half_a_file(bring, store, monkeypatch) -> None:
    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("oms.kit.files.os.fsync", full)
        with pytest.raises(storage.NotKept):
            bring()
    assert files(store) == []
    assert not Document.objects.exists()
    assert not StoredFile.objects.exists()
    assert bring().pk
