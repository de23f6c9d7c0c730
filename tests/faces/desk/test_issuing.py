"""Papers by a list at the desk: the form, the progress, the archive, whose they are."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories as make
from tests.faces.desk.worlds import text_of

from oms.domain.papers.models import PaperBatch
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef" * 2


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "papers"}}
    settings.STORAGES = {**settings.STORAGES, "papers": own}


def form(**changes):
    return {"key": KEY, "kind": "policy-extract", "purpose": "Сверка", "numbers": "", **changes}


def test_a_list_becomes_an_archive(desk) -> None:
    people = [make.insured() for _ in range(2)]
    client = desk.client(desk.irina)
    typed = form(numbers="\n".join([*(one.enp for one in people), "нет 1"]))
    answer = client.post("/desk/papers/", typed)
    assert client.post("/desk/papers/", typed)["Location"] == answer["Location"]
    page = text_of(client.get(answer["Location"]))
    assert "Готовим: 0 из 2" in page
    assert 'data-hx-trigger="every 2s"' in page
    assert client.get(f"{answer['Location']}archive/")["Location"] == answer["Location"]
    run_all_now()
    part = text_of(client.get(answer["Location"], headers={"HX-Request": "true"}))
    assert part.startswith("<section")
    assert "Готово: 2 из 2" in part
    assert "проверьте цифры" in part
    file = b"".join(client.get(f"{answer['Location']}archive/").streaming_content)
    assert len(zipfile.ZipFile(io.BytesIO(file)).namelist()) == 3
    stranger = desk.client(desk.stranger)
    for path in ("", "archive/"):
        assert stranger.get(f"{answer['Location']}{path}").status_code == 404
    assert "Списков пока не было" in text_of(stranger.get("/desk/papers/"))


def test_what_is_missing_is_told(desk) -> None:
    client = desk.client(desk.irina)
    for typed, words in (
        (form(), "Вставьте номера или выберите файл"),
        (form(kind=""), "Выберите документ"),
        (form(purpose="", numbers="1"), "зачем"),
        (form(kind="insurance-certificate", numbers="1"), "укажите первый и последний день"),
        (form(numbers="Номер"), "Список пуст"),
    ):
        answer = client.post("/desk/papers/", typed)
        assert answer.status_code == 422
        assert words in text_of(answer)
    assert not PaperBatch.objects.exists()


def test_a_file_in_the_old_code_page_and_a_period(desk) -> None:
    anna, client = make.insured(), desk.client(desk.irina)
    file = SimpleUploadedFile("list.csv", f"СНИЛС;Имя\r\n{anna.snils};Анна".encode("cp1251"))
    typed = form(kind="insurance-certificate", since="01.01.2026", until="30.06.2026", file=file)
    assert client.post("/desk/papers/", typed).status_code == 302
    batch = PaperBatch.objects.get()
    assert (batch.persons, batch.scope) == ([anna.pk], "2026-01-01/2026-06-30")


def test_pages_cost_the_same_however_many(desk) -> None:
    client, costs = desk.client(desk.irina), []
    for n in range(2):
        for more in range(1 + 9 * n):
            client.post("/desk/papers/", form(numbers="нет 1\nнет 2", key=f"{n}{more}" + KEY[2:]))
        pk = PaperBatch.objects.latest("pk").pk
        with CaptureQueriesContext(connection) as seen:
            client.get("/desk/papers/")
            client.get(f"/desk/papers/{pk}/")
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 7
