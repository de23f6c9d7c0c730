"""The desk's exchange: files sent, watched, answered; nobody else's are seen."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree
from tests import factories as make
from tests.domain.exchange import sample
from tests.domain.exchange.sample import NAME, content, op, processed, received

from oms.domain.exchange import actions
from oms.domain.exchange.models import ExchangeFile, Feed
from oms.domain.journal.models import Entry
from oms.domain.register.models import InsuredPerson
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _insurer(db) -> None:
    sample.insurer()


def send(client, data: bytes, name: str = f"{NAME}.xml"):
    return client.post("/desk/exchange/", {"file": SimpleUploadedFile(name, data)})


def test_a_file_is_sent_watched_and_answered(desk) -> None:
    client = desk.client(desk.irina)
    data = content([op("a-1"), op("a-2", FAM=None), op("a-3", OGRNSMO="1027700000009")])
    answer = send(client, data)
    file = ExchangeFile.objects.get()
    path = f"/desk/exchange/{file.pk}/"
    assert (answer.status_code, answer["Location"]) == (302, path)
    waiting = client.get(path).content.decode()
    assert "Проверяем файл целиком" in waiting
    assert f'data-hx-get="{path}"' in waiting
    assert client.get(f"{path}p.xml").status_code == 404
    part = client.get("/desk/exchange/", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div id="exchange-rows"')
    assert "every 3s" in part
    run_all_now()
    shown = client.get(path).content.decode()
    assert "FAM: поля нет на его месте" in shown
    assert "OGRNSMO: это не ОГРН вашей организации" in shown
    assert "a-1" not in shown
    assert "a-1" in client.get(f"{path}?answers=all").content.decode()
    part = client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith("<section")
    assert "data-hx-get" not in part
    for kind, count in (("p", 3), ("f", 1)):
        got = client.get(f"{path}{kind}.xml")
        assert got["Content-Disposition"] == f'attachment; filename="{kind}{NAME[1:]}.xml"'
        assert len(etree.fromstring(b"".join(got.streaming_content))) == count
    listed = client.get("/desk/exchange/").content.decode()
    assert "Есть отклонённые" in listed
    assert "1 из 3" in listed
    assert "every 3s" not in listed
    again = send(client, data)
    assert again["Location"] == path
    assert ExchangeFile.objects.count() == 1
    other = send(client, content([op("b")]))
    assert other.status_code == 422
    assert "в нём было другое" in other.content.decode()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("photo.jpg", b"x", "Назовите файл по образцу"),
        (f"{NAME}.xml", b"", "Файл пустой"),
        ("f77001_01_1.xml", b"x", "Здесь принимают файлы i, s, k и p"),
        ("p77001_01_1.xml", b"x", "отсюда не отправляли"),
        ("k77002_01_1.xml", b"x", "Код СМО в имени файла не ваш"),
        ("i77002_01_1.xml", b"x", "Код СМО в имени файла не ваш"),
        ("i77999_01_1.xml", b"x", "Код СМО в имени файла не ваш"),
    ],
)
def test_what_is_not_ones_own_file_is_not_taken(desk, name, data, words) -> None:
    answer = send(desk.client(desk.irina), data, name)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert ExchangeFile.objects.count() == 0


def test_the_funds_answers_lead_to_the_people_they_are_about(desk) -> None:
    """Sent from here, answered by the fund: the refused record leads to the card to mend."""
    insurer = sample.insurer()
    own, moved = (make.insured(by=insurer) for _ in range(2))
    for one in (own, moved):
        InsuredPerson.objects.filter(pk=one.pk).update(updated_at=make.NOON)
    client = desk.client(desk.irina)
    told = {"kind": "i", "insurer": "77001", "since": "01.10.2026", "until": "05.10.2026"}
    sent = client.post("/desk/exchange/write/", told)
    name = sent["Content-Disposition"].split('"')[1].replace("i", "p", 1)
    assert len(etree.fromstring(b"".join(sent.streaming_content))) == 2
    InsuredPerson.objects.filter(pk=moved.pk).update(insurer=make.insurer("77002"))
    replies = [
        [("N_REC", str(one.pk)), ("CODE_ERP", "AE"), ("COMMENT", f"Нет адреса {one.pk}")]
        for one in (own, moved)
    ]
    answer = send(client, content(replies, name=name.removesuffix(".xml")), name)
    path = answer["Location"]
    run_all_now()
    shown = client.get(path).content.decode()
    assert "Ответы фонда" in shown
    assert shown.count("Нет адреса") == 2
    assert f"/desk/people/{own.pk}/" in shown
    assert f"/desk/people/{moved.pk}/" not in shown
    assert client.get(f"{path}p.xml").status_code == 404
    assert "Протокол (p)" not in shown


def test_only_ones_own_files_are_seen(desk) -> None:
    file = processed([op(1)])
    elsewhere = make.operator(make.fund("50"))
    for user, code in ((desk.irina, 200), (desk.fund, 200), (desk.stranger, 404), (elsewhere, 404)):
        client = desk.client(user)
        for path in ("", "p.xml", "f.xml"):
            assert client.get(f"/desk/exchange/{file.pk}/{path}").status_code == code
        assert (file.name in client.get("/desk/exchange/").content.decode()) == (code == 200)
    assert client.get(f"/desk/exchange/{'9' * 30}/").status_code == 404
    assert client.get("/desk/exchange/?before=%00").status_code == 200


def test_a_refused_file_says_why_and_gives_its_protocol(desk) -> None:
    file = received(b"no xml")
    actions.process(file=file, at=make.NOON)
    client = desk.client(desk.fund)
    shown = client.get(f"/desk/exchange/{file.pk}/").content.decode()
    assert "Это не XML" in shown
    assert client.get(f"/desk/exchange/{file.pk}/p.xml").status_code == 404
    assert b"<OSHIB>" in b"".join(client.get(f"/desk/exchange/{file.pk}/f.xml").streaming_content)


def test_sources_tell_how_fresh_they_are(desk) -> None:
    old = make.NOON - timedelta(days=5)
    Feed.objects.create(code="insurer:77001", tried_at=old, succeeded_at=old)
    Feed.objects.create(code="register:tax", tried_at=old, error="Не отвечает")
    fund = desk.client(desk.fund).get("/desk/exchange/").content.decode()
    assert "Устарело" in fund
    assert "не отвечает" in fund
    own = desk.client(desk.irina).get("/desk/exchange/").content.decode()
    assert "Реестр налогоплательщиков" not in own
    processed([op(1)])
    assert "Свежие" in desk.client(desk.irina).get("/desk/exchange/").content.decode()


def test_a_file_for_the_insurer_is_written_and_the_writing_kept(desk) -> None:
    person = make.insured(by=sample.insurer())
    InsuredPerson.objects.filter(pk=person.pk).update(updated_at=make.NOON)
    told = {"kind": "k", "insurer": "77001", "since": "01.10.2026", "until": "05.10.2026"}
    client = desk.client(desk.fund)
    assert client.get("/desk/exchange/write/").status_code == 200
    answer = client.post("/desk/exchange/write/", told)
    tree = etree.fromstring(b"".join(answer.streaming_content))
    assert [one.text for one in tree.iterfind("REC/PERSON/FAM")] == [person.family_name]
    assert answer["Content-Disposition"].startswith('attachment; filename="k77001_01_')
    assert Entry.objects.get(act="exchange.export").actor == desk.fund.key
    wrong = {**told, "until": "01.01.2026"}
    assert client.post("/desk/exchange/write/", wrong).status_code == 422
    stranger = desk.client(desk.stranger).post("/desk/exchange/write/", told)
    assert stranger.status_code == 422


def test_costs_do_not_grow(desk) -> None:
    client = desk.client(desk.fund)
    costs = []
    for start in (0, 30):
        for n in range(start, start + 3):
            processed([op(m, FAM=None) for m in range(1 + start)], name=f"i77001_01_{n}")
        file = ExchangeFile.objects.latest("pk")
        found = []
        for path in ("/desk/exchange/", f"/desk/exchange/{file.pk}/"):
            client.get(path)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(path).status_code == 200
            found.append(len(seen))
        costs.append(found)
    assert costs[0] == costs[1]
    assert max(costs[0]) <= 8
