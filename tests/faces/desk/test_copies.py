"""Hand-over of printed copies at the desk."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories as make
from tests.faces.desk.worlds import text_of

from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.domain.papers import deliveries
from oms.domain.papers.actions import issue
from oms.domain.papers.models import Delivery

pytestmark = pytest.mark.django_db
LIST = "/desk/copies/"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Any, settings: Any) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "papers"}}
    settings.STORAGES = {**settings.STORAGES, "papers": own}


@pytest.fixture
def copy(desk: Any) -> Delivery:
    return prepared("case:1")


def prepared(basis: str) -> Delivery:
    paper = issue(
        kind="policy-extract", person=make.insured(), basis=basis, key=basis, by=SYSTEM,
        at=make.NOON,
    )  # fmt: skip
    return deliveries.prepare(
        paper=paper, insurer=make.insurer(), way="post", address="г. Москва, ул. Учебная, д. 1",
        basis=basis, by=SYSTEM, at=make.NOON, on=make.TODAY,
    )  # fmt: skip


def test_a_hand_over_is_recorded_and_told(desk: Any, copy: Delivery) -> None:
    client, url = desk.client(desk.irina), f"{LIST}{copy.pk}/"
    assert copy.paper.number in text_of(client.get(LIST))
    page = text_of(client.get(url))
    assert "Проверкина Анна Викторовна" in page
    assert Entry.objects.filter(act="person.read", person=copy.paper.person.key).count() == 1

    # nothing typed is told at its field, and what was typed stays
    wrong = client.post(f"{url}hand-over/", {"taken_by": "Проверкина Анна", "document": ""})
    assert "По какому документу: укажите вид, серию и номер" in text_of(wrong)
    assert 'value="Проверкина Анна"' in text_of(wrong)

    told = {"taken_by": "Проверкина Анна", "document": "паспорт 45 10 123456"}
    done = client.post(f"{url}hand-over/", told, follow=True)
    assert "Вручение записано" in text_of(done)
    assert "паспорт 45 10 123456" in text_of(done)
    copy.refresh_from_db()
    assert (copy.state, copy.taken_by) == ("handed", "Проверкина Анна")
    late = client.post(f"{url}return/", {"note": "не забрали"})
    assert "уже вручён" in text_of(late)
    assert copy.paper.number not in text_of(client.get(LIST))
    assert copy.paper.number in text_of(client.get(f"{LIST}?state=handed"))


def test_a_copy_that_came_back(desk: Any, copy: Delivery) -> None:
    client = desk.client(desk.fund)
    done = client.post(f"{LIST}{copy.pk}/return/", {"note": "не забрали за месяц"}, follow=True)
    assert "Возврат записан" in text_of(done)
    assert "не забрали за месяц" in text_of(client.get(f"{LIST}{copy.pk}/"))
    copy.refresh_from_db()
    assert copy.state == "returned"


def test_only_those_concerned_see_it(desk: Any, copy: Delivery) -> None:
    stranger = desk.client(desk.stranger)
    assert copy.paper.number not in text_of(stranger.get(LIST))
    for path in ("", "hand-over/", "return/"):
        sent = {"taken_by": "Я", "document": "паспорт", "note": "нет"}
        method = stranger.post if path else stranger.get
        assert method(f"{LIST}{copy.pk}/{path}", sent).status_code == 404
    copy.refresh_from_db()
    assert copy.state == "sent"


def test_the_list_costs_the_same_for_one_and_many(desk: Any, copy: Delivery) -> None:
    client, costs = desk.client(desk.irina), []
    for number in (0, 8):
        for n in range(number):
            prepared(f"case:{100 + n}")
        with CaptureQueriesContext(connection) as seen:
            client.get(LIST)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 4
