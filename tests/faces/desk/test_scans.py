"""Documents of a case at the desk: seen through the case only, each look written down."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests import factories as make
from tests.faces.desk.conftest import NOW
from tests.faces.desk.test_costs import JOURNAL, cost
from tests.faces.desk.worlds import text_of

from oms.cases import actions
from oms.cases.models import Case
from oms.domain.documents import actions as documents
from oms.domain.documents.models import Document
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Message
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
READ = {
    "state": "done",
    "fields": {
        "family_name": {"value": "Проверкина", "confidence": 0.99, "source": "mrz"},
        "given_name": {"value": "Инна", "confidence": 0.8, "source": "ocr"},
        "patronymic": {"value": "Юрьевна", "confidence": 0.1, "source": "ocr"},
    },
}


@pytest.fixture(autouse=True)
def _storage_of_our_own(tmp_path: Path, settings: Any) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "documents"}}
    settings.STORAGES = {**settings.STORAGES, "documents": own}


def the_document(case: Case) -> Document:
    return Document.objects.get(about=case.key)


def url(case: Case, *parts: str) -> str:
    code = the_document(case).code
    return "/".join((f"/desk/cases/{case.number}/documents/{code}", *parts, ""))


def with_bytes(case: Case) -> Document:
    """The case's document with a real picture behind it, scanned."""
    out = io.BytesIO()
    Image.effect_noise((900, 1200), 50).convert("RGB").save(out, "JPEG")
    user, old = case.applicant, the_document(case)
    new = documents.receive(
        user=user, by=user, kind=old.kind, content=out.getvalue(), name="паспорт.jpg",
        at=make.NOON, about=case.key, slot=old.slot,
    )  # fmt: skip
    old.delete()
    run_all_now()
    new.refresh_from_db()
    return new


def test_the_sheet_shows_what_was_brought_and_what_was_told(desk) -> None:
    page = text_of(desk.client(desk.irina).get(f"/desk/cases/{desk.case.number}/"))
    assert "Документ, удостоверяющий личность" in page
    assert "Вирусов нет" in page
    assert "pages/1/?width=320" in page
    Document.objects.update(scan=Document.Scan.INFECTED)
    page = text_of(desk.client(desk.irina).get(f"/desk/cases/{desk.case.number}/"))
    assert "Заражён, не открывается" in page
    assert "pages/1/" not in page


def test_a_document_is_seen_through_its_case_only(desk) -> None:
    paths = [url(desk.case), url(desk.case, "file"), url(desk.case, "pages", "1")]
    for who in (desk.stranger, desk.fund, desk.case.applicant):
        client = desk.client(who)
        for path in paths:
            assert client.get(path).status_code in {403, 404}
        assert client.post(url(desk.case, "judge"), {"accept": "1"}).status_code in {403, 404}
    other = make.submitted()
    code = the_document(other).code
    client = desk.client(desk.irina)
    assert client.get(f"/desk/cases/{desk.case.number}/documents/{code}/").status_code == 404
    assert not Entry.objects.filter(act="person.read").exists()


def test_each_look_is_written_down_once_and_says_at_what(desk) -> None:
    with_bytes(desk.case)
    client = desk.client(desk.irina)
    for path in (url(desk.case), url(desk.case, "pages", "1"), url(desk.case)):
        assert client.get(path).status_code == 200
    looks = Entry.objects.filter(act="person.read").values_list("payload__data", flat=True)
    purposes = [one["purpose"] for one in looks]
    assert sum("документ «Паспорт»" in one for one in purposes) == 1


def test_what_is_not_scanned_or_infected_opens_for_nobody(desk) -> None:
    client = desk.client(desk.irina)
    for scan in (Document.Scan.WAITING, Document.Scan.INFECTED):
        Document.objects.update(scan=scan)
        assert client.get(url(desk.case)).status_code == 200
        for parts in (("file",), ("pages", "1")):
            assert client.get(url(desk.case, *parts)).status_code == 409


def test_what_was_read_stands_beside_what_was_told(desk) -> None:
    Document.objects.update(recognition=READ)
    page = text_of(desk.client(desk.irina).get(url(desk.case)))
    assert "уверенность 80" in page
    assert page.count("отличается") >= 1
    assert "Инна" in page
    assert "Юрьевна" not in page  # too unsure to be shown


def test_a_document_is_judged_by_who_holds_the_case(desk) -> None:
    client = desk.client(desk.irina)
    client.post(url(desk.case, "judge"), {"accept": "1"})
    assert the_document(desk.case).state == Document.State.RECEIVED
    assert "О документе решает тот" in text_of(client.get(url(desk.case)))
    desk.taken()
    answer = client.post(url(desk.case, "judge"), {"refuse": "1", "reason": "", "words": ""})
    assert answer.status_code == 422
    sent = {"refuse": "1", "reason": "document-unreadable", "words": "Не видно номера"}
    assert client.post(url(desk.case, "judge"), sent).status_code == 302
    refused = the_document(desk.case)
    assert refused.state == Document.State.REFUSED
    assert "Не видно номера" in refused.state_reason
    assert Message.objects.filter(kind="document-refused", user=desk.case.applicant).exists()
    client.post(url(desk.case, "judge"), {"accept": "1"})
    assert the_document(desk.case).state == Document.State.ACCEPTED


def test_a_better_scan_is_asked_for_and_brought(desk) -> None:
    case = desk.taken()
    client = desk.client(desk.irina)
    ask = f"/desk/cases/{case.number}/ask/?document=identity"
    assert re.search(r'value="identity"[^>]*checked', text_of(client.get(ask)))
    data = {
        "text": "Снимите разворот целиком.", "documents_asked": ["identity"],
        "answer_by": "20.10.2026", "revision": case.revision,
    }  # fmt: skip
    assert client.post(ask, data).status_code == 302
    case.refresh_from_db()
    assert case.question_documents == ["identity"]
    before = the_document(case)
    with pytest.raises(actions.NotAnswered):
        actions.perform("answer", case, by=case.applicant, at=NOW)
    new = make.document(
        case.applicant, about=case.key, slot="identity", received_at=case.state_since, order=1
    )
    case = actions.perform("answer", case, by=case.applicant, at=NOW)
    pinned = [file["code"] for row in case.pinned["documents"] for file in row["files"]]
    assert pinned == [before.code, new.code]
    assert case.question_documents == []


def test_the_viewer_costs_the_same_however_many_files(desk) -> None:
    client = desk.client(desk.irina)
    path = url(desk.case)
    first, again = cost(client, path)
    for order in range(1, 9):
        make.document(desk.case.applicant, about=desk.case.key, slot="snils", order=order)
    assert cost(desk.client(desk.irina), path)[1] == again
    assert again <= 14
    assert first - again <= JOURNAL * 2
