"""Places that hand papers over: the list, the plan, and what a paper's page says of its copies."""

import re
from itertools import combinations
from math import hypot
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests import factories as make

from oms.domain.directory.models import DeliveryPoint
from oms.domain.journal.actions import SYSTEM
from oms.domain.papers import deliveries, queries
from oms.faces.portal import plans, points
from oms.gateways import signature_gost

PLACES = st.tuples(st.floats(54.5, 57.5), st.floats(35, 40))


def read(answer: Any) -> str:
    return str(answer.content.decode().replace("\N{NO-BREAK SPACE}", " "))


def place(number: int, kind: str = "mfc", **values: Any) -> DeliveryPoint:
    told = {
        "code": f"p{number}", "kind": kind, "region": make.region(), "name": f"Пункт {number}",
        "address": "г. Москва, ул. Учебная, д. 1", "hours": "Ежедневно 8:00–20:00",
        "latitude": 55.7 + number / 50, "longitude": 37.6,
    }  # fmt: skip
    return DeliveryPoint.objects.create(**{**told, **values})


@pytest.mark.django_db
def test_the_list_says_all_and_the_plan_carries_its_numbers(client: Any) -> None:
    place(1)
    place(2, "agent")
    place(3, closed_on=timezone.localdate())
    place(4, region=make.region("50"))
    text = read(client.get("/points/"))
    assert "Пункт 1" in text
    assert "Ежедневно 8:00–20:00" in text
    assert "Возьмите с собой: паспорт" in text
    assert len(re.findall(r'<g class="dot-', text)) == len(re.findall(r'dot-\w+">\d+<', text)) == 2
    assert "Пункт 3" not in text
    assert "Пункт 4" not in text
    only = read(client.get("/points/?kind=agent&region=77"))
    assert "Пункт 2" in only
    assert "Пункт 1" not in only
    assert "Таких пунктов здесь нет" in read(client.get("/points/?kind=office"))
    assert "Пункт 1" in read(client.get("/points/?kind=%00&region=zz"))


@pytest.mark.django_db
def test_the_page_costs_the_same_for_few_and_many(client: Any) -> None:
    costs = []
    for number in (range(2), range(2, 30)):
        for n in number:
            place(n)
        with CaptureQueriesContext(connection) as seen:
            client.get("/points/")
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 3


@given(st.lists(PLACES, min_size=2, max_size=14))
def test_a_plan_keeps_every_number_within_and_north_above(rows: list[tuple[float, float]]) -> None:
    given_points = [
        DeliveryPoint(kind="mfc", latitude=lat, longitude=lon, code=str(n))  # type: ignore[misc]
        for n, (lat, lon) in enumerate(rows)
    ]
    plan = points.plan(given_points)
    assert plan
    assert [dot.number for dot in plan.dots] == list(range(1, len(rows) + 1))
    for dot in plan.dots:
        assert plans.RADIUS <= dot.x <= plans.WIDTH - plans.RADIUS
        assert plans.RADIUS <= dot.y <= plans.HEIGHT - plans.RADIUS
    pairs = list(zip(plan.dots, rows, strict=True))
    for (one, (north, _)), (other, (south, _)) in combinations(pairs, 2):
        if north - south > 1:  # far enough for no dot to have been pushed past the other
            assert one.y < other.y


def test_numbers_of_neighbours_can_be_told_apart() -> None:
    rows = [(55.75, 37.61), (55.7501, 37.6101), (55.75, 37.61), (55.9, 37.9)]
    found = [DeliveryPoint(kind="mfc", latitude=a, longitude=b) for a, b in rows]  # type: ignore[misc]
    plan = points.plan(found)
    assert plan
    for one, other in combinations(plan.dots, 2):
        assert hypot(one.x - other.x, one.y - other.y) > 2 * plans.RADIUS - 1


@pytest.mark.django_db
def test_a_papers_page_tells_where_its_copy_is(
    anna, insured_anna, paper_of, entered, django_assert_max_num_queries
) -> None:
    paper, client = paper_of(insured_anna), entered(anna)
    url = f"/documents/{paper.number}/"
    assert "Получить на бумаге" in read(client.get(url))
    told = {"insurer": insured_anna.insurer, "by": SYSTEM, "at": timezone.now(),
            "on": timezone.localdate()}  # fmt: skip
    copy = deliveries.prepare(
        paper=paper, way="mfc", point=place(1, phone="8 800 000-00-01"), basis="case:1", **told
    )
    with django_assert_max_num_queries(9):
        text = read(client.get(url))
    for words in ("Ждёт в пункте", "Пункт 1", "Ежедневно 8:00–20:00", "8 800 000-00-01"):
        assert words in text
    deliveries.hand_over(
        delivery=copy, taken_by="Климова", document="паспорт 1", by=make.operator(),
        at=timezone.now(),
    )  # fmt: skip
    text = read(client.get(url))
    assert "Вручён" in text
    assert "Возьмите с собой" not in text


@pytest.fixture
def gost(tmp_path: Any, settings: Any) -> Any:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    signature_gost.make_pair(key, certificate, subject="/CN=Кабинет ГОСТ")
    settings.GOST_KEY, settings.GOST_CERTIFICATE = key, certificate
    signature_gost.forget()
    yield
    signature_gost.forget()


def bring(client: Any, content: bytes, detached: bytes) -> str:
    files = {
        "paper": SimpleUploadedFile("paper.pdf", content, "application/pdf"),
        "signature": SimpleUploadedFile("paper.pdf.sig", detached),
    }
    return read(client.post("/verify/", files))


@pytest.mark.django_db
def test_the_gost_signature_is_given_and_checked(
    gost, client, anna, insured_anna, paper_of, entered
) -> None:
    paper, own = paper_of(insured_anna), entered(anna)
    assert "Подпись ГОСТ (.sig)" in read(own.get(f"/documents/{paper.number}/"))
    answer = own.get(f"/documents/{paper.number}/sig")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    detached, content = answer.content, queries.content(paper)
    text = bring(client, content, detached)
    for words in ("Документ подлинный и действует", "Подпись ГОСТ верна", "Кабинет ГОСТ"):
        assert words in text
    other = paper_of(insured_anna, "case:2")
    text = bring(client, queries.content(other), detached)
    assert "Подпись ГОСТ не подходит" in text
    assert "Документ подлинный и действует" not in text
    assert "Файл подписи пустой" in bring(client, content, b"")
    assert "64 КБ" in bring(client, content, b"x" * 70_000)


@pytest.mark.django_db
def test_without_a_key_nothing_is_shown(anna, insured_anna, paper_of, entered) -> None:
    paper, own = paper_of(insured_anna), entered(anna)
    assert "ГОСТ" not in read(own.get(f"/documents/{paper.number}/"))
    assert own.get(f"/documents/{paper.number}/sig").status_code == 404
