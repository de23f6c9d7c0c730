"""Deciding in company: two operators, colleagues' notes, several cases at once, kept words."""

import pytest
from tests import factories as make
from tests.faces.desk.worlds import text_of
from tests.signing_in import sign_in

from oms.cases import actions, phrases
from oms.cases.models import AnswerTemplate, Case, CaseNote, ExportRequest
from oms.cases.states import State

pytestmark = pytest.mark.django_db


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def appeal(desk) -> Case:
    """An appeal against Irina's refusal, with the fund."""
    case = desk.taken()
    reasons = [{"code": "suspected-fraud"}]
    case = actions.perform("reject", case, by=desk.irina, at=make.NOON, reasons=reasons)
    pages = {"reasons": {"words": "Всё верно", "wish": ""}, "confirm": {"truth": "on"}}
    draft = make.draft("appeal", case.applicant, pages, about=case.number)
    return actions.perform("submit", draft, by=case.applicant, at=make.NOON)


def test_one_proposes_and_another_confirms(desk, appeal) -> None:
    first, second = desk.client(desk.fund), desk.client(make.operator(make.fund()))
    url = f"/desk/cases/{appeal.number}/"
    actions.perform("take", appeal, by=desk.fund, at=make.NOON)
    page = text_of(first.get(url + "approve/"))
    assert "Предложить одобрить" in page
    assert "Всё верно" in text_of(first.get(url))
    seen = now(appeal).revision
    lacking = first.post(url + "approve/", {"revision": seen, "note": ""})
    assert lacking.status_code == 422
    sent = {"revision": seen, "note": "", "reply": "Примите паспорт"}
    assert first.post(url + "approve/", sent).status_code == 302
    assert "Решение ждёт второго сотрудника" in text_of(first.get(url))
    assert "Подтверждать нечего" in text_of(first.get(url + "confirm/", follow=True))
    own = first.post(url + "confirm/", {"revision": now(appeal).revision})
    assert own.status_code == 403

    page = text_of(second.get(url + "confirm/"))
    assert "Примите паспорт" in page
    wordless = second.post(url + "confirm/", {"revision": now(appeal).revision, "back": "1"})
    assert "Напишите, почему не подтверждаете" in text_of(wordless)
    assert second.post(url + "confirm/", {"revision": now(appeal).revision}).status_code == 302

    assert now(appeal).state == State.APPROVED


def test_notes_are_read_by_colleagues_only(desk, client) -> None:
    irina, olga = desk.client(desk.irina), desk.client(desk.olga)
    url = f"/desk/cases/{desk.case.number}/"
    assert "Напишите заметку" in text_of(irina.post(url + "note/", {"text": " "}, follow=True))
    irina.post(url + "note/", {"text": "Перезвонить <b>завтра</b>"})
    assert "Перезвонить &lt;b&gt;завтра" in olga.get(url).content.decode()
    sign_in(client, desk.case.applicant)
    assert "Перезвонить" not in client.get(f"/cases/{desk.case.number}/").content.decode()
    assert desk.client(desk.stranger).post(url + "note/", {"text": "я"}).status_code == 404


def test_the_insurer_being_left_answers_on_the_page(desk, client) -> None:
    Case.objects.filter(pk=desk.case.pk).update(informed=desk.stranger.organization_code)
    old, url = desk.client(desk.stranger), f"/desk/cases/{desk.case.number}/"
    assert desk.case.number in text_of(old.get("/desk/cases/?filter=leaving"))
    assert desk.case.number not in text_of(old.get("/desk/cases/?filter=all"))
    page = text_of(old.get(url))
    assert "Ответ вашей организации" in page
    assert "/take/" not in page
    assert "Напишите, против чего" in text_of(
        old.post(url + "left/", {"objects": "yes", "text": ""}, follow=True)
    )
    old.post(url + "left/", {"objects": "yes", "text": "Идёт лечение"})
    assert CaseNote.objects.get().kind == CaseNote.Kind.OBJECTION
    desk.client(desk.irina).post(url + "note/", {"text": "Между нами"})
    assert "Между нами" not in text_of(old.get(url))
    sign_in(client, desk.case.applicant)
    page = text_of(client.get(f"/cases/{desk.case.number}/"))
    assert "Прежняя организация возражает. Идёт лечение" in page


