"""Bringing files: with the script and without, in one's own places only."""

import re
from typing import Any

import pytest
from django.test import Client
from tests import factories as make
from tests.faces.portal.uploads.conftest import photo
from tests.signing_in import sign_in

from oms.cases import actions
from oms.domain.accounts.models import User
from oms.domain.documents.models import Document
from oms.domain.journal.models import Entry
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "upload"}
ADD = "/documents/add/?kind=passport"


def text(answer: Any) -> str:
    return str(answer.content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def place(client: Client, url: str = ADD) -> str:
    found = re.search(r'name="place" value="([^"]+)"', text(client.get(url)))
    assert found, url
    return found[1]


def send(client: Client, *files: Any, at: str = "", **headers: str) -> Any:
    data = {"place": at or place(client), "files": list(files)}
    return client.post("/documents/uploads/", data, headers=headers)


def test_a_form_without_script_takes_several_and_tells_of_each_that_failed(
    client: Client, anna: User
) -> None:
    wrong = photo(name="письмо.docx")
    wrong.file.seek(0)
    wrong.file.write(b"PK\x03\x04word/")
    wrong.file.seek(0)
    answer = send(client, photo("один"), wrong, photo("два"))
    assert answer.status_code == 302
    assert answer["Location"] == f"{ADD}#slot-own"
    page = text(client.get(ADD))
    assert "Загрузили: 2 файла." in page
    assert "Не загрузили «<span data-name>письмо.docx</span>»" in page
    assert page.count("data-url=") == 2
    assert "Не загрузили «<span data-name>письмо" not in text(client.get(ADD))  # told once
    assert {d.kind for d in Document.objects.all()} == {"passport"}


def test_the_script_gets_a_row_then_how_its_check_goes(client: Client, anna: User) -> None:
    answer = send(client, photo(), **SCRIPT)
    assert answer.status_code == 201
    row = text(answer)
    assert 'data-poll="2"' in row
    assert "Проверяем на вирусы" in row
    assert "<img" not in row
    document = Document.objects.get()
    url = f"/documents/uploads/{document.code}/"
    assert client.get(f"{url}pages/1/").status_code == 409
    run_all_now()
    row = text(client.get(f"{url}state/"))
    assert "<img" in row
    again = send(client, photo(), **SCRIPT)  # noise differs: another file
    assert again.status_code == 201
    assert Document.objects.count() == 2
    picture = client.get(f"{url}pages/1/?width=320")
    assert picture["Content-Type"] == "image/jpeg"
    assert "sandbox" in picture["Content-Security-Policy"]
    file = client.get(f"{url}file/")
    assert file["Content-Disposition"].startswith("attachment")


def test_the_same_file_sent_twice_is_one(client: Client, anna: User) -> None:
    one = photo()
    for _ in range(2):
        one.file.seek(0)
        assert send(client, one, **SCRIPT).status_code == 201
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Файл пустой."),
        (b"\xff\xd8\xff", "Файл меньше 10 КБ"),
        (b"\xff\xd8\xff" + b"x" * (5 * 1024 * 1024), "Файл больше 5 МБ."),
        (b"MZ" + b"\0" * 20_000, "Выберите"),
    ],
)
def test_what_is_not_taken_is_told_with_a_remedy(
    client: Client, anna: User, content: bytes, words: str
) -> None:
    wrong = photo(name="файл.jpg")
    wrong.file.seek(0)
    wrong.file.truncate()
    wrong.file.write(content)
    wrong.size = len(content)
    wrong.file.seek(0)
    answer = send(client, wrong, **SCRIPT)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not Document.objects.exists()


def test_places_are_of_who_they_were_made_for(client: Client, anna: User) -> None:
    sealed = place(client)
    stranger = sign_in(Client(), make.user())
    assert send(stranger, photo(), at=sealed, **SCRIPT).status_code == 409
    assert send(client, photo(), at=sealed[:-2] + "xx", **SCRIPT).status_code == 409
    assert not Document.objects.exists()


