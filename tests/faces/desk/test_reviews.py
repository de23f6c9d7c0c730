"""Moderation at the desk: hints, decisions, answers, what the author is told."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories as make
from tests.signing_in import sign_in

from oms.domain.directory import reviews
from oms.domain.directory.models import MedicalOrganization
from oms.domain.directory.reviews import Wording
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Message

pytestmark = pytest.mark.django_db


def left(text="Ответила Смирнова А. Б., 8 900 123-45-67", user=None):
    make.insurer()
    return reviews.leave(
        user=user or make.user(level="confirmed"), organization="insurer:77001",
        wording=Wording(2, text, named=True), at=make.NOON,
    )  # fmt: skip


def desk(user):
    return sign_in(Client(), user)


def read(answer):
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_the_support_sees_what_may_name_somebody_and_decides_once() -> None:
    review = left()
    client, other = (desk(make.user(role="support")) for _ in range(2))
    assert f"/desk/reviews/{review.pk}/" in read(client.get("/desk/reviews/"))
    text = read(client.get(f"/desk/reviews/{review.pk}/"))
    assert "телефон: <strong>8 900 123-45-67" in text
    assert "фамилия: <strong>Смирнова А. Б." in text
    page, sent = f"/desk/reviews/{review.pk}/", {"verdict": "refuse", "revision": "1"}
    assert "выберите, почему" in read(client.post(page, sent))
    assert client.post(page, {**sent, "reason": "personal"}).status_code == 302
    assert other.post(page, {"verdict": "publish", "revision": "1"}).status_code == 409
    told = Message.objects.get(user=review.author)
    assert told.kind == "review-refused"
    assert "личные данные" in told.body
    assert told.link == "/insurers/77001/review/"
    client.post(page, {**sent, "reason": "personal"})
    assert Message.objects.filter(user=review.author).count() == 1


def test_a_changed_text_is_not_published_by_who_read_the_other() -> None:
    author = make.user(level="confirmed")
    review = left("Хорошо", author)
    client = desk(make.user(role="support"))
    left("Плохо", author)
    answer = client.post(f"/desk/reviews/{review.pk}/", {"verdict": "publish", "revision": "1"})
    assert answer.status_code == 409
    assert "Плохо" in read(answer)


def test_an_insurer_answers_what_is_published_of_it() -> None:
    review = left("Долго")
    operator = desk(make.operator())
    page = f"/desk/reviews/{review.pk}/"
    assert operator.get(page).status_code == 404
    reviews.decide(
        pk=review.pk, publish=True, revision=1, by=make.user(role="support"), at=make.NOON
    )
    assert desk(make.operator(make.insurer("77002"))).get(page).status_code == 404
    assert "Без ответа" in read(operator.get("/desk/reviews/"))
    assert operator.post(page, {"text": "Исправили", "revision": "1"}).status_code == 302
    assert "Исправили" in read(Client().get("/insurers/77001/reviews/"))
    assert Message.objects.get(user=review.author).kind == "review-answered"


def test_the_fund_enters_what_a_clinic_of_its_region_answers() -> None:
    make.region()
    for code in ("770001", "500001"):
        make.region(code[:2])
        MedicalOrganization.objects.create(
            code=code, region_id=code[:2], full_name="Поликлиника", short_name="ГП"
        )
    support, author = make.user(role="support"), make.user(level="confirmed")
    said, elsewhere = (
        reviews.leave(
            user=author, organization=f"clinic:{code}", wording=Wording(2, "Долго", named=False),
            at=make.NOON,
        )
        for code in ("770001", "500001")
    )  # fmt: skip
    for one in (said, elsewhere):
        reviews.decide(pk=one.pk, publish=True, revision=1, by=support, at=make.NOON)
    editor = make.operator(make.fund())
    client, page = desk(editor), f"/desk/reviews/{said.pk}/"
    assert client.get(f"/desk/reviews/{elsewhere.pk}/").status_code == 404
    assert page in read(client.get("/desk/reviews/"))
    sent = {"text": "Добавили регистратора", "revision": "1"}
    assert client.post(page, sent).status_code == 422
    assert client.post(page, {**sent, "letter": "№ 12 от 20.11.2026"}).status_code == 302
    shown = read(Client().get("/clinics/770001/reviews/"))
    assert "Ответ организации" in shown
    assert "Добавили регистратора" in shown
    assert "№ 12 от" not in shown
    entry = Entry.objects.select_related("payload").get(act="review.answer")
    assert (entry.actor, entry.payload.data["letter"]) == (editor.key, "№ 12 от 20.11.2026")


def test_the_queue_costs_the_same_for_few_and_many() -> None:
    client, costs = desk(make.user(role="support")), []
    client.get("/desk/reviews/")
    for more in (1, 12):
        for _ in range(more):
            left()
        with CaptureQueriesContext(connection) as asked:
            client.get("/desk/reviews/")
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 8
