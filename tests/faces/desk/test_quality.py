"""Data quality at the desk: numbers for those whose people they are, repairs seen before made."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests import factories as make
from tests.domain.quality.flaws import FLAWS, clean
from tests.faces.desk.test_costs import JOURNAL, cost
from tests.faces.desk.worlds import text_of

from oms.domain.journal.models import Entry
from oms.domain.quality import actions, following
from oms.domain.quality.models import Batch, Finding, Repair
from oms.domain.register import looks
from oms.domain.register.models import InsuredPerson

pytestmark = pytest.mark.django_db
LIST, SHOUTED = "/desk/quality/list/", "/desk/quality/rules/Q063/"


def faulty(number: int, *codes: str) -> list[InsuredPerson]:
    people = [clean() for _ in range(number)]
    for person in people:
        for code in codes:
            FLAWS[code](person)
    return people


def sweep(days: int = 0) -> None:
    following.sweep(at=make.NOON + timedelta(days=days), batches=9)


@pytest.fixture
def client(desk) -> Client:
    return desk.client(desk.irina)


def opened(client: Client, person: InsuredPerson, part: str = "quality") -> str:
    path = f"/desk/people/{person.pk}/{part}/"
    client.post(path, {"purpose": "fix"})
    return text_of(client.get(path))


def test_before_the_first_night_the_board_says_so(client) -> None:
    assert "Проверки ещё не было" in text_of(client.get("/desk/quality/"))


def test_the_board_says_the_finding_and_the_share(desk, client) -> None:
    faulty(2, "Q063", "Q042")
    faulty(2)
    sweep()
    page = text_of(client.get("/desk/quality/"))
    assert "Начните с «Приостановление записи и полиса расходится»: 2." in page
    assert re.search(r"Без ошибок</dt><dd>\d+(,\d)? %", page)
    assert "Климова" not in page
    stranger = text_of(desk.client(desk.stranger).get("/desk/quality/"))
    assert "Приостановление" not in stranger
    assert "Приостановление" in text_of(desk.client(desk.fund).get("/desk/quality/"))


def test_who_leads_sees_numbers_of_the_house_and_of_its_people(desk, client) -> None:
    """A fund's also by insurer; the list without a way into records; who repaired and took back."""
    (person,) = faulty(1, "Q063")
    sweep()
    client.post(f"/desk/people/{person.pk}/quality/", {"purpose": "fix"})
    finding = Finding.objects.get(rule="Q063")
    client.post(f"/desk/quality/findings/{finding.pk}/accept/", {"seen": ""})
    repair = actions.accept(finding=finding, by=desk.irina, at=timezone.now())
    client.post(f"/desk/quality/repairs/{repair.pk}/undo/")
    for house, is_fund in ((desk.irina.organization, False), (desk.fund.organization, True)):
        lead = desk.client(make.user(role="supervisor", organization=house))
        page = text_of(lead.get("/desk/quality/"))
        assert ("По организациям" in page, "?insurer=77001" in page) == (is_fund, is_fund)
        name = "Другие организации" if is_fund else "Петрова И. О."
        assert re.search(rf"{name}</th>\D+>1</td>\D+>1</td>", page)
        assert "Последняя проверка всех записей" in page
        rows = text_of(lead.get(f"{LIST}?rule=Q063"))
        assert "Фамилия" in rows
        assert "/desk/people/" not in rows
        assert lead.get(f"/desk/people/{person.pk}/quality/").status_code == 403
    elsewhere = make.user(role="supervisor", organization="insurer:50001")
    assert "Проверки ещё не было" in text_of(desk.client(elsewhere).get("/desk/quality/"))


def test_the_list_names_nobody_and_is_filtered(desk, client) -> None:
    (person,) = faulty(1, "Q063", "Q065")
    sweep()
    page = text_of(client.get(f"{LIST}?rule=Q065"))
    assert f"/desk/people/{person.pk}/quality/" in page
    assert "Телефон записан не по образцу" in page
    assert "не с одной заглавной" not in page
    for word in (person.family_name, person.phone, person.enp, person.snils):
        assert word not in page
    assert "Ничего не нашлось" in text_of(client.get(f"{LIST}?severity=3&rule=Q065"))
    assert "Ничего не нашлось" in text_of(desk.client(desk.stranger).get(f"{LIST}?rule=Q065"))
    assert "Организация" in text_of(desk.client(desk.fund).get(LIST))
    for odd in ("after=x", "after=9999999999999999999999", "rule=%00", "severity=x", "age=never"):
        assert client.get(f"{LIST}?{odd}").status_code == 200


def test_pages_cost_the_same_however_many_are_faulty(client) -> None:
    costs = []
    for number in (2, 20):
        people = faulty(number, "Q063", "Q065")
        sweep(days=number)
        paths = ["/desk/quality/", f"{LIST}?rule=Q063"]
        costs.append([cost(client, path)[1] for path in paths])
        opened(client, people[0])
        costs[-1].append(cost(client, f"/desk/people/{people[0].pk}/quality/")[1])
    assert costs[0] == costs[1]
    assert [most >= one for most, one in zip((11, 4, 18), costs[0], strict=True)] == [True] * 3