def test_nobody_else_reaches_a_document(client: Client, anna: User) -> None:
    code = make.document(anna).code
    stranger = sign_in(Client(), make.user())
    pages = ("", "state/", "file/", "pages/1/", "remove/")
    for one in pages:
        assert stranger.get(f"/documents/uploads/{code}/{one}").status_code == 404
        assert Client().get(f"/documents/uploads/{code}/{one}").status_code == 302
    for one in ("remove/", "replace/", "keep/", "send/"):
        assert stranger.post(f"/documents/uploads/{code}/{one}").status_code == 404
    staff = sign_in(Client(), make.operator())
    assert staff.get(f"/documents/uploads/{code}/").status_code == 404
    assert Document.objects.get().state == Document.State.RECEIVED


def test_a_document_is_replaced_and_removed(client: Client, anna: User) -> None:
    send(client, photo(), **SCRIPT)
    url = f"/documents/uploads/{Document.objects.get().code}/"
    answer = client.post(f"{url}replace/", {"files": photo("новый", name="новый.jpg")})
    assert answer.status_code == 302
    left = Document.objects.exclude(state="removed").get()
    assert left.name == "новый.jpg"
    url = f"/documents/uploads/{left.code}/"
    assert "Вернуть его будет нельзя" in text(client.get(f"{url}remove/"))
    assert client.post(f"{url}remove/")["Location"] == "/documents/"
    assert client.get(url).status_code == 404
    assert "Документов пока нет" in text(client.get("/documents/"))


def test_what_was_handed_in_stays_and_words_say_why(client: Client, anna: User) -> None:
    case = make.submitted(anna)
    document = Document.objects.get(about=case.key)
    url = f"/documents/uploads/{document.code}/"
    assert "приложен к поданному заявлению" in text(client.get(f"{url}remove/"))
    assert client.post(f"{url}remove/").status_code == 409
    assert client.post(f"{url}replace/", {"files": photo()}).status_code == 422
    actions.perform("withdraw", case, by=anna, at=make.NOON)
    assert client.post(f"{url}remove/").status_code == 302


def test_a_poor_scan_is_told_shown_and_may_be_left_so(client: Client, anna: User) -> None:
    fault = {
        "code": "blurred", "title": "Снимок нерезкий", "text": "Буквы расплылись.",
        "remedy": "Снимите ещё раз.", "page": 1, "box": [0.1, 0.2, 0.5, 0.25],
    }  # fmt: skip
    document = make.document(anna, problems=[fault])
    url = f"/documents/uploads/{document.code}/"
    page = text(client.get(url))
    assert "Снимите ещё раз." in page
    assert '<rect x="100" y="200" width="500" height="250"' in page
    for _ in range(2):
        assert client.post(f"{url}keep/").status_code == 302
    page = text(client.get(url))
    assert "Оставить так" not in page
    assert Entry.objects.filter(act="document.keep_as_is").count() == 1


def test_too_many_files_in_an_hour_have_to_wait(
    client: Client, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from oms.domain.accounts import limits
    from oms.faces.portal.uploads import receiving

    one = limits.Limit("uploads", timedelta(hours=1), lambda n: timedelta(hours=n >= 2))
    monkeypatch.setattr(receiving, "HOURLY", one)
    codes = [send(client, photo(str(n)), **SCRIPT).status_code for n in range(3)]
    assert codes == [201, 201, 429]


def test_the_way_to_a_document_is_mailed_and_never_its_bytes(client: Client, anna: User) -> None:
    from oms.gateways.mail import MEMORY

    MEMORY.clear()
    document = make.document(anna)
    client.post(f"/documents/uploads/{document.code}/send/")
    run_all_now()
    [letter] = MEMORY.sent
    assert document.code in letter.text
    assert not letter.files
    assert document.name not in letter.text + letter.subject