def test_several_are_looked_through_then_decided(desk) -> None:
    irina = desk.client(desk.irina)
    assert "У вас нет дел в работе" in text_of(irina.get("/desk/cases/together/"))
    one = desk.taken()
    two = actions.perform("take", make.submitted(), by=desk.irina, at=make.NOON)
    url, chosen = "/desk/cases/together/", {"case": [one.number, two.number]}
    assert one.number in text_of(irina.get(url))
    assert irina.post(url, {"decision": "approve"}).status_code == 422
    nothing = irina.post(url, chosen | {"decision": "reject", "note": ""})
    assert "Выберите хотя бы одну причину отказа" in text_of(nothing)
    preview = irina.post(url, chosen | {"decision": "approve", "note": ""})
    assert "Пока ничего не изменено" in text_of(preview)
    assert now(one).state == State.IN_WORK
    revisions = {f"revision-{c.number}": now(c).revision for c in (one, two)}

    told = irina.post(url, chosen | {"decision": "approve", "note": "", "do": "1"} | revisions)

    assert "Решено: 2 дела" in text_of(told)
    assert {now(one).state, now(two).state} == {State.APPROVED}
    again = irina.post(url, chosen | {"decision": "approve", "note": "", "do": "1"} | revisions)
    assert again.status_code == 422  # they are no more one's own in work


def test_a_refusal_of_several_names_the_field_and_not_where_there_is_none(desk) -> None:
    irina, url = desk.client(desk.irina), "/desk/cases/together/"
    one = desk.taken()
    two = actions.perform("take", make.submitted(), by=desk.irina, at=make.NOON)
    other = [{**step, "fields": [f for f in step["fields"] if f[0] != "snils"]}
             for step in two.pinned["form"]]  # fmt: skip
    Case.objects.filter(pk=two.pk).update(pinned={**two.pinned, "form": other})
    sent = {"case": [one.number, two.number], "decision": "reject", "note": "",
            "reasons": ["data-differ", "suspected-fraud"]}  # fmt: skip
    assert "Укажите поле" in text_of(irina.post(url, sent))
    sent["about-data-differ"] = "snils"
    page = text_of(irina.post(url, sent))
    assert "Поле «СНИЛС» не совпадает с реестром" in page
    assert "Решить: 1" in page
    assert "Здесь нет поля «СНИЛС»" in page
    assert 'name="about-data-differ" value="snils"' in page
    revisions = {f"revision-{c.number}": now(c).revision for c in (one, two)}
    told = text_of(irina.post(url, {**sent, **revisions, "do": "1"}))
    assert "Решено: 1 дело" in told
    assert (now(one).state, now(two).state) == (State.REJECTED, State.IN_WORK)
    assert [(r["code"], r["field"]) for r in now(one).refusals] == [
        ("data-differ", "snils"), ("suspected-fraud", ""),
    ]  # fmt: skip


def test_kept_words_are_put_into_a_question_without_a_script(desk) -> None:
    irina, url = desk.client(desk.irina), f"/desk/cases/{desk.taken().number}/"
    data = {"kind": "question", "title": "Разворот", "text": "Пришлите разворот паспорта"}
    assert irina.post("/desk/cases/phrases/", data | {"title": ""}).status_code == 422
    irina.post("/desk/cases/phrases/", data)
    kept = AnswerTemplate.objects.get()
    assert "Разворот" in text_of(irina.get(url + "ask/"))
    seen = now(desk.case).revision
    typed = {"revision": seen, "text": "Добрый день.", "answer_by": "20.10.2026"}

    page = irina.post(url + "ask/", typed | {"insert": "1", "phrase": kept.pk})

    assert "Добрый день.\nПришлите разворот паспорта" in page.content.decode()
    assert now(desk.case).state == State.IN_WORK
    assert irina.post(url + "reject/", {"insert": "1", "note": "Жаль"}).status_code in {200, 422}
    assert now(desk.case).state == State.IN_WORK
    phrases.remove(pk=kept.pk, by=desk.olga, at=make.NOON)
    assert "Разворот" not in text_of(irina.get(url + "ask/"))


def test_a_supervisor_gives_the_waiting_cases_out(desk) -> None:
    boss = make.user(role="supervisor", organization="insurer:77001")
    client = desk.client(boss)
    assert "Раздать ждущие дела" in text_of(client.get("/desk/report/"))
    desk.client(desk.irina)  # comes in, and is on duty
    type(desk.irina).objects.filter(pk=desk.irina.pk).update(last_login=make.NOON)
    assert "Роздано: 1 дело" in text_of(client.post("/desk/report/assign/", follow=True))
    assert now(desk.case).assignee == desk.irina
    assert desk.client(desk.irina).post("/desk/report/assign/").status_code == 403


def test_supervisors_order_a_table_and_take_it(desk) -> None:
    boss = make.user(role="supervisor", organization="insurer:77001")
    client, url = desk.client(boss), "/desk/report/exports/"
    assert "Выгрузить дела таблицей" in text_of(client.get("/desk/report/"))
    assert client.post(url, {"purpose": ""}).status_code == 422
    wish = {"purpose": "Отчёт", "since": "01.10.2026", "until": "05.10.2026", "kind": "xlsx"}
    page = client.post(url, wish, follow=True)
    assert "готова: скачайте её" in text_of(page)
    made = ExportRequest.objects.get()
    answer = client.get(f"{url}{made.pk}/file/")
    assert answer.content.startswith(b"PK")
    assert desk.client(desk.irina).get(url).status_code == 403
