"""«Тексты»: edited with a preview, versioned, never unsafe, shown in the next message."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests import factories as make
from tests.faces.desk.conftest import NOW
from tests.signing_in import sign_in

from oms.domain.accounts.models import Role
from oms.domain.journal.models import Entry
from oms.domain.notifications import actions, texts
from oms.domain.notifications.models import Message, Text
from oms.domain.notifications.templates import TEMPLATES

pytestmark = pytest.mark.django_db
KIND = "case-question"
PATH = f"/desk/texts/{KIND}/"


@pytest.fixture
def admin(staff: Any) -> Client:
    return sign_in(Client(), staff(Role.ADMINISTRATOR))


def typed(**changes: Any) -> dict[str, Any]:
    body = "Есть вопрос по делу {{ number }} ({{ service|lower }}). Ответьте до {{ answer_by }}."
    return {
        "title": "Нужен ваш ответ", "body": body, "short": "ответьте до {{ answer_by }}.",
        "link_title": "Ответить", "note": "Короче", "seen": 0, **changes,
    }  # fmt: skip


def told(key: str) -> Message:
    return actions.tell(
        user=make.user(), kind=KIND, key=key, at=NOW, answer_by=NOW + timedelta(days=2),
        context={"number": "17-4", "service": "ВЫПИСКА {{ number }}{% load %}"},
    )  # fmt: skip


@pytest.mark.parametrize("kind", list(TEMPLATES))
def test_the_text_of_the_code_survives_the_editor(kind: str) -> None:
    values = texts.built_in(kind)
    assert texts.problems(kind, values) == {}
    own = TEMPLATES[kind].fill(texts.SAMPLES)
    assert texts.sample(kind, values) == own


def test_a_new_text_is_in_the_next_message_and_the_old_one_stays(admin: Client) -> None:
    before = told("before")
    preview = admin.post(PATH, {**typed(), "preview": "1"})
    assert preview.status_code == 200
    assert "Есть вопрос по делу 770000-123456-7" in preview.content.decode()
    assert "1\xa0часть" in preview.content.decode()
    assert not Text.objects.exists()
    assert admin.post(PATH, typed())["Location"] == PATH
    after = told("after")
    assert (after.title, after.template_version) == ("Нужен ваш ответ", 1000)
    assert after.body.startswith("Есть вопрос по делу 17-4 (выписка {{ number }}{% load %}).")
    before.refresh_from_db()
    assert (before.title, before.template_version) == ("Ответьте на вопрос по заявлению", 1)
    page = admin.get(PATH).content.decode()
    assert "правка 1" in page
    assert "Короче" in page
    assert "Ответьте на вопрос по заявлению</td>" in page  # what it was before
    assert Entry.objects.filter(act="message.text").count() == 1
    assert admin.post(f"{PATH}restore/", {"seen": 1000})["Location"] == PATH
    assert told("restored").template_version == 1
    assert [row.version for row in texts.versions(KIND)] == [1001, 1000]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "Вопрос {{ number }}"}, "title"),
        ({"title": "Вопрос 770000"}, "title"),
        ({"title": "Пишите на a@b.ru"}, "title"),
        ({"link_title": "{{ number }}"}, "link_title"),
        ({"body": "До {{ answer_by }} {{ secret }}"}, "body"),
        ({"body": "До {{ answer_by }} {{ number.__class__ }}"}, "body"),
        ({"body": "До {{ answer_by }} {{ number.real }}"}, "body"),
        ({"body": "До {{ answer_by }} {% load static %}"}, "body"),
        ({"body": "До {{ answer_by }} {% include 'x' %}"}, "body"),
        ({"body": "До {{ answer_by }} {% if number %}x{% endif %}"}, "body"),
        ({"body": "До {{ answer_by }} {{ number|safe }}"}, "body"),
        ({"body": "До {{ answer_by }} {{ number|default:service }}"}, "body"),
        ({"body": "До {{ answer_by }} {{ 'x' }}"}, "body"),
        ({"body": "До {{ answer_by }} {{ number"}, ""),
        ({"body": "Ответьте.", "short": "ответьте."}, "body"),
        ({"short": ""}, "short"),
        ({"short": "ответьте до {{ answer_by }}. " + "Ж" * 170}, "short"),
    ],
)
def test_a_text_that_could_do_harm_is_refused(admin: Client, changes, field: str) -> None:
    answer = admin.post(PATH, typed(**changes))
    if not field:  # an open brace is only a sign
        assert answer.status_code == 302
        return
    assert answer.status_code == 422
    assert not Text.objects.exists()
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert form["body"].value() == typed(**changes)["body"]  # nothing typed is lost


def test_two_administrators_do_not_overwrite_each_other(admin: Client) -> None:
    admin.post(PATH, typed())
    late = admin.post(PATH, typed(body="Ответьте до {{ answer_by }}: {{ number }}, {{ service }}"))
    assert late.status_code == 422
    assert "изменил другой администратор" in late.content.decode()
    assert Text.objects.count() == 1
    assert "Ответьте до {{ answer_by }}: {{ number }}" in late.content.decode()


def test_pages_cost_a_fixed_number_of_queries(
    admin: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        admin.post(PATH, typed(note=str(number), seen=999 + number if number else 0))
    assert Text.objects.count() == 3
    for path in ("/desk/texts/", PATH):
        with django_assert_max_num_queries(5):
            assert admin.get(path).status_code == 200
    assert admin.get("/desk/texts/nothing/").status_code == 404
