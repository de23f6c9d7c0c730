"""Files people keep: a copy of one application, the list of all; and what they may not do."""

import csv
import io
import zipfile
from datetime import timedelta

import pypdfium2
import pytest
from tests import factories as make

from oms.cases import actions, copies, exports, notes
from oms.cases.models import Case, CaseNote
from oms.cases.personal import KEEPERS
from oms.cases.refused import NotYours, Unfounded, WrongState
from oms.cases.story import Asked
from oms.domain.journal.models import Entry
from oms.gateways import mail

pytestmark = pytest.mark.django_db
FORMULA = "=HYPERLINK(1)"


def words(pdf: bytes) -> str:
    """The text of a PDF, with plain spaces."""
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture
def case() -> Case:
    return make.submitted(birth_place="г. Москва №5 «Тест» #let x = 1 $math$")


def test_a_copy_says_what_was_submitted_and_when(case) -> None:
    pdf = copies.copy(case, at=make.NOON)

    said = words(pdf)
    assert pdf.startswith(b"%PDF-1.7")
    for expected in (
        f"Заявление № {case.number}",
        "Проверкина Анна Викторовна",
        "5 октября 2026 г. в 12:00",
        "#let x = 1 $math$",
        "Документ, удостоверяющий личность",
        "СМО 77001",
    ):
        assert expected in said, expected
    assert copies.copy(case, at=make.NOON) == pdf


def test_a_draft_has_no_copy() -> None:
    draft = make.policy_draft()
    with pytest.raises(WrongState):
        copies.copy(draft, at=make.NOON)
    with pytest.raises(WrongState):
        copies.send(case=draft, to=draft.applicant, at=make.NOON)


@pytest.mark.django_db(transaction=True)  # as the web runs it: no transaction around
def test_a_copy_goes_to_the_confirmed_address_of_who_asks_and_to_nobody_else(
    case, monkeypatch
) -> None:
    sent = []

    class Box:
        def send(self, letter):
            sent.append(vars(letter))

    monkeypatch.setattr(mail, "gateway", Box)
    user = case.applicant
    user.email, user.email_confirmed_at = "anna@example.org", None
    user.save()
    with pytest.raises(copies.NoAddress):
        copies.send(case=case, to=user, at=make.NOON)
    stranger = make.user(email="s@example.org", email_confirmed_at=make.NOON)
    with pytest.raises(NotYours):
        copies.send(case=case, to=stranger, at=make.NOON)
    user.email_confirmed_at = make.NOON
    user.save()

    copies.send(case=case, to=user, at=make.NOON)
    copies.deliver_copy.call(case.pk, user.pk, "key", make.NOON.isoformat())

    (letter,) = sent
    assert letter["to"] == "anna@example.org"
    assert letter["files"][0].name == f"Заявление {case.number}.pdf"
    assert "Проверкина" not in letter["text"]
    assert Entry.objects.filter(act="case.send_copy", subject=case.key).count() == 1


def refused_with_a_formula(case: Case) -> Case:
    by = make.operator()
    actions.perform("take", case, by=by, at=make.NOON)
    about = {"code": "data-differ", "about": FORMULA, "field": "birth_place"}
    done = actions.perform("reject", case, by=by, at=make.NOON, reasons=[about])
    Case.objects.filter(pk=done.pk).update(refusals=[{**done.refusals[0], "text": FORMULA}])
    return done


@pytest.mark.parametrize("kind", exports.KINDS)
@pytest.mark.django_db(transaction=True)  # as the web runs it: no transaction around
def test_the_list_is_exported_as_filtered_and_journaled(case, kind) -> None:
    refused_with_a_formula(case)
    user = case.applicant
    make.submitted()  # somebody else's

    content, _ = exports.export(user=user, by=user, asked=Asked(), kind=kind, at=make.NOON)
    empty, _ = exports.export(
        user=user, by=user, asked=Asked(state="ready"), kind=kind, at=make.NOON
    )

    assert case.number in TEXT[kind](content)
    assert case.number not in TEXT[kind](empty)
    assert Entry.objects.filter(act="case.export", subject=user.key).count() == 2


def _sheet(content: bytes) -> str:
    book = zipfile.ZipFile(io.BytesIO(content))
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
    return book.read("xl/sharedStrings.xml").decode()


def _rows(content: bytes) -> str:
    assert content.startswith(b"\xef\xbb\xbf")
    cells = [
        c
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
        for c in row
    ]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    return " ".join(cells)


TEXT = {"csv": _rows, "xlsx": _sheet, "pdf": words}


def test_a_file_that_would_be_too_long_is_refused(case, monkeypatch) -> None:
    monkeypatch.setattr(exports, "MOST", 0)
    user = case.applicant
    with pytest.raises(exports.TooMany):
        exports.export(user=user, by=user, asked=Asked(), kind="csv", at=make.NOON)


@pytest.mark.django_db(transaction=True)  # as the web runs it: no transaction around
def test_notes_are_for_colleagues_and_stand_in_the_persons_own_export(case) -> None:
    by, other = make.operator(), make.operator(make.insurer("77002"))
    for _ in range(2):
        notes.add(case=case, text="Звонила, ждёт справку", by=by, at=make.NOON)
    assert CaseNote.objects.count() == 1
    for stranger in (other, case.applicant, make.user(role="supervisor")):
        with pytest.raises((NotYours, Unfounded)):
            notes.add(case=case, text="" if stranger == case.applicant else "я", by=stranger,
                      at=make.NOON)  # fmt: skip
    keeper = KEEPERS[0]
    data = keeper.collect(case.applicant).data
    assert data[0]["notes"][0]["text"] == "Звонила, ждёт справку"


@pytest.mark.django_db(transaction=True)  # as the web runs it: no transaction around
def test_the_insurer_being_left_answers_once_and_stops_nothing(case) -> None:
    old = make.insurer("77005")
    Case.objects.filter(pk=case.pk).update(informed=old)
    case.refresh_from_db()
    clerk, later = make.operator(old), make.NOON + timedelta(hours=1)
    with pytest.raises(NotYours):
        notes.answer_as_left(case=case, objects=False, text="", by=make.operator(), at=make.NOON)
    with pytest.raises(Unfounded):
        notes.answer_as_left(case=case, objects=True, text=" ", by=clerk, at=make.NOON)

    notes.answer_as_left(case=case, objects=True, text="Идёт лечение", by=clerk, at=make.NOON)

    with pytest.raises(WrongState):
        notes.answer_as_left(case=case, objects=False, text="", by=clerk, at=later)
    by = make.operator()
    actions.perform("take", case, by=by, at=later)
    assert actions.perform("approve", case, by=by, at=later).state == "approved"
