"""«Что было на дату»: one's own record on any day, nobody else's, nothing of it in the address."""

from datetime import timedelta

import pytest
from django.test import Client
from tests import factories as make
from tests.signing_in import sign_in

from oms.domain.register import actions as register

pytestmark = pytest.mark.django_db
EARLIER = make.TODAY - timedelta(days=40)


@pytest.fixture
def anna():
    user = make.user(family_name="Климова")
    person = make.insured(user, birth_place="г. Москва")
    person.versions.update(valid_from=EARLIER)
    register.update_person(
        person=person, changes={"family_name": "Орлова"}, on=make.TODAY, by=user.actor,
        at=make.NOON, source="document", basis="case:17",
    )  # fmt: skip
    return user


def read(client: Client, query: str = "") -> str:
    answer = client.get(f"/past/{query}")
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_ones_own_record_then_and_now(anna) -> None:
    client = sign_in(Client(), anna)
    then = f"{EARLIER:%d.%m.%Y}"
    assert "Климова" in read(client, f"?on={then}")
    assert "Орлова" not in read(client, f"?on={then}")
    page = read(client, f"?on={make.TODAY:%d.%m.%Y}&against={then}")
    assert "Что изменилось" in page
    assert page.index(">Климова<") < page.index("<strong>Орлова</strong>")
    assert "внёс сам человек, по заявлению" in page
    assert "Записи ещё не было" not in page
    assert "не позже" in read(client, "?on=01.01.2190")
    assert "Что было в реестре на дату" in client.get("/account/profile/").content.decode()


def test_who_has_no_record_and_who_may_not(anna) -> None:
    assert "Вашей записи в кабинете нет" in read(sign_in(Client(), make.user()))
    assert "Вашей записи в кабинете нет" in read(sign_in(Client(), make.operator()))
    assert Client().get("/past/").status_code == 302
