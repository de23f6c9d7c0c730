"""Duplicates at the fund's desk: who enters, what is seen, what a decision does."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories as make
from tests.domain.duplicates.conftest import AT, passport
from tests.reading import text
from tests.signing_in import sign_in

from oms.cases import actions as cases
from oms.domain.accounts.models import Role, User
from oms.domain.duplicates import finding, merging
from oms.domain.duplicates.models import Merge, Pair
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.domain.register import actions as register
from oms.domain.register.data import DocumentData

pytestmark = pytest.mark.django_db
QUEUE = "/desk/duplicates/"


@pytest.fixture
def fund() -> User:
    return make.operator(make.fund())


@pytest.fixture
def desk(fund: User) -> Client:
    return sign_in(Client(), fund)


def pair(number: int = 1, **told: Any) -> Pair:
    """Two records of one woman; her passport was told to the second later."""
    name: dict[str, Any] = {
        "family_name": f"Двойнова{'абвгдежзик'[number % 10] * (1 + number // 10)}"
    }
    name["birth_date"] = date(1950 + 3 * number, 3, 10 + number)
    told = {"given_name": "Инна"} | told
    first = make.insured(
        snils=None, document=passport(1000 * number), **name | {"given_name": "Инна"}
    )
    second = make.person(snils=None, document=None, **name | told)
    register.set_identity_document(
        person=second, document=passport(1000 * number), on=make.TODAY, by=SYSTEM, at=AT,
        source="operator",
    )  # fmt: skip
    found = finding.compare(person=second, at=AT)
    assert [{one.left_id, one.right_id} for one in found] == [{first.pk, second.pk}]
    return found[0]


def decide(desk: Client, own: Pair, verdict: str, **told: Any) -> Any:
    data = {"verdict": verdict, "note": "Сверили фотографии", "kept": own.left_id, "ask_on": ""}
    return desk.post(f"{QUEUE}{own.pk}/", data | told)


def test_only_the_fund_of_the_region_sees_a_pair(desk: Client) -> None:
    own = pair()
    merge = merging.merge(kept=own.left, other=own.right, by=SYSTEM, at=AT, reason="Одно лицо")
    addresses = [QUEUE, f"{QUEUE}history/", f"{QUEUE}sure/"]
    rows = [f"{QUEUE}{own.pk}/", f"{QUEUE}merges/{merge.pk}/"]
    for role in Role:
        client = sign_in(Client(), make.user(role=role, organization="fund:77"))
        for address in addresses + rows:
            assert client.get(address).status_code == (200 if role == Role.FUND else 403), role
    stranger = sign_in(Client(), make.operator(make.fund("50")))
    assert [stranger.get(address).status_code for address in rows] == [404, 404]
    assert "Двойнова" not in "".join(text(stranger.get(address)) for address in addresses)


def test_a_pair_is_shown_in_words_with_its_weights_and_the_look_is_kept(desk: Client) -> None:
    own = pair(patronymic="")
    seen = text(desk.get(f"{QUEUE}{own.pk}/"))
    for words in ("Запись 1: № ", "Есть в одной", "Совпадает", "Бесспорно", "Документ: совпадает"):
        assert words in seen
    assert re.search(r"\+\d+,\d", seen)
    looks = Entry.objects.filter(act="person.read").values_list("person", flat=True)
    assert set(looks) == {own.left.key, own.right.key}


def test_one_person_merges_and_the_history_takes_it_back(desk: Client) -> None:
    own = pair()
    again = decide(desk, own, "one", kept=own.right_id)
    assert "действующим полисом" in text(again)
    assert decide(desk, own, "one").url == QUEUE
    made = Merge.objects.get()
    assert (made.other, made.kept) == (own.right, own.left)
    assert text(desk.get(f"{QUEUE}history/")).count("Объединены") == 1
    page = f"{QUEUE}merges/{made.pk}/"
    assert "Почему: напишите" in text(desk.post(page, {"note": ""}))
    assert desk.post(page, {"note": "Сёстры"}).status_code == 302
    made.refresh_from_db()
    assert made.undone_at
    assert "Отменено" in text(desk.get(page))


def test_different_people_and_not_enough_are_remembered(desk: Client) -> None:
    first, second = pair(1), pair(2)
    assert decide(desk, first, "different").url == QUEUE
    assert "укажите день" in text(decide(desk, second, "unclear"))
    assert decide(desk, second, "unclear", ask_on="12.10.2026").url == QUEUE
    assert "Двойников нет" in text(desk.get(QUEUE))
    seen = text(desk.get(f"{QUEUE}history/"))
    assert "Разные люди" in seen
    assert "Данных мало" in seen
    assert "Эту пару уже разобрали" in text(decide(desk, first, "one"))


def test_sure_pairs_are_merged_together_but_only_those_ticked(desk: Client) -> None:
    first, second = pair(1), pair(2)
    assert text(desk.get(f"{QUEUE}sure/")).count("Двойнова") == 4
    done = desk.post(f"{QUEUE}sure/", {"pairs": [first.pk], "note": "Один паспорт"})
    assert done.url == QUEUE
    assert Merge.objects.get().kept == first.left
    second.refresh_from_db()
    assert second.state == "waiting"


def test_pages_cost_the_same_with_ten_times_the_rows(desk: Client) -> None:
    own, costs = pair(1), []
    for more in (range(0), range(2, 8)):
        found = []
        for number in more:
            pair(number)
        for address in (QUEUE, f"{QUEUE}history/", f"{QUEUE}{own.pk}/"):
            desk.get(address)
            with CaptureQueriesContext(connection) as seen:
                assert desk.get(address).status_code == 200
            found.append(len(seen))
        costs.append(found)
    assert costs[0] == costs[1]
    assert costs[0][0] <= 6
    assert costs[0][2] <= 26


def test_an_application_stopped_by_the_gate_leads_the_operator_on() -> None:
    """The same passport under a name with a slip: the operator says whether it is another."""
    case = make.submitted()
    paper = case.answers["document_series"], case.answers["document_number"]
    known = make.insured(
        given_name="Анна", family_name="Проверкена", snils=None,
        document=DocumentData(kind="14", series=paper[0], number=paper[1]),
    )  # fmt: skip
    operator = make.operator()
    case = cases.perform("take", case, by=operator, at=make.NOON)
    desk = sign_in(Client(), operator)
    approve = f"/desk/cases/{case.number}/approve/"
    data = {"revision": case.revision, "answer": "Готово", "note": ""}
    stopped = desk.post(approve, data)
    assert stopped.url == f"{QUEUE}newcomer/{case.number}/"
    seen = text(desk.get(stopped.url))
    assert "Проверкена" in seen
    assert desk.post(stopped.url, {"note": "Двойная выдача"}).url == approve
    assert "Похожих записей больше нет" in text(desk.get(stopped.url))
    assert desk.post(approve, data).url != stopped.url
    case.refresh_from_db()
    assert case.person_id not in (None, known.pk)
    entered = Entry.objects.get(act="person.register", person=case.person.key)
    assert entered.payload.data["judged_other"] == [known.pk]
