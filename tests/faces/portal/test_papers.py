"""Papers: my documents, their files, and the page where anybody checks one."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from oms.domain.journal.actions import SYSTEM
from oms.domain.papers import actions, queries
from oms.domain.papers.models import Paper

pytestmark = pytest.mark.django_db
PDF = "application/pdf"


def read(answer: Any) -> str:
    return str(answer.content.decode().replace("\N{NO-BREAK SPACE}", " "))


def bring(client: Any, content: bytes, name: str = "paper.pdf") -> Any:
    return client.post("/verify/", {"paper": SimpleUploadedFile(name, content, PDF)})


def test_the_file_is_given_byte_for_byte_to_be_saved(anna, insured_anna, paper_of, entered) -> None:
    paper = paper_of(insured_anna)
    answer = entered(anna).get(f"/documents/{paper.number}/pdf")
    assert answer.content == queries.content(paper)
    assert answer.headers["Content-Type"] == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert insured_anna.enp not in answer.headers["Content-Disposition"]


def test_my_documents_show_each_state_at_the_same_cost(
    anna, insured_anna, paper_of, entered, django_assert_max_num_queries
) -> None:
    client = entered(anna)
    paper_of(insured_anna, "a")
    with django_assert_max_num_queries(5) as few:
        client.get("/documents/")
    for key in "bcd":
        paper_of(insured_anna, key)
    with django_assert_max_num_queries(5) as many:
        text = read(client.get("/documents/"))
    assert len(few.captured_queries) == len(many.captured_queries)
    assert text.count("Заменена более новой") == 3
    assert text.count("Действительна") == 1


def test_the_list_goes_on_page_after_page(
    anna, insured_anna, paper_of, entered, monkeypatch
) -> None:
    monkeypatch.setattr("oms.faces.portal.documents.PAGE", 2)
    papers = [paper_of(insured_anna, key) for key in "abc"]
    client, seen, address = entered(anna), [], "/documents/"
    for _ in range(2):
        text = read(client.get(address))
        seen += [paper for paper in papers if f'<span class="number">{paper.number}' in text]
        found = re.search(r'href="(/documents/\?before=[^"]+)"', text)
        address = found[1] if found else ""
    assert sorted(seen, key=lambda paper: paper.pk) == papers
    assert address == ""


def test_the_page_says_the_same_words_as_the_file(anna, insured_anna, paper_of, entered) -> None:
    paper = paper_of(insured_anna)
    text = read(entered(anna).get(f"/documents/{paper.number}/"))
    for _, value in queries.twin(paper).lines:
        assert value.replace("\N{NO-BREAK SPACE}", " ") in text
    assert "data-print" in text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("issued", "Документ подлинный и действует"),
        ("superseded", "Документ подлинный, но заменён более новым"),
        ("revoked", "Документ отозван"),
    ],
)
def test_a_code_and_a_file_tell_the_state(client, insured_anna, paper_of, state, words) -> None:
    paper = paper_of(insured_anna)
    content = queries.content(paper)
    if state == "superseded":
        paper_of(insured_anna, "case:2")
    if state == "revoked":
        actions.revoke(paper=paper, reason="Ошибка в имени", by=SYSTEM, at=timezone.now())
    for answer in (client.get(f"/verify/{paper.check_code}/"), bring(client, content)):
        assert answer.status_code == 200
        text = read(answer)
        assert words in text
        assert paper.number in text
        assert f">{insured_anna.enp[-4:]}<" in text
        for secret in ("Климова", "Викторовна", insured_anna.enp, insured_anna.snils, "Ошибка в"):
            assert secret not in text


def test_a_number_tells_less_than_the_code(client, insured_anna, paper_of) -> None:
    paper = paper_of(insured_anna)
    text = read(client.get(f"/verify/{paper.number}/"))
    assert "Документ подлинный и действует" in text
    assert insured_anna.enp[-4:] not in text.replace(paper.number, "")
    assert "К." not in text


def test_a_typed_code_leads_to_the_address_of_the_qr_code(client, insured_anna, paper_of) -> None:
    paper = paper_of(insured_anna)
    code = paper.check_code
    typed = f" {code[:4].lower()}-{code[4:8]} {code[8:12]}–{code[12:]} "
    answer = client.post("/verify/", {"code": typed}, follow=True)
    assert "Документ подлинный и действует" in read(answer)
    assert answer.redirect_chain[0][0].lower() == f"/verify/{code.lower()}/"


@pytest.mark.parametrize(
    "code", ["1234", "7KQM3XPA9RTW2HJZ", "В-26-999-999-1", "../../etc", "<b>", "я" * 39]
)
def test_an_unknown_code_is_said_at_the_field_and_stays(client, db, code) -> None:
    answer = client.post("/verify/", {"code": code}, follow=True)
    assert answer.status_code == 404
    text = read(answer)
    assert "Такого документа мы не выдавали" in text
    assert "<b>" not in text


@pytest.mark.parametrize("code", ["", "\0", "x" * 5000, "   "])
def test_what_is_no_code_at_all_is_said_at_the_field(client, db, code) -> None:
    answer = client.post("/verify/", {"code": code})
    assert answer.status_code == 200
    assert "data-error-summary" in read(answer)


def test_a_changed_file_is_told_to_be_changed(client, insured_anna, paper_of) -> None:
    content = bytearray(queries.content(paper_of(insured_anna)))
    content[len(content) // 3] ^= 1
    text = read(bring(client, bytes(content)))
    assert "Файл изменён" in text
    assert "Документ подлинный" not in text
    added = queries.content(Paper.objects.get()) + b"\n% added"
    assert "Документ подлинный" not in read(bring(client, added))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Файл пустой"),
        (b"hello", "Это не PDF"),
        (b"MZ\x90\x00" * 100, "Это не PDF"),
        (b"<html><script>alert(1)</script>", "Это не PDF"),
        (b"%PDF-1.7\n", "нет нашей электронной подписи"),
        (b"%PDF-1.7\n" + b"\x00\xff" * 5000, "нет нашей электронной подписи"),
        (b"%PDF-1.7\n/ByteRange [0 1 2 99999999999999999999]", "Файл изменён"),
        (b"%PDF-1.7\n/ByteRange [-1 -1 -1 -1]/Contents<" + b"f" * 999 + b">", "Файл изменён"),
        (b"%PDF-1.7\n" + b"/ByteRange [" * 20_000, "Файл изменён"),
        (b"%PDF-" + b"0" * (5 * 1024 * 1024), "Файл больше 5 МБ"),
    ],
)  # fmt: skip
def test_any_file_is_answered_in_words(client, db, content, words) -> None:
    answer = bring(client, content, "../../<script>.pdf")
    assert answer.status_code == 200
    text = read(answer)
    assert words in text
    assert "<script>.pdf" not in text


def test_a_form_without_a_file_is_answered(client, db) -> None:
    assert "Выберите файл PDF" in read(client.post("/verify/", {}))
    assert "data-error-summary" in read(client.post("/verify/", {"paper": "text"}))


def test_tries_are_limited_and_the_wait_is_told(client, db, monkeypatch) -> None:
    for _ in range(10):
        assert client.get("/verify/1234/").status_code == 404
    asked = client.get("/verify/1234/")  # from now on a puzzle stands before each code
    assert asked.status_code == 200
    assert 'name="puzzle' in read(asked)
    for _ in range(20):
        assert bring(client, b"%PDF-1.7").status_code == 200
    answer = bring(client, b"%PDF-1.7")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > timedelta(minutes=9).total_seconds()
    assert "Подождите" in read(answer)
