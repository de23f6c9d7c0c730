"""The fund's section of representatives: who enters, what a decision shows and does."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from tests import factories as make
from tests.domain.wards.conftest import certificate, child, paper
from tests.reading import text
from tests.signing_in import sign_in

from oms.domain.accounts.models import Representation, Role, User
from oms.domain.journal.models import Entry
from oms.domain.register.data import DocumentData
from oms.domain.wards import actions

pytestmark = pytest.mark.django_db
State = Representation.State


@pytest.fixture
def fund() -> User:
    return make.operator(make.fund())


@pytest.fixture
def desk(fund: User) -> Client:
    return sign_in(Client(), fund)


@pytest.fixture
def asked() -> Callable[..., Representation]:
    def make_one(by: User | None = None, **told: Any) -> Representation:
        right = actions.ask(
            representative=by or make.user(family_name="Климова"),
            kind=Representation.Kind.PARENT, ward=child(**told), basis=certificate(),
            scope=list(Representation.Scope), at=make.NOON,
        )  # fmt: skip
        paper(right)
        actions.hand_in(representation=right, by=right.representative, at=make.NOON)
        return right

    return make_one


def test_only_the_fund_enters(asked: Callable[..., Representation]) -> None:
    right = asked()
    for role in Role:
        user = make.user(role=role, organization="fund:77")
        client = sign_in(Client(), user)
        for address in ("/desk/wards/", f"/desk/wards/{right.pk}/"):
            assert client.get(address).status_code == (200 if role == Role.FUND else 403), role
        if role != Role.FUND:
            assert client.post(f"/desk/wards/{right.pk}/confirm/").status_code == 403
    right.refresh_from_db()
    assert right.state == State.ASKED


def test_the_queue_shows_who_for_whom_since_when_until_when(
    asked: Callable[..., Representation], desk: Client, django_assert_max_num_queries: Any
) -> None:
    asked()
    page = text(desk.get("/desk/wards/"))
    for words in ("Климов Пётр Ильич", "Климова Анна Викторовна", "04.03.2021", "до 12 октября"):
        assert words in page
    with django_assert_max_num_queries(4) as few:
        desk.get("/desk/wards/")
    for n in range(5):
        asked(given_name=f"Имя{'абвгд'[n]}")
    with django_assert_max_num_queries(4) as many:
        desk.get("/desk/wards/")
    assert len(few) == len(many)


def test_the_sheet_sets_typed_beside_registered_and_writes_the_look_down(
    asked: Callable[..., Representation], desk: Client, fund: User
) -> None:
    person = make.person(
        None, family_name="Климов", given_name="Петр", patronymic="Ильич",
        birth_date=date(2021, 3, 4), sex=1, birth_place="г. Пермь",
        document=DocumentData(kind="3", series="II-АК", number="654321"),
    )  # fmt: skip
    right = asked()
    page = text(desk.get(f"/desk/wards/{right.pk}/"))
    assert "Точное совпадение" in page
    assert "Документ совпал" in page
    assert page.count("отличается</span>") == 1, "е and ё are one; the birth place differs"
    assert "II-АК № 654321" in page
    assert "мать" in page
    assert "Реестр ещё не ответил" in page
    looks = Entry.objects.filter(act="person.read", actor=fund.key)
    assert {right.ward.key, right.representative.key, person.key} == set(
        looks.values_list("person", flat=True)
    )
    desk.get(f"/desk/wards/{right.pk}/")
    assert looks.count() == 3, "a page looked at again is the same look"


def test_a_press_confirms_and_the_next_waits(
    asked: Callable[..., Representation], desk: Client
) -> None:
    right = asked()
    answer = desk.post(f"/desk/wards/{right.pk}/confirm/")
    assert answer.headers["Location"] == "/desk/wards/"
    right.refresh_from_db()
    assert right.state == State.CONFIRMED
    page = text(desk.get("/desk/wards/"))
    assert "Подтвердили" in page
    assert "Заявок нет" in page


@pytest.mark.parametrize(
    ("move", "state", "words"),
    [
        ("refuse", State.REFUSED, "Отказали"),
        ("ask-better", State.ASKED, "Попросили другой документ"),
    ],
)
def test_a_no_takes_words(
    asked: Callable[..., Representation], desk: Client, move: str, state: str, words: str
) -> None:
    right = asked()
    address = f"/desk/wards/{right.pk}/{move}/"
    assert desk.get(address).status_code == 200
    assert "Напишите несколько слов" in text(desk.post(address, {"text": " "}))
    desk.post(address, {"text": "Нет печати. Пришлите копию с печатью."})
    right.refresh_from_db()
    assert (right.state, right.reason) == (state, "Нет печати. Пришлите копию с печатью.")
    assert words in text(desk.get("/desk/wards/"))
    again = desk.post(address, {"text": "Ещё раз"})
    assert again.status_code == 409
    assert "Состояние уже изменилось" in text(again)
    assert "Ещё раз" in text(again), "what was typed stays"


def test_the_fund_revokes_with_a_reason_and_decides_not_about_itself(
    asked: Callable[..., Representation], desk: Client, fund: User
) -> None:
    right = asked()
    desk.post(f"/desk/wards/{right.pk}/confirm/")
    assert "Отозвать право" in text(desk.get(f"/desk/wards/{right.pk}/"))
    desk.post(f"/desk/wards/{right.pk}/revoke/", {"text": "Решение суда."})
    right.refresh_from_db()
    assert right.state == State.REVOKED
    own = make.user(family_name="Егоров")
    mine = asked(own)
    own.role, own.organization = Role.FUND, "fund:77"
    own.save()
    client = sign_in(Client(), own)
    assert client.get(f"/desk/wards/{mine.pk}/").status_code == 404
    assert client.post(f"/desk/wards/{mine.pk}/confirm/").status_code == 404
    assert "Егоров" not in text(client.get("/desk/wards/")).split("<main")[1]


def test_a_conflict_is_said_on_the_sheet(
    asked: Callable[..., Representation], desk: Client
) -> None:
    parent = make.user()
    first = asked(parent)
    desk.post(f"/desk/wards/{first.pk}/confirm/")
    Representation.objects.filter(pk=first.pk).update(ends_on=date(2030, 1, 1))
    second = asked(make.user(given_name="Ольга"), given_name="Павел")
    Representation.objects.filter(pk=second.pk).update(representative=parent)
    answer = desk.post(f"/desk/wards/{second.pk}/confirm/")
    assert answer.status_code == 409
    assert "уже добавлен" in text(answer)


def test_a_paper_is_served_only_to_its_request(
    asked: Callable[..., Representation], desk: Client
) -> None:
    right, other = asked(), asked(make.user(), given_name="Яна")
    foreign = actions.documents.of(about=other.key)[0]
    address = f"/desk/wards/{right.pk}/papers/{foreign.code}/1/"
    assert desk.get(address).status_code == 404
    assert Client().get(address).status_code == 302
