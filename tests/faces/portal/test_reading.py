"""Services, messages, directories, help: found as people search, at a fixed cost."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import Resolver404, resolve
from django.utils import timezone
from tests import factories

from oms.cases import actions as cases
from oms.catalog.catalogue import SERVICES
from oms.domain.directory import synthetic
from oms.domain.directory.folding import fold
from oms.domain.directory.models import Insurer, InsurerOffice, MedicalOrganization
from oms.domain.notifications.models import Delivery, Message
from oms.domain.register import actions as register
from oms.faces.portal.questions import QUESTIONS, find
from oms.faces.portal.services import IF_NEEDED, way

pytestmark = pytest.mark.django_db


def read(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode().replace("\N{NO-BREAK SPACE}", " "))


@pytest.fixture
def seeded(db: None) -> None:
    synthetic.seed(at=timezone.now() - timedelta(days=60))


# Services


@pytest.mark.parametrize("typed", ["сменить страховую", "смена смо", "«замена страховой»"])
def test_services_are_found_by_what_people_type(client, typed) -> None:
    found = read(client.get("/services/", {"q": typed})).split('id="found"')[1]
    assert re.findall(r"/services/([\w-]+)/", found)[0] == "change-insurer"


def test_an_empty_search_shows_all_and_a_wrong_one_says_so(client) -> None:
    everything = read(client.get("/services/"))
    assert all(f"/services/{code}/" in everything for code in SERVICES)
    assert "Такой услуги нет" in read(client.get("/services/", {"q": "щщщщщ"}))


@pytest.mark.parametrize("code", SERVICES)
def test_a_service_answers_what_is_asked_first(client, code) -> None:
    service, text = SERVICES[code], read(client.get(f"/services/{code}/"))
    for words in ("Кому положена", "Срок", "Бесплатно", "Результат", "Основание", "Оформить"):
        assert words in text
    assert all(title in text for title in way(service))
    assert (IF_NEEDED in text) is any(step.is_conditional() for step in service.steps)
    assert f"/services/{code}/start/" in text


def test_a_closed_service_gives_the_reason_and_the_way_on(
    anna, insured_anna, boris, entered
) -> None:
    mine = read(entered(anna).get("/services/issue-policy/"))
    assert "Сейчас услуга вам не открыта" in mine
    assert "/services/change-insurer/" in mine
    assert "/start/" not in mine
    without = read(entered(boris).get("/services/change-insurer/"))
    assert "Сейчас услуга вам не открыта" in without
    assert "/services/issue-policy/" in without


def test_an_open_application_is_led_to(boris, entered, django_assert_max_num_queries) -> None:
    client = entered(boris)
    assert 'method="post" action="/services/issue-policy/start/"' in read(
        client.get("/services/issue-policy/")
    )
    case = cases.start(service="issue-policy", applicant=boris, at=timezone.now())
    with django_assert_max_num_queries(10):
        text = read(client.get("/services/issue-policy/"))
    assert "У вас есть черновик" in text
    assert f"/cases/{case.number}/" in text


# Messages


def test_opening_a_message_marks_it_read_and_shows_how_it_went(anna, entered, message_to) -> None:
    now = timezone.now()
    told = message_to(anna, link="/documents/", link_title="Открыть", answer_by=now)
    for channel, state in (("email", "sent"), ("sms", "failed")):
        Delivery.objects.create(
            message=told, user=anna, channel=channel, address="x", text="x", state=state,
            key=f"{channel}:1", next_at=now, created_at=now,
        )  # fmt: skip
    client = entered(anna)
    assert 'class="title unread"' in read(client.get("/messages/"))
    client.head(f"/messages/{told.pk}/")
    assert Message.objects.get().read_at is None
    text = read(client.get(f"/messages/{told.pk}/"))
    for words in ("Текст новости 1", 'href="/documents/"', "Отправлено", "Не доставлено"):
        assert words in text
    assert Message.objects.get().read_at is not None
    assert 'class="title unread"' not in read(client.get("/messages/"))


@pytest.mark.parametrize("link", ["//evil.example/", "https://evil.example/", "javascript:x()"])
def test_a_message_links_only_into_the_portal(anna, entered, message_to, link) -> None:
    told = message_to(anna, link=link, body="<script>alert(1)</script>")
    text = read(entered(anna).get(f"/messages/{told.pk}/"))
    assert link not in text
    assert "<script>alert" not in text


def test_the_inbox_goes_on_without_loss_at_a_fixed_cost(
    anna, entered, message_to, django_assert_max_num_queries
) -> None:
    client = entered(anna)
    message_to(anna, 0)
    with django_assert_max_num_queries(6) as few:
        client.get("/messages/")
    for number in range(1, 45):
        message_to(anna, number)
    with django_assert_max_num_queries(6) as many:
        client.get("/messages/")
    assert len(few.captured_queries) == len(many.captured_queries)
    seen, address = [], "/messages/"
    while address:
        text = read(client.get(address))
        seen += re.findall(r"</span>(Новость \d+)</a>", text)
        following = re.search(r'href="/messages/(\?before=[\d-]+)"', text)
        address = f"/messages/{following[1]}" if following else ""
    assert seen == [f"Новость {number}" for number in range(45)]


# Directories


def test_insurers_of_a_region_stand_side_by_side(
    client, seeded, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(4):
        text = read(client.get("/insurers/", {"region": "77"}))
    codes = re.findall(r'name="code" value="(\d{5})"', text)
    assert len(codes) >= 2
    stopped = Insurer.objects.filter(region="77").exclude(excluded_on=None).get()
    assert stopped.code not in codes
    asked = {"region": "77", "code": [codes[1], codes[0]]}
    with django_assert_max_num_queries(5):
        compared = read(client.get("/insurers/compare/", asked))
    order = [Insurer.objects.get(pk=code).short_name for code in (codes[1], codes[0])]
    head = compared.split("<thead>")[1].split("</thead>")[0]
    assert head.index(order[0]) < head.index(order[1])
    assert "Жалоб на 10 000 человек" in compared
    offices = InsurerOffice.objects.filter(insurer__in=asked["code"])
    assert offices.exists()
    assert all(office.name in compared for office in offices)
    assert compared.count('<g class="dot-') == offices.count()
    alone = read(client.get("/insurers/compare/", {"region": "77", "code": codes[0]}))
    assert "Сравнивать пока нечего" in alone


def test_an_insurer_that_stopped_says_so(client, seeded) -> None:
    stopped = Insurer.objects.filter(region="77").exclude(excluded_on=None).get()
    text = read(client.get(f"/insurers/{stopped.code}/"))
    assert "Эту организацию выбрать нельзя" in text
    assert "Не работает в ОМС" in text


def test_a_region_without_insurers_is_explained(client, seeded) -> None:
    assert "В этом регионе организаций нет" in read(client.get("/insurers/", {"region": "14"}))


def test_clinics_are_found_by_name_street_and_doctor(client, seeded) -> None:
    one = MedicalOrganization.objects.filter(region="77").exclude(specialities=[]).first()
    assert one is not None
    for asked in ({"q": one.short_name}, {"q": one.code}, {"speciality": one.specialities[0]}):
        text = read(client.get("/clinics/", {"region": "77", **asked}))
        assert f"/clinics/{one.code}/" in text
    assert "Ничего не нашли" in read(client.get("/clinics/", {"q": "щщщ"}))
    page = read(client.get(f"/clinics/{one.code}/"))
    assert all(speciality in page for speciality in one.specialities)


def test_clinics_are_turned_over_keeping_the_search(client, db) -> None:
    region = factories.region()
    MedicalOrganization.objects.bulk_create(
        MedicalOrganization(
            code=f"77{n:04}", region=region, full_name="К", short_name=f"Клиника {n:02}",
            search_text=fold("Клиника"),
        )
        for n in range(30)
    )  # fmt: skip
    seen, address = [], "/clinics/?region=77&q=клиника"
    for _ in range(3):
        text = read(client.get(address)).replace("&amp;", "&")
        seen += re.findall(r"/clinics/(77\d{4})/", text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address = f"/clinics/{following[1]}" if following else "/nowhere/"
    assert seen == [f"77{n:04}" for n in range(30)]
    assert address == "/nowhere/"


# Who looked


def test_every_look_of_the_staff_is_shown_to_the_person(anna, insured_anna, boris, entered) -> None:
    register.look(
        people=[insured_anna], by=factories.operator(), purpose="дело № 5", at=timezone.now()
    )
    assert "дело № 5" in read(entered(anna).get("/readers/"))
    assert "Никто не смотрел" in read(entered(boris).get("/readers/"))


# Help and small files


@pytest.mark.parametrize(
    ("typed", "code"),
    [("потерял полис", "lost"), ("новорождённый", "child"), ("СКОЛЬКО СТОИТ", "price"),
     ("сменил фамилию", "name"), ("военные", "who")],
)  # fmt: skip
def test_answers_are_found_in_any_form_of_the_words(typed, code) -> None:
    assert code in [question.code for question in find(typed)]


def test_questions_are_seventeen_and_lead_only_where_there_is_something(client) -> None:
    assert len(QUESTIONS) == len({question.code for question in QUESTIONS}) == 17
    assert {question.service for question in QUESTIONS if question.service} <= set(SERVICES)
    assert "Такого ответа у нас нет" in read(client.get("/help/", {"q": "космос"}))


def test_programs_are_told_what_they_ask(client, settings) -> None:
    settings.BASE_URL = "https://oms.example"
    robots = read(client.get("/robots.txt"))
    assert "Disallow: /documents/" in robots
    told = read(client.get("/.well-known/security.txt"))
    assert "Contact: mailto:security@" in told
    expires = re.search(r"Expires: (\d{4})-", told)
    assert expires
    assert int(expires[1]) == timezone.now().year + 1


@pytest.mark.parametrize("path", ["/insurers/7\0/", "/clinics/\0/"])
def test_a_code_that_no_database_can_look_for_is_no_address(path) -> None:
    with pytest.raises(Resolver404):
        resolve(path)
