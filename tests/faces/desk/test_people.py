"""Finding people and opening their cards: never without a purpose, never in an address."""

import pytest
from tests import factories as make
from tests.faces.desk.worlds import change_of

from oms.cases import actions
from oms.domain.journal.models import Entry
from oms.domain.register import looks

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(desk):
    return make.insured(make.user(family_name="Климова"), registration="г. Москва, ул. Тестовая, 1")


def read(person):
    """The looks at the person."""
    return looks.newest(looks.keys_of_person(person))


def found(client, text: str, purpose: str = "call", comment: str = "") -> str:
    data = {"text": text, "purpose": purpose, "comment": comment}
    answer = client.post("/desk/people/", data)
    assert answer.status_code == 302
    assert answer["Location"] == "/desk/people/?found=1"
    return str(client.get(answer["Location"]).content.decode())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{enp}", "ЕНП совпал"),
        ("{snils}", "СНИЛС совпал"),
        ("{document}", "Совпал номер документа"),
        ("климова анна викторовна 14.03.1985", "Имя совпало, дата рождения совпала"),
        ("КЛИМОВА", "Фамилия совпала"),
        ("Клим", "Имя начинается так"),
        ("Климова Анна Викторовна 14.03.1986", "Имя совпало, дата рождения похожа"),
        ("14.03.1985", "Дата рождения совпала"),
    ],
)
def test_one_box_finds_and_says_why(desk, anna, text, why) -> None:
    paper = anna.identity_documents.get()
    typed = text.format(enp=anna.enp, snils=anna.snils, document=paper.series + paper.number)
    page = found(desk.client(desk.irina), typed)
    assert why in page
    assert f"/desk/people/{anna.pk}/" in page


def test_the_purpose_told_at_the_search_opens_the_card(desk, anna) -> None:
    client = desk.client(desk.irina)
    asked = client.get(f"/desk/people/{anna.pk}/").content.decode()
    assert "Зачем открываете данные" in asked
    assert "Климова" not in asked
    assert read(anna) == ()

    found(client, "Климова", comment="обращение 12")
    client.get("/desk/people/?found=1")
    search = Entry.objects.get(act="register.search")
    assert search.payload.data["text"] == "Климова"
    assert search.payload.data["found"] == [anna.key]
    purpose = "Человек обратился: звонок, письмо, визит. обращение 12"
    shown = f"{purpose}: показано в поиске"
    assert [r.purpose for r in read(anna)] == [shown]
    page = client.get(f"/desk/people/{anna.pk}/").content.decode()
    assert "Тестовая" in page
    assert "Подтверждено реестром" in page
    assert [r.purpose for r in read(anna)] == [purpose, shown]
    history = client.get(f"/desk/people/{anna.pk}/history/").content.decode()
    assert "обращение 12" in history
    assert "Запись внесена в реестр" in history
    assert len(read(anna)) == 2


def test_the_purpose_may_be_told_at_the_door(desk, anna) -> None:
    client = desk.client(desk.irina)
    bad = client.post(f"/desk/people/{anna.pk}/", {"purpose": "other", "comment": " "})
    assert bad.status_code == 422
    assert "Напишите, зачем открываете данные" in bad.content.decode()
    client.post(f"/desk/people/{anna.pk}/", {"purpose": "other", "comment": "Сверка списков"})
    assert "Тестовая" in client.get(f"/desk/people/{anna.pk}/").content.decode()
    assert [r.purpose for r in read(anna)] == ["Сверка списков"]


def opened(desk, user, person, case) -> bool:
    """Whether the case's link opens the person without a question."""
    address = f"/desk/people/{person.pk}/?case={case.number}"
    page = desk.client(user).get(address).content.decode()
    assert ("Тестовая" in page) is not ("Зачем открываете данные" in page)
    return "Тестовая" in page


def test_a_case_is_a_purpose_only_for_the_people_it_may_mean(desk, anna) -> None:
    owner = make.user(given_name="Раиса", patronymic="Львовна", birth_date="1950-01-02")
    other = make.insured(owner, registration="г. Москва, ул. Тестовая, 2")
    alike = make.submitted(snils=anna.snils)
    assert not opened(desk, desk.irina, other, alike)
    assert read(other) == ()
    assert not opened(desk, desk.fund, anna, alike)
    assert opened(desk, desk.irina, anna, alike)
    assert [r.purpose[-len(alike.number) :] for r in read(anna)] == [alike.number]


def test_a_case_is_a_purpose_only_while_it_is_open(desk) -> None:
    case = change_of(desk)
    case.person.insurer_id = "77001"
    case.person.save()
    assert opened(desk, desk.irina, case.person, case)
    reasons = [{"code": "data-differ", "about": "СНИЛС", "field": "snils"}]
    actions.perform("reject", case, by=desk.irina, at=make.NOON, reasons=reasons)
    assert not opened(desk, desk.irina, case.person, case)
    assert not opened(desk, desk.olga, case.person, case)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\0", "я" * 10_000, "%' OR 1=1 --", "\u202eКлимова", "<script>alert(1)</script>"],
)
def test_strange_searches_break_nothing(desk, anna, text) -> None:
    answer = desk.client(desk.irina).post(
        "/desk/people/", {"text": text, "purpose": "call"}, follow=True
    )
    page = answer.content.decode()
    assert answer.status_code in {200, 422}
    assert "Климова" not in page.replace("\u202eКлимова", "").replace("«Климова Анна", "")
    assert "<script>alert" not in page


@pytest.mark.parametrize("purpose", ["", "nonsense", "\0"])
def test_no_search_without_a_purpose(desk, anna, purpose) -> None:
    client = desk.client(desk.irina)
    answer = client.post("/desk/people/", {"text": "Климова", "purpose": purpose})
    assert answer.status_code == 422
    assert 'value="Климова"' in answer.content.decode()
    assert f"/desk/people/{anna.pk}/" not in answer.content.decode()
    assert Entry.objects.filter(act="register.search").count() == 0


def test_the_fund_sees_its_region_and_the_list_is_bounded(desk) -> None:
    make.fund("50")
    for _ in range(30):
        make.insured(make.user(family_name="Климова"), by=make.insurer("77002"))
    page = found(desk.client(desk.fund), "Климова")
    assert Entry.objects.filter(act="person.read").count() == 25
    assert page.count('href="/desk/people/') - page.count('href="/desk/people/"') == 25
    assert "первые 25" in page
    other = make.operator(make.fund("50"))
    assert "Никого не нашли" in found(desk.client(other), "Климова")
