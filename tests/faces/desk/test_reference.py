"""Reference books at the desk: files loaded by hand, codes on a day, terms that end."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import factories as make
from tests.signing_in import sign_in

from oms.domain.directory.models import Load, ReferenceEntry
from oms.domain.journal.models import Entry

pytestmark = pytest.mark.django_db
PAGE = "/desk/reference/"
V005 = """<?xml version="1.0" encoding="UTF-8"?>
<packet><zglv><type>V005</type><version>1.0</version><date>01.10.2026</date></zglv>
<zap><IDPOL>1</IDPOL><POLNAME>Мужской</POLNAME><DATEBEG>01.01.2011</DATEBEG><DATEEND/></zap>
<zap><IDPOL>22</IDPOL><POLNAME>Нет</POLNAME><DATEBEG>01.01.2011</DATEBEG><DATEEND/></zap>
</packet>"""


@pytest.fixture
def boss():
    return make.user(role="administrator")


@pytest.fixture
def client(boss):
    return sign_in(Client(), boss)


def read(answer):
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def sent(client, content, name="V005.xml"):
    file = SimpleUploadedFile(name, content.encode(), content_type="text/xml")
    return client.post(PAGE, {"file": file}, follow=True)


def test_a_file_is_loaded_once_and_its_report_is_shown(client, boss) -> None:
    for _ in range(2):
        answer = sent(client, V005)
        assert answer.status_code == 200
        text = read(answer)
        assert "Добавлено: 1, изменено: 0, без изменений: 0, отклонено: 1" in text
        assert "Отклонена строка" in text
    assert Load.objects.count() == 1
    assert Entry.objects.get(act="directory.load").actor == boss.key


@pytest.mark.parametrize(
    ("content", "status"), [("не XML", 409), ("<a/>", 409), ("", 422), ("<!DOCTYPE a><a/>", 409)]
)
def test_what_is_no_book_changes_nothing_and_is_said(client, content, status) -> None:
    answer = sent(client, content)
    assert answer.status_code in {status, 422}
    assert "Файл" in read(answer)
    assert not Load.objects.exists()
    assert client.post(PAGE, {}).status_code == 422


def test_an_older_file_is_refused(client) -> None:
    sent(client, V005)
    older = sent(client, V005.replace("01.10.2026", "01.09.2026"))
    assert older.status_code == 409
    assert "старше загруженного" in read(older)


def test_a_code_is_told_as_it_was_on_a_day(client) -> None:
    for name, since, until in (
        ("Прежний вид", date(2011, 1, 1), date(2019, 12, 31)),
        ("Новый вид", date(2020, 1, 1), None),
    ):  # fmt: skip
        ReferenceEntry.objects.create(
            book="F008", code="3", name=name, begins_on=since, ends_on=until
        )

    def asked(on):
        return read(client.get(PAGE, {"book": "F008", "code": "3", "on": on}))

    assert "<strong>Прежний вид" in asked("31.12.2019")
    assert "<strong>Новый вид" in asked("01.01.2020")
    assert "<strong>Новый вид" in asked("")
    assert "код не действовал" in asked("01.01.2001")
    nothing = client.get(PAGE, {"book": "F008", "code": "99"})
    assert "Такого кода в справочнике не было" in read(nothing)
    wrong = client.get(PAGE, {"book": "F999", "code": "\0", "on": "завтра"})
    assert wrong.status_code == 200


def test_an_organisation_is_told_with_all_its_turns(client) -> None:
    from oms.domain.directory.models import OrganizationVersion

    make.insurer()
    for since, until, phone in (
        (date(2020, 1, 1), date(2024, 1, 1), "8 800 1"), (date(2024, 1, 1), None, "8 800 2"),
    ):  # fmt: skip
        OrganizationVersion.objects.create(
            kind="insurer", code="77001", data={"fields": {"phone": phone}}, valid_from=since,
            valid_until=until,
        )  # fmt: skip
    text = read(client.get(PAGE, {"book": "F002", "code": "77001", "on": "01.06.2023"}))
    assert "<dd>8 800 1</dd>" in text
    assert "8 800 1 → 8 800 2" in text


def test_papers_that_end_stand_in_a_list(client) -> None:
    make.insurer(licence_until=make.TODAY + timedelta(days=7))
    text = read(client.get(PAGE))
    assert "ещё 7 дней" in text
    assert "СМО 77001" in text
