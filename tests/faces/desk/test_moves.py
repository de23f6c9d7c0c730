"""Deciding through the pages: each move, its conflicts, and what was typed staying there."""

import re
from typing import Any

import pytest
from django.test import Client
from tests import factories as make
from tests.faces.desk.worlds import change_of, text_of

from oms.cases.models import Case
from oms.cases.states import State
from oms.domain.notifications.models import Message
from oms.domain.register.models import InsuredPerson, Policy

pytestmark = pytest.mark.django_db


def send(client: Client, case: Case, move: str, revision: Any = None, **data: Any) -> Any:
    """Post a move's form as the page drew it."""
    seen = Case.objects.get(pk=case.pk).revision if revision is None else revision
    return client.post(f"/desk/cases/{case.number}/{move}/", {"revision": seen, **data})


def now(case: Case) -> Case:
    return Case.objects.select_related("assignee").get(pk=case.pk)


def test_take_release_and_take_over(desk) -> None:
    irina, olga = desk.client(desk.irina), desk.client(desk.olga)
    answer = send(irina, desk.case, "take")
    assert answer["Location"] == f"/desk/cases/{desk.case.number}/"
    assert "у вас в работе" in text_of(irina.get(answer["Location"]))
    assert send(irina, desk.case, "take", revision=1).status_code == 302  # a second click
    assert now(desk.case).assignee == desk.irina

    told = text_of(irina.get(send(olga, desk.case, "take", revision=1)["Location"]))
    assert now(desk.case).assignee == desk.irina
    assert "Дело уже в работе: Петрова" in text_of(olga.get("/desk/cases/"))
    assert 'data-key="t"' not in told

    send(olga, desk.case, "take-over")
    assert now(desk.case).assignee == desk.olga
    send(olga, desk.case, "release", back="queue")
    assert (now(desk.case).state, now(desk.case).assignee) == (State.AWAITING, None)


def test_take_next_takes_the_most_urgent_and_says_when_there_is_none(desk) -> None:
    client = desk.client(desk.irina)
    assert client.post("/desk/cases/take-next/")["Location"].endswith(f"{desk.case.number}/")
    assert client.post("/desk/cases/take-next/")["Location"] == "/desk/cases/"
    assert "Свободных дел нет" in text_of(client.get("/desk/cases/"))


def test_approval_is_told_in_words_then_done_once(desk) -> None:
    desk.taken()
    client = desk.client(desk.irina)
    page = text_of(client.get(f"/desk/cases/{desk.case.number}/approve/"))
    assert "Будет выдан ЕНП" in page
    assert "СМО 77001" in page
    seen = now(desk.case).revision
    for _ in range(2):  # a double click
        answer = send(client, desk.case, "approve", revision=seen, note="По паспорту")
        assert answer["Location"] == f"/desk/cases/{desk.case.number}/"
    assert now(desk.case).state == State.APPROVED
    assert Policy.objects.count() == InsuredPerson.objects.count() == 1
    page = text_of(client.get(f"/desk/cases/{desk.case.number}/"))
    assert "Полис оформлен" in page
    assert "По паспорту" not in page


def test_a_change_of_insurer_is_approved_with_its_own_words(desk) -> None:
    case = change_of(desk)
    client = desk.client(desk.irina)
    page = text_of(client.get(f"/desk/cases/{case.number}/approve/"))
    assert "Новая страховая организация с" in page
    assert send(client, case, "approve").status_code == 302
    assert now(case).person.insurer_id == "77001"


def test_a_question_stops_the_clock_and_names_the_fields(desk) -> None:
    desk.taken()
    client = desk.client(desk.irina)
    data = {"text": "Пришлите разворот", "fields_asked": ["birth_place"], "answer_by": "20.10.2026"}
    assert send(client, desk.case, "ask", **data).status_code == 302
    case = now(desk.case)
    assert (case.state, case.question) == (State.CLARIFICATION, "Пришлите разворот")
    assert case.question_fields == ["birth_place"]
    assert case.answer_by.strftime("%d.%m %H:%M") == "20.10 20:59"  # the day's end in Moscow
    page = text_of(client.get(f"/desk/cases/{case.number}/"))
    assert "Ждём ответа до 20 октября" in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"text": "  "}, "Напишите вопрос"),
        ({"text": "Ж" * 2001}, "не больше"),
        ({"text": "a\0b"}, "нечитаемые знаки"),
        ({"text": "Вопрос", "answer_by": "1.1.2020"}, "день уже прошёл"),
        ({"text": "Вопрос", "answer_by": "1.1.2099"}, "не позже"),
        ({"text": "Вопрос", "answer_by": "вчера <b>"}, "ДД.ММ.ГГГГ"),
        ({"text": "Вопрос", "fields_asked": ["nonsense'--"]}, "выберите из списка"),
    ],
)
def test_a_bad_question_is_told_at_its_field_and_kept(desk, data, said) -> None:
    desk.taken()
    client = desk.client(desk.irina)
    answer = send(client, desk.case, "ask", **{"answer_by": "20.10.2026", **data})
    page = text_of(answer)
    assert answer.status_code == 422
    assert said in page
    assert "data-error-summary" in page
    assert "<b>" not in page
    if data["text"].strip("Ж \0") == "Вопрос":
        assert ">\nВопрос</textarea>" in page
    assert now(desk.case).state == State.IN_WORK


