"""Adding a child or ward, handing in the paper, keeping the right in hand."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests import factories as make
from tests.cases.test_representatives import mother, right, ward
from tests.domain.wards.conftest import paper
from tests.faces.portal.wards.conftest import Family
from tests.reading import text
from tests.signing_in import sign_in

from oms.domain.accounts.models import Representation, User

pytestmark = pytest.mark.django_db
State = Representation.State
TYPED = {
    "family_name": "КЛИМОВ",
    "given_name": "пётр",
    "patronymic": "Ильич",
    "birth_date": "4 марта 2021",
    "sex": "1",
    "birth_place": "г. Москва",
    "citizenship": "RUS",
    "snils": "",
    "parent": "mother",
    "named_as": "",
    "kind": "3",
    "series": "11 ак",
    "number": "654 321",
    "issued_on": "20.03.2021",
    "issued_by": "Отдел ЗАГС",
    "scope": ["apply", "book"],
    "agreed": "on",
}
ACT = {
    "number": "12-О",
    "issued_on": "06.05.2024",
    "issued_by": "Орган опеки",
    "act_until": "",
}


@pytest.fixture
def parent(client: Client) -> User:
    user = mother()
    sign_in(client, user)
    return user


def add(client: Client, kind: str = "parent", **typed: Any) -> Any:
    return client.post(f"/account/wards/add/{kind}/", {**TYPED, **typed})


def test_a_child_is_added_however_it_is_typed(client: Client, parent: User) -> None:
    assert "Пока никого нет" in text(client.get("/account/wards/"))
    assert "Своего ребёнка" in text(client.get("/account/wards/add/"))
    assert client.get("/account/wards/add/parent/").status_code == 200
    made = add(client)
    own = Representation.objects.get()
    assert made.headers["Location"] == f"/account/wards/{own.pk}/"
    assert (own.ward.family_name, own.ward.given_name) == ("Климов", "Пётр")
    assert own.ward.birth_date == date(2021, 3, 4)
    assert (own.basis["series"], own.basis["number"]) == ("II-АК", "654321")
    assert own.scope == ["view", "apply", "book"]
    page = text(client.get(made.headers["Location"]))
    assert "Приложите документ" in page
    assert "Свидетельство о рождении" in page
    assert "Отправить на проверку" in page

    refused = client.post(f"/account/wards/{own.pk}/hand-in/")
    assert refused.status_code == 422
    assert "Приложите документ, чтобы отправить" in text(refused)
    paper(own)
    client.post(f"/account/wards/{own.pk}/hand-in/")
    assert "Документы на проверке. Ответим до" in text(client.get(f"/account/wards/{own.pk}/"))
    assert "На проверке" in text(client.get("/account/wards/"))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"birth_date": "01.01.2007"}, "уже исполнилось 18 лет"),
        ({"birth_date": "01.01.2199"}, "укажите день не позже"),
        ({"issued_on": "01.01.2020"}, "не может быть старше человека"),
        ({"series": "45"}, "серия по образцу"),
        ({"number": "12"}, "в номере 6 цифр"),
        ({"agreed": ""}, "отметьте, чтобы добавить"),
        ({"parent": "uncle"}, "выберите вариант из списка"),
        ({"scope": ["everything"]}, "выберите из списка"),
        ({"family_name": "\x00"}, "нечитаемые знаки"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    client: Client, parent: User, typed: dict[str, Any], words: str
) -> None:
    answer = add(client, **typed)
    assert answer.status_code == 200
    assert words in text(answer)
    assert 'value="Отдел ЗАГС"' in text(answer)
    assert not Representation.objects.exists()


def test_the_same_child_twice_is_told_in_words(client: Client, parent: User) -> None:
    add(client)
    assert "уже добавлен" in text(add(client))
    assert Representation.objects.count() == 1


def test_a_guardian_shows_an_act(client: Client, parent: User) -> None:
    over = add(client, "guardian", **ACT | {"act_until": "01.01.2026"})
    assert "Срок акта уже прошёл" in text(over)
    too_old = add(client, "guardian", **ACT | {"birth_date": "01.01.2011"})
    assert "попечителя, а не опекуна" in text(too_old)
    add(client, "guardian", **ACT)
    assert Representation.objects.get().basis["number"] == "12-О"
    assert client.get("/account/wards/add/uncle/").status_code == 404


def test_two_people_who_ask_for_one_child_learn_nothing_of_each_other(
    client: Client, parent: User
) -> None:
    add(client)
    other = Client()
    father = mother(family_name="Климов", given_name="Илья")
    sign_in(other, father)
    add(other, parent="father")
    his = Representation.objects.get(representative=father)
    page = text(other.get(f"/account/wards/{his.pk}/"))
    assert parent.family_name not in page
    hers = Representation.objects.get(representative=parent)
    assert other.get(f"/account/wards/{hers.pk}/").status_code == 404


def test_the_right_in_hand_less_at_once_more_by_the_fund_ended_at_a_press(anna: Family) -> None:
    address = f"/account/wards/{anna.right.pk}/"
    page = text(anna.client.get(address))
    assert "Можно" in page
    anna.client.post(f"{address}scope/", {"scope": ["book"]})
    anna.right.refresh_from_db()
    assert anna.right.scope == ["view", "book"]
    anna.client.post(f"{address}scope/", {"scope": ["book", "apply"]})
    assert "Попросили добавить" in text(anna.client.get(address))
    anna.opens()
    assert "Отозвать право?" in text(anna.client.get(f"{address}revoke/"))
    anna.client.post(f"{address}revoke/", {"reason": "Живёт с отцом"})
    anna.right.refresh_from_db()
    assert (anna.right.state, anna.right.reason) == (State.REVOKED, "Живёт с отцом")
    home = text(anna.client.get("/"))
    assert "Здравствуйте, Анна" in home
    assert "закончилось" not in home, "one's own act is no surprise"
    assert "Было раньше" in text(anna.client.get("/account/wards/"))


def test_a_ward_with_a_cabinet_sees_who_acts_what_was_done_and_ends_it(db: None) -> None:
    young = make.user(birth_date=timezone.localdate() - timedelta(days=15 * 366))
    own = right(mother(), young)
    client = sign_in(Client(), young)
    assert "Кто действует за вас" in text(client.get("/account/wards/"))
    page = text(client.get(f"/account/wards/{own.pk}/"))
    assert "Климова Анна" in page
    assert "Отозвать право" in page
    assert "Открыть кабинет" not in page
    client.post(f"/account/wards/{own.pk}/revoke/", {"reason": ""})
    own.refresh_from_db()
    assert own.state == State.REVOKED


def test_a_child_under_fourteen_ends_nothing(db: None) -> None:
    small = make.user(birth_date=timezone.localdate() - timedelta(days=10 * 365))
    own = right(mother(), small)
    client = sign_in(Client(), small)
    assert "Отозвать право" not in text(client.get(f"/account/wards/{own.pk}/"))
    client.post(f"/account/wards/{own.pk}/revoke/", {"reason": ""})
    own.refresh_from_db()
    assert own.state == State.CONFIRMED


def test_the_log_names_deeds_in_words_with_their_application(anna: Family) -> None:
    anna.opens()
    number = anna.case.number
    anna.client.post(f"/cases/{number}/check/", {"truth": "on", "revision": "0"})
    anna.client.post(f"/cases/{number}/discard/", {"revision": "1"})
    page = text(anna.client.get(f"/account/wards/{anna.right.pk}/"))
    assert "Открыт кабинет" in page
    assert f"№ {number}" in page
    assert "Действие в кабинете" not in page


def test_a_stranger_is_led_to_sign_in(client: Client) -> None:
    own = right(mother(), ward())
    for address in ("", "add/", "add/parent/", f"{own.pk}/", f"{own.pk}/open/"):
        answer = client.get(f"/account/wards/{address}")
        assert answer.headers["Location"].startswith("/account/login/")