def test_a_repair_is_seen_then_made_then_taken_back(client) -> None:
    (person,) = faulty(1, "Q063")
    sweep()
    assert "Зачем открываете данные" in text_of(client.get(f"/desk/people/{person.pk}/quality/"))
    page = opened(client, person)
    assert ">Климова<" in page
    assert ">КЛИМОВА<" in page
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    finding = Finding.objects.get(person=person)
    path = f"/desk/quality/findings/{finding.pk}/accept/"
    client.post(path, {"seen": "another"})
    client.post(path)
    assert not Repair.objects.exists()
    for _ in range(2):
        client.post(path, {"seen": seen[1]})
    person.refresh_from_db()
    assert person.family_name == "Климова"
    repair = Repair.objects.get()
    assert "Вернуть прежнее" in text_of(client.get(f"/desk/people/{person.pk}/quality/"))
    client.post(f"/desk/quality/repairs/{repair.pk}/undo/")
    person.refresh_from_db()
    assert person.family_name == "КЛИМОВА"


def test_letters_that_look_the_same_are_named(client) -> None:
    (person,) = faulty(1, "Q060")
    sweep()
    assert "Kлимова (латинские буквы: K)" in opened(client, person)


def test_several_are_looked_at_repaired_and_taken_back_together(desk, client) -> None:
    people = faulty(3, "Q063")
    sweep()
    page = text_of(client.get(SHOUTED))
    assert page.count(">КЛИМОВА") or "КЛИМОВА" in page
    read = looks.newest(looks.keys_of_person(people[0]))
    assert "Исправление записей: фамилия" in read[0].purpose.replace("имя", "фамилия")
    data = dict(re.findall(r'name="(seen-\d+|key)" value="([\w-]+)"', page))
    chosen = re.findall(r'name="finding" value="(\d+)"', page)
    assert len(chosen) == 3
    for _ in range(2):
        answer = client.post(SHOUTED, {**data, "finding": chosen[:2]})
        assert answer.status_code == 302
    batch = Batch.objects.get()
    assert answer["Location"] == f"/desk/quality/batches/{batch.pk}/"
    assert batch.repairs.count() == 2
    page = text_of(client.get(answer["Location"]))
    assert "Вернуть всё как было" in page
    assert "КЛИМОВА" not in page
    assert desk.client(desk.stranger).get(answer["Location"]).status_code == 404
    InsuredPerson.objects.filter(pk=people[0].pk).update(family_name="Орлова")
    told = text_of(client.post(f"{answer['Location']}undo/", follow=True))
    assert "Осталось как есть: 1" in told
    names = InsuredPerson.objects.filter(pk__in=[one.pk for one in people]).order_by("pk")
    assert list(names.values_list("family_name", flat=True)) == ["Орлова", "КЛИМОВА", "КЛИМОВА"]
    assert client.get("/desk/quality/rules/Q999/").status_code == 404
    assert "Выберите хотя бы одну" in text_of(client.post(SHOUTED, {"key": "x"}))


def test_the_table_needs_a_purpose_and_names_nobody(client) -> None:
    (person,) = faulty(1, "Q063", "Q065")
    sweep()
    path = "/desk/quality/list/file/?rule=Q065"
    assert client.post(path, {"purpose": "", "kind": "csv"}).status_code == 422
    answer = client.post(path, {"purpose": "План на неделю", "kind": "csv"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert [line.split(";")[:2] for line in lines[1:]] == [[str(person.pk), "Q065"]]
    assert person.family_name not in answer.content.decode("utf-8-sig")
    answer = client.post(path, {"purpose": "План", "kind": "xlsx"})
    sheet = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml")
    assert sheet.count(b"<row ") == 2
    entry = Entry.objects.filter(act="quality.export").order_by("pk").first()
    assert entry.payload.data["purpose"] == "План на неделю"
    assert entry.payload.data["asked"]["rule"] == "Q065"


def test_a_record_on_a_day_and_beside_another(client) -> None:
    person = clean()
    version = person.versions.get()
    version.valid_from = make.TODAY - timedelta(days=900)
    version.save()
    page = opened(client, person, "on-day")
    assert "Как было 5 октября 2026 г." in page
    assert "Действует с" in page
    path = f"/desk/people/{person.pk}/on-day/"
    for query, words in (
        ("?on=01.01.2019", "Записи ещё не было"),
        ("?on=05.10.2026&against=01.01.2019", "Что изменилось"),
        ("?on=05.10.2026&against=04.10.2026&known=then", "Что изменилось"),
        ("?on=01.01.2030", "не позже"),
        ("?on=вчера", "ДД.ММ.ГГГГ"),
    ):
        assert words in text_of(client.get(path + query)), query
    alone, beside = (
        cost(client, path + query) for query in ("", "?on=05.10.2026&against=01.01.2026")
    )
    assert (alone[1], beside[1] - alone[1]) == (alone[1], 6)
    assert alone[1] <= 10
    assert alone[0] - alone[1] <= JOURNAL
