"""Many at once: one row, one file, and never a row whose bytes are gone."""

import pytest
from tests import factories
from tests.cases.conftest import at_once, shared_database  # noqa: F401  fixtures
from tests.domain.documents.conftest import AT, files, photo

from oms.domain.documents import actions, queries, storage, tasks
from oms.domain.documents.models import Document, StoredFile
from oms.domain.journal.models import Entry
from oms.kit.denied import Denied
from oms.kit.tasks import run_all_now

SLOT = {"about": "case:7", "slot": "basis"}


@pytest.fixture(autouse=True)
def _no_examining(monkeypatch, request):
    """Files are known to be good: what is tried here are rows and locks."""
    found = {"media_type": "image/jpeg", "pages": 1, "measures": {"1": {}}, "problems": []}
    known = {"inspect": (found, b""), "preview": ({}, b"\xff\xd8drawn"), "read": ({}, b"")}
    monkeypatch.setattr("oms.domain.documents.examiner.call", lambda job, *_, **__: known[job])


@pytest.fixture
def receive(shared_database):  # noqa: F811
    def make(content, **told):
        owner = told.pop("user", None) or person
        return actions.receive(
            user=owner, by=owner, kind="other", content=content, name="a.jpg", at=AT,
            **{**SLOT, **told},
        )  # fmt: skip

    person = factories.user()
    make.owner = person
    return make


def errors(results):
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, Denied)]


def test_the_same_bytes_brought_at_once_are_one_document(receive, at_once, store) -> None:  # noqa: F811
    results = at_once(*[lambda: receive(photo("one"))] * 10)
    assert {getattr(one, "pk", one) for one in results} == {Document.objects.get().pk}
    assert StoredFile.objects.count() == len(files(store)) == 1
    assert Entry.objects.filter(act="document.receive").count() == 1


def test_people_bringing_the_same_bytes_share_them(receive, at_once, store) -> None:  # noqa: F811
    people = [factories.user() for _ in range(6)]
    results = at_once(*[lambda u=u: receive(photo("one"), user=u) for u in people])
    assert errors(results) == []
    assert Document.objects.count() == 6
    assert StoredFile.objects.count() == len(files(store)) == 1


@pytest.mark.parametrize("round_", range(4))
def test_removing_and_bringing_at_once_never_loses_bytes(receive, at_once, store, round_) -> None:  # noqa: F811
    content = photo("one")
    document = receive(content)
    remove = lambda: actions.remove(document=document, by=receive.owner, at=AT)  # noqa: E731
    erase = lambda: tasks.erase.func(document.file_id)  # noqa: E731
    other = factories.user()
    results = at_once(
        remove, erase, lambda: receive(content), lambda: receive(content, user=other), erase
    )
    assert errors(results) == []
    run_all_now()
    live = Document.objects.exclude(state="removed")
    assert live.count() >= 1
    assert all(queries.content(one) == content for one in live)


def test_looking_while_it_is_removed_is_an_answer_or_a_no(receive, at_once) -> None:  # noqa: F811
    document = receive(photo("one"))
    run_all_now()
    document.refresh_from_db()
    results = at_once(
        *[lambda: queries.preview(document)] * 3,
        lambda: actions.remove(document=document, by=receive.owner, at=AT),
        lambda: tasks.erase.func(document.file_id),
        lambda: queries.content(document),
    )
    assert errors(results) == []
    run_all_now()
    document.refresh_from_db()
    with pytest.raises(queries.NotOpen):
        queries.content(document)


def test_two_replaced_crosswise_do_not_wait_for_each_other(receive, at_once) -> None:  # noqa: F811
    first, second = photo("one"), photo("two")
    for round_ in range(3):
        about = {"about": f"case:{round_}"}
        mine, other = receive(first, **about), receive(second, slot="x", **about)
        results = at_once(
            lambda mine=mine: actions.replace(
                document=mine, content=second, name="", by=receive.owner, at=AT
            ),
            lambda other=other: actions.replace(
                document=other, content=first, name="", by=receive.owner, at=AT
            ),
        )
        assert errors(results) == []
        run_all_now()
        assert [storage.fetch(one.file.sha256) for one in queries.of(**about)] == [second, first]


def test_a_scan_and_a_removal_at_once_both_end(receive, at_once) -> None:  # noqa: F811
    document = receive(photo("one"))
    results = at_once(
        lambda: tasks.look.func(document.pk),
        lambda: actions.remove(document=document, by=receive.owner, at=AT),
        lambda: tasks.look.func(document.pk),
        lambda: actions.attach(
            document=document, about="case:8", slot="y", by=receive.owner, at=AT
        ),
    )
    assert errors(results) == []