def test_the_refusal_reads_exactly_as_previewed(desk) -> None:
    desk.taken()
    client = desk.client(desk.irina)
    data = {
        "reasons": ["data-differ", "suspected-fraud"],
        "about-data-differ": ["snils", "birth_date"],
        "note": "Сверьте <b>паспорт</b>\r\nи позвоните.",
    }
    page = text_of(send(client, desk.case, "reject", preview="1", **data))
    shown = re.search(r'<p class="said">(.*?)</p>', page, re.S)
    assert shown
    assert now(desk.case).state == State.IN_WORK
    assert send(client, desk.case, "reject", reject="1", **data).status_code == 302
    case = now(desk.case)
    assert case.state == State.REJECTED
    told = case.events.get(verb="reject").text
    plain = shown[1].replace("&lt;", "<").replace("&gt;", ">")
    assert plain == told.replace(" ", " ")
    assert "«СНИЛС»" in told
    assert "«Дата рождения»" in told
    assert told.endswith("Сверьте <b>паспорт</b>\nи позвоните.")
    assert [row["code"] for row in case.refusals] == ["data-differ"] * 2 + ["suspected-fraud"]
    assert Message.objects.filter(user=case.applicant, kind="case-rejected").count() == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Выберите хотя бы одну причину отказа"),
        ({"reasons": ["data-differ"]}, "«Данные не совпадают»: укажите поле"),
        ({"reasons": ["document-missing"]}, "«Нет документа»: укажите документ"),
        ({"reasons": ["' OR 1=1"]}, "выберите из списка"),
        ({"reasons": ["data-differ"], "about-data-differ": ["<script>"]}, "Выберите из списка"),
        ({"reasons": ["suspected-fraud"], "note": "Ж" * 2001}, "не больше"),
        ({"reasons": ["suspected-fraud"], "note": "\u202eтекст"}, "нечитаемые знаки"),
    ],
)
def test_a_refusal_without_its_reason_is_told_and_kept(desk, data, said) -> None:
    desk.taken()
    client = desk.client(desk.irina)
    for button in ("preview", "reject"):
        typed = {"note": "Моё пояснение", **data, button: "1"}
        answer = send(client, desk.case, "reject", **typed)
        page = text_of(answer)
        assert answer.status_code == 422
        assert said in page
        assert "Заявитель прочитает" not in page
        assert "<script>" not in page.partition("<main")[2]
        if "note" not in data:
            assert "Моё пояснение" in page
    assert now(desk.case).state == State.IN_WORK


def test_the_law_stands_against_an_approval(desk) -> None:
    desk.taken()
    case = now(desk.case)
    case.insurer.excluded_on = make.TODAY
    case.insurer.save()
    client = desk.client(desk.irina)
    page = text_of(client.get(f"/desk/cases/{case.number}/"))
    assert "больше не работает в ОМС" in page
    answer = send(client, case, "approve", note="Всё верно")
    assert answer.status_code == 409
    assert "Одобрить нельзя" in text_of(answer)
    assert "Всё верно" in text_of(answer)
    rejecting = text_of(client.get(f"/desk/cases/{case.number}/reject/"))
    assert "Нашли проверки" in rejecting
    assert 'value="insurer-excluded" checked' in rejecting


def test_two_operators_at_once_one_decides_the_other_is_told_who(desk) -> None:
    """Olga has the form open and typed; Irina takes the case over and approves."""
    desk.taken(desk.olga)
    irina, olga = desk.client(desk.irina), desk.client(desk.olga)
    seen = now(desk.case).revision
    olga.get(f"/desk/cases/{desk.case.number}/reject/")
    send(irina, desk.case, "take-over")

    data = {"reasons": ["suspected-fraud"], "note": "Долго писала"}
    held = send(olga, desk.case, "reject", revision=seen, reject="1", **data)
    assert held.status_code == 403
    assert "Дело в работе у другого сотрудника: Петрова" in text_of(held)
    assert "Долго писала" in text_of(held)

    send(irina, desk.case, "approve")
    late = send(olga, desk.case, "reject", revision=seen, reject="1", **data)
    page = text_of(late)
    assert late.status_code == 409
    assert "Дело уже решено: «Одобрено», Петрова И." in page
    assert "в 14:00" in page
    assert "Полис оформлен" in page
    assert "Долго писала" in page
    assert "Отклонить заявление" not in page
    assert now(desk.case).state == State.APPROVED


@pytest.mark.parametrize("revision", [0, 1, "", "-1", "9" * 50, "x", "²"])
def test_a_page_drawn_from_an_older_case_decides_nothing(desk, revision) -> None:
    desk.taken()
    client = desk.client(desk.irina)
    answer = send(client, desk.case, "approve", revision=revision, note="Моя заметка")
    page = text_of(answer)
    assert answer.status_code == 409
    assert "Дело изменилось, пока страница была открыта" in page
    assert "Моя заметка" in page
    fresh = re.search(r'name="revision" value="(\d+)"', page)
    assert fresh
    assert now(desk.case).state == State.IN_WORK
    assert send(client, desk.case, "approve", revision=fresh[1]).status_code == 302
    assert now(desk.case).state == State.APPROVED


def test_a_move_page_says_what_must_come_first(desk) -> None:
    client = desk.client(desk.irina)
    for name in ("approve", "ask", "reject"):
        page = client.get(f"/desk/cases/{desk.case.number}/{name}/")
        assert "сначала возьмите дело в работу" in text_of(page)
        assert "Назад к делу" in text_of(page)
    desk.taken(desk.olga)
    assert "у другого сотрудника" in text_of(client.get(f"/desk/cases/{desk.case.number}/ask/"))
    assert "Забрать себе" in text_of(client.get(f"/desk/cases/{desk.case.number}/"))


def test_nobody_decides_on_their_own_application(desk) -> None:
    Case.objects.filter(pk=desk.case.pk).update(applicant=desk.irina)
    client = desk.client(desk.irina)
    assert 'data-key="t"' not in text_of(client.get(f"/desk/cases/{desk.case.number}/"))
    send(client, desk.case, "take")
    assert now(desk.case).state == State.AWAITING
