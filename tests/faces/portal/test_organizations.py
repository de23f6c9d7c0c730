"""The directory as people see it: search, pages, comparison, reviews."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import factories as make

from oms.domain.directory import reviews
from oms.domain.directory.folding import clinic_text
from oms.domain.directory.models import MedicalOrganization, OrganizationVersion, Review
from oms.domain.directory.opening import week
from oms.domain.directory.reviews import Wording

pytestmark = pytest.mark.django_db
MONDAY_NOON = datetime(2026, 10, 5, 9, 0, tzinfo=make.NOON.tzinfo)


def read(answer: Any) -> str:
    return str(answer.content.decode().replace("\N{NO-BREAK SPACE}", " "))


def clinic(number: int, **values: Any) -> MedicalOrganization:
    told: dict[str, Any] = {
        "code": f"77{number:04}", "region": make.region(), "full_name": f"Учреждение {number}",
        "short_name": f"Поликлиника {number}", "actual_address": "г. Москва, ул. Учебная, д. 1",
        "hours": "Пн–Пт 8:00–20:00", "specialities": ["Терапия"], "programmes": ["Приём врача"],
        "latitude": 55.7 + number / 100, "longitude": 37.6, "licence_number": f"ЛО-{number}",
    }  # fmt: skip
    made = MedicalOrganization(**{**told, **values})
    made.search_text, made.week = clinic_text(made), week(made.hours)
    made.save()
    return made


def published(organization: str, stars: int = 4, text: str = "Хорошо") -> Review:
    made = reviews.leave(
        user=make.user(level="confirmed"), organization=organization,
        wording=Wording(stars, text, named=True), at=timezone.now(),
    )  # fmt: skip
    by = make.user(role="support")
    return reviews.decide(pk=made.pk, publish=True, revision=1, by=by, at=timezone.now())[0]


def test_clinics_are_narrowed_by_help_hours_and_rating(client: Any) -> None:
    clinic(1, rating=3)
    clinic(2, hours="Круглосуточно", programmes=["Скорая помощь"], rating=5)
    clinic(3, hours="Пн–Сб 10:00–14:00")
    clinic(4, hours="по звонку")

    def found(**asked: str) -> list[int]:
        text = read(client.get("/clinics/", asked))
        return [n for n in range(1, 5) if f"/clinics/77{n:04}/" in text]

    with time_machine.travel(MONDAY_NOON + timedelta(hours=3), tick=False):  # 15:00 in Moscow
        assert found() == [1, 2, 3, 4]
        assert found(programme="Скорая помощь") == [2]
        assert found(hours="now") == [1, 2]
        assert found(hours="evening") == [1, 2]
        assert found(hours="saturday") == [2, 3]
        assert found(hours="sunday") == [2]
        assert found(rating="4") == [2]
        assert found(rating="9", hours="когда-нибудь", programme="\0") == [1, 2, 3, 4]
        text = read(client.get("/clinics/?sort=rating"))
        assert text.index("/clinics/770002/") < text.index("/clinics/770001/")
        assert text.index("/clinics/770001/") < text.index("/clinics/770003/")
        assert "Открыто сейчас" in text
        make.region("66")
        assert "Открыто сейчас" not in read(client.get("/clinics/?region=66"))


def test_a_page_of_clinics_costs_the_same_for_few_and_many(client: Any) -> None:
    costs = []
    for count in (2, 30):
        for n in range(count):
            clinic(count * 10 + n)
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/clinics/?q=поликлиника&hours=evening").status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 6


def test_clinics_stand_side_by_side_in_the_order_asked(client: Any) -> None:
    clinic(1)
    clinic(2, licence_until=timezone.localdate() + timedelta(days=3))
    text = read(client.get("/clinics/compare/?code=770002&code=770001&code=000000"))
    assert text.index("Поликлиника 2") < text.index("Поликлиника 1")
    assert "ещё 3 дня" in text
    assert text.count('<g class="dot-') == 2
    assert "Сравнивать пока нечего" in read(client.get("/clinics/compare/?code=770001"))
    assert "Сравнивать пока нечего" in read(client.get("/clinics/compare/"))


@pytest.mark.parametrize(
    ("left", "words"),
    [(-1, "Лицензия: срок закончился"), (5, "ещё 5 дней"), (60, "ещё 60 дней"), (61, "")],
)
def test_a_licence_that_ends_is_marked_in_words(client: Any, left: int, words: str) -> None:
    until = timezone.localdate() + timedelta(days=left)
    clinic(1, licence_until=until)
    make.insurer(licence_number="ОС 1", licence_until=until)
    for path in ("/clinics/770001/", "/insurers/77001/"):
        text = read(client.get(path))
        is_marked = 'class="notice danger"' in text or 'class="notice warn"' in text
        assert is_marked is bool(words)
        assert words in text or (left == -1 and path.startswith("/insurers"))


def test_what_changed_is_told_field_by_field(client: Any) -> None:
    clinic(1)
    old, new = {"phone": "8 800 1", "site": ""}, {"phone": "8 800 2", "site": "https://a.example"}
    for since, until, fields in (
        (date(2024, 1, 1), date(2025, 2, 3), old), (date(2025, 2, 3), None, new),
    ):  # fmt: skip
        OrganizationVersion.objects.create(
            kind="clinic", code="770001", data={"fields": fields}, valid_from=since,
            valid_until=until,
        )  # fmt: skip
    text = read(client.get("/clinics/770001/"))
    assert "3 февраля 2025" in text
    for words in ("8 800 1", "8 800 2", "не указано", "https://a.example", "Первая запись"):
        assert words in text


def test_neighbours_are_drawn_the_nearest_first(client: Any) -> None:
    for n in (5, 1, 2, 30):
        clinic(n)
    text = read(client.get("/clinics/770005/"))
    around = text[text.index("Где это") :]
    assert around.index("Поликлиника 2<") < around.index("Поликлиника 1<")
    assert "Поликлиника 30" not in around
    assert around.count('<g class="dot-') == 3


def test_reviews_are_read_by_all_sorted_and_paged_at_a_fixed_cost(client: Any) -> None:
    make.insurer()
    for n in range(3):
        published("insurer:77001", n + 1, f"Отзыв {n}")
    costs = []
    for more in (0, 20):
        for n in range(more):
            published("insurer:77001", 5, f"Ещё {n}")
        for path in ("/insurers/77001/", "/insurers/77001/reviews/?sort=best"):
            with CaptureQueriesContext(connection) as asked:
                text = read(client.get(path))
            costs.append(len(asked))
    assert costs[:2] == costs[2:]
    assert max(costs) <= 9
    assert "23 отзыва" in text
    assert "Анна П." in text
    assert 'rel="next"' in text
    worst = read(client.get("/insurers/77001/reviews/?sort=worst"))
    assert worst.index("Отзыв 0") < worst.index("Отзыв 1")
    only = read(client.get("/insurers/77001/reviews/?stars=2&sort=%00&page=x"))
    assert "Отзыв 1" in only
    assert "Отзыв 0" not in only
    assert client.get("/insurers/77777/reviews/").status_code == 404


def test_a_proven_person_leaves_changes_and_takes_back_a_review(entered: Any) -> None:
    clinic(1)
    anna = make.user(level="confirmed", family_name="Климова")
    client, page = entered(anna), "/clinics/770001/review/"
    assert "Анна К." in read(client.get(page))
    wrong = client.post(page, {"stars": "9", "text": "", "named": ""})
    assert wrong.status_code == 422
    for words in ("Ваша оценка", "Что произошло: напишите", "Как подписать отзыв: выберите"):
        assert words in read(wrong)
    sent = {"stars": "4", "text": "Быстро\r\nи просто", "named": "no"}
    assert client.post(page, sent).status_code == 302
    review = Review.objects.get()
    assert (review.stars, review.text, review.signature) == (4, "Быстро\nи просто", "")
    assert "На проверке" in read(client.get(page))
    assert "Быстро" not in read(Client().get("/clinics/770001/reviews/"))
    assert client.post(page, {"withdraw": "1"}).status_code == 302
    review.refresh_from_db()
    assert review.state == "withdrawn"


def test_who_may_not_rate_reads_why(client: Any, entered: Any) -> None:
    make.insurer()
    page = "/insurers/77001/review/"
    assert "/account/login/" in client.get(page).headers["Location"]
    simple = entered(make.user()).get(page)
    assert simple.status_code == 403
    assert "Подтвердите её в кабинете" in read(simple)
    assert entered(make.user(role="support")).get(page).status_code == 403


def test_anybody_complains_but_not_without_end(client: Any) -> None:
    make.insurer()
    review = published("insurer:77001")
    page = f"/reviews/{review.pk}/report/"
    assert "выберите причину" in read(client.post(page, {"reason": ""}))
    for _ in range(10):
        assert client.post(page, {"reason": "false"}).status_code == 302
    review.refresh_from_db()
    assert review.reports_open == 1  # one a place, however often it is sent
    assert client.post(page, {"reason": "false"}).status_code == 429
    assert client.get("/reviews/987654321/report/").status_code == 404
    assert client.get(f"/reviews/{10**30}/report/").status_code == 404
