"""Whole ways of a citizen through the portal, as a browser without scripts walks them."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests import factories as make
from tests.faces.portal.applications.conftest import NEW_ADDRESS, code, typed, world

from oms.cases import actions, tasks
from oms.cases.models import Case
from oms.cases.review import application
from oms.cases.states import State
from oms.catalog.catalogue import SERVICES
from oms.domain.accounts.models import User
from oms.domain.journal.actions import SYSTEM
from oms.domain.papers.models import Paper

pytestmark = pytest.mark.django_db


def today() -> date:
    return timezone.localdate()


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer)
    return str(answer.content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def file_application(client: Client, user: User, service: str) -> Case:
    """From the button of the service page to the page that says it is in."""
    world(service, user)
    assert "Начать" in text(client, f"/services/{service}/start/")
    url = client.post(f"/services/{service}/start/")["Location"]
    pages: dict[str, Any] = typed(service)
    for step in SERVICES[service].steps:
        if not step.signs and step.asked(application(Case.objects.latest("pk"), on=today())):
            assert url.endswith(f"/{step.code}/"), (url, step.code)
            assert step.title in text(client, url)
            url = client.post(url, pages[step.code] | {"go": "on"})["Location"]
    if url.endswith("/documents/"):
        url = attach(client, url)
    assert url.endswith("/check/")
    assert "Получить код и подписать" in text(client, url)
    url = client.post(url, {"truth": "on"})["Location"]
    assert "Отправили код" in text(client, url)
    url = client.post(url, {"code": code()})["Location"]
    case = Case.objects.latest("pk")
    assert url == f"/cases/{case.number}/submitted/"
    assert case.number in text(client, url)
    assert case.state == State.AWAITING
    assert case.pinned["signature"]["kind"] == "sms-code"
    return case


def attach(client: Client, url: str) -> str:
    """What the page of documents asks for; without it nobody goes on."""
    assert "Не хватает документов" in client.post(url).content.decode()
    make.bring_documents(Case.objects.latest("pk"))
    assert "IMG_" in text(client, url)
    return str(client.post(url)["Location"])


def test_a_policy_is_applied_for_and_given(client: Client, anna: User) -> None:
    case = file_application(client, anna, "issue-policy")
    page = text(client, f"/cases/{case.number}/")
    assert "Ждёт рассмотрения" in page
    assert "СМО 77001" in page
    assert "Отозвать" in page
    assert "Подписано кодом из СМС" in text(client, f"/cases/{case.number}/print/")
    operator = make.operator()
    for verb in ("take", "approve"):
        actions.perform(verb, case, by=operator, at=timezone.now())
    page = text(client, f"/cases/{case.number}/")
    assert "Полис оформлен. Ваша страховая организация: СМО 77001." in page
    assert "Отозвать" not in page


def test_a_question_about_the_new_insurer_is_answered(client: Client, anna: User) -> None:
    case = file_application(client, anna, "change-insurer")
    operator = make.operator(make.insurer("77002"))
    actions.perform("take", case, by=operator, at=timezone.now())
    actions.perform(
        "ask", case, by=operator, at=timezone.now(), note="Какой дом?", fields=["residence"]
    )
    page = text(client, f"/cases/{case.number}/")
    assert "Какой дом?" in page
    assert "Срок остановлен" in page
    assert 'name="residence"' in page
    assert 'name="ground"' not in page
    answer = f"/cases/{case.number}/answer/"
    wrong = client.post(answer, {"residence": "дом", "note": "Исправила"}).content.decode()
    assert "Исправьте одно поле" in wrong
    assert ">Исправила</textarea>" in wrong.replace("\n", "")
    assert ">дом</textarea>" in wrong.replace("\n", "")
    right = NEW_ADDRESS.replace("д. 5", "д. 7")
    assert client.post(answer, {"residence": right, "note": "Исправила"}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.answers["residence"]) == (State.IN_WORK, right)
    assert "Исправила" in text(client, f"/cases/{case.number}/")


def test_an_extract_is_made_at_once(
    client: Client, anna: User, tmp_path: Any, settings: Any
) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "papers"}}
    settings.STORAGES = {**settings.STORAGES, "papers": own}
    case = file_application(client, anna, "policy-extract")
    tasks.decide.func(case.pk)
    tasks.finish.func(case.pk)
    paper = Paper.objects.get()
    page = text(client, f"/cases/{case.number}/")
    assert reverse("portal:document_pdf", args=[paper.number]) in page
    assert "Готово к скачиванию" in page


def test_a_withdrawn_application_can_be_filed_anew(client: Client, anna: User) -> None:
    case = file_application(client, anna, "issue-policy")
    assert "Не отзывать" in text(client, f"/cases/{case.number}/withdraw/")
    client.post(f"/cases/{case.number}/withdraw/")
    case.refresh_from_db()
    assert case.state == State.WITHDRAWN
    url = client.post(f"/cases/{case.number}/repeat/")["Location"]
    new = Case.objects.latest("pk")
    assert url == f"/cases/{new.number}/check/"
    assert "Ошибок не нашли" in text(client, url)
    assert case.number in text(client, f"/cases/{case.number}/")


def test_a_rejected_application_says_why_and_is_repeated_with_all_kept(
    client: Client, anna: User
) -> None:
    case = file_application(client, anna, "issue-policy")
    operator = make.operator()
    actions.perform("take", case, by=operator, at=timezone.now())
    reasons = [{"code": "data-differ", "about": "Имя", "field": "given_name"}]
    actions.perform("reject", case, by=operator, at=timezone.now(), reasons=reasons)
    page = text(client, f"/cases/{case.number}/")
    assert "Поле «Имя» не совпадает с реестром." in page
    assert "Подать повторно" in page
    first = client.post(f"/cases/{case.number}/repeat/")["Location"]
    again = client.post(f"/cases/{case.number}/repeat/")["Location"]
    assert first == again
    assert Case.objects.count() == 2
    new = Case.objects.latest("pk")
    step = f"/cases/{new.number}/person/?from=check"
    assert "проверкина" in text(client, step)
    changed = case.typed["person"] | {"given_name": "Инна"}
    assert client.post(step, changed)["Location"] == f"/cases/{new.number}/check/"


def test_a_late_answer_reopens_what_was_closed_without_one(client: Client, anna: User) -> None:
    case = file_application(client, anna, "issue-policy")
    operator, now = make.operator(), timezone.now()
    actions.perform("take", case, by=operator, at=now)
    actions.perform(
        "ask", case, by=operator, at=now, note="Где вы живёте?", answer_by=now + timedelta(1)
    )
    case.refresh_from_db()
    actions.perform("expire", case, by=SYSTEM, at=now + timedelta(2))
    page = text(client, f"/cases/{case.number}/")
    assert "Ответить и возобновить" in page
    assert "Где вы живёте?" in page
    client.post(f"/cases/{case.number}/answer/", {"note": "В Москве"})
    case.refresh_from_db()
    assert case.state == State.IN_WORK


def test_a_draft_is_thrown_away_with_all_that_was_typed(client: Client, anna: User) -> None:
    make.policy_draft(anna)
    case = Case.objects.get()
    assert "Удалить черновик" in text(client, f"/cases/{case.number}/discard/")
    assert client.post(f"/cases/{case.number}/discard/")["Location"] == "/cases/"
    case.refresh_from_db()
    assert (case.state, case.typed) == (State.WITHDRAWN, {})
    assert "Черновик удалён" in text(client, f"/cases/{case.number}/")
    assert case.number not in text(client, "/cases/")


def test_a_service_closed_to_a_person_says_why_and_where_to_go(client: Client, anna: User) -> None:
    make.insured(anna)
    answer = client.post("/services/issue-policy/start/")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "/services/change-insurer/" in page
    assert "Начать" not in page
    assert not Case.objects.exists()


def test_a_second_start_leads_to_what_there_is(client: Client, anna: User) -> None:
    first = client.post("/services/issue-policy/start/")["Location"]
    assert client.post("/services/issue-policy/start/")["Location"] == first
    case = Case.objects.get()
    done = make.draft("issue-policy", anna, typed("issue-policy"))
    make.insurer()
    actions.perform("submit", done, by=anna, at=timezone.now())
    assert client.post("/services/issue-policy/start/")["Location"] == f"/cases/{case.number}/"
