"""From the search to a booked visit, as the browser sends it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests import factories, visits
from tests.cases.test_representatives import right, ward
from tests.faces.portal.booking.conftest import day_path, take

from oms.domain.booking.models import Appointment, Slot
from oms.domain.directory.models import Position
from oms.domain.journal.models import Entry
from oms.domain.register.models import InsuredPerson

State = Appointment.State


def text(answer: Any) -> str:
    return answer.content.decode().replace("\xa0", " ")


def test_a_visitor_finds_a_doctor_and_is_asked_to_sign_in_for_a_time(
    client: Client, free: list[Slot], position: Position
) -> None:
    found = client.get("/doctors/?q=кашель и температура")
    assert "Врачева" in text(found)
    assert "терапевт" in text(found)
    assert "103" in text(found)
    assert "четверг, 8 октября, в 12:00" in text(found)
    page = client.get(f"/doctors/{position.doctor_id}/")
    assert "8 октября: 4 свободных талона" in text(page)
    day = client.get(day_path(free[0]))
    assert "12:45" in text(day)
    assert "/account/login/" in text(day)
    assert take(client, free[0]).headers["Location"].startswith("/account/login/")
    assert not Appointment.objects.exists()


def test_a_time_is_held_then_confirmed(her: Client, free: list[Slot]) -> None:
    answer = take(her, free[0])
    visit = Appointment.objects.get()
    assert visit.state == State.HELD
    confirm = her.get(answer.headers["Location"])
    assert "Держим время до 12:10" in text(confirm)
    assert "Врачева" in text(confirm)
    assert "12:00" not in text(her.get(day_path(free[1]))).split('<ul class="times">')[1]
    done = her.post(answer.headers["Location"], {"complaint": "Кашель третий день"}, follow=True)
    assert "Вы записаны" in text(done)
    assert visit.number in text(done)
    assert "geo:55.75124,37.61842" in text(done)
    visit.refresh_from_db()
    assert (visit.state, visit.complaint) == (State.BOOKED, "Кашель третий день")
    assert "Кашель" in text(her.get(f"/visits/{visit.number}/"))
    pdf = her.get(f"/visits/{visit.number}/pdf")
    assert pdf.content.startswith(b"%PDF")
    assert "8 октября" in text(her.get("/visits/"))


def test_a_form_sent_twice_or_from_two_tabs_makes_one_hold(her: Client, free: list[Slot]) -> None:
    first, second = take(her, free[0]), take(her, free[0])
    other_tab = take(her, free[0], key="t" * 20)
    assert first.headers["Location"] == second.headers["Location"] == other_tab.headers["Location"]
    assert Appointment.objects.count() == 1
    her.post(first.headers["Location"])
    again = her.post(first.headers["Location"])
    assert again.headers["Location"].endswith(f"/visits/{_path(Appointment.objects.get())}/")
    assert Entry.objects.filter(act="appointment.book").count() == 1


def _path(visit: Appointment) -> str:
    from urllib.parse import quote

    return quote(visit.number)


def test_a_time_somebody_took_is_told_beside_the_others(her: Client, free: list[Slot]) -> None:
    visits.booked(free[0])
    answer = take(her, free[0])
    assert answer.status_code == 409
    assert "Это время уже занято" in text(answer)
    assert "12:15" in text(answer)
    assert not Appointment.objects.filter(state=State.HELD).exists()


@pytest.mark.parametrize(
    ("changes", "words", "way"),
    [
        ({"from_age": 0, "below_age": 18}, "принимает до 18 лет", "Найти другого врача"),
        ({"sex": 1}, "только мужчин", "Найти другого врача"),
    ],
)
def test_who_does_not_fit_is_told_why_and_where_to_go(
    her: Client, free: list[Slot], position: Position, changes: dict[str, int], words: str, way: str
) -> None:
    Position.objects.filter(pk=position.pk).update(**changes)
    answer = take(her, free[0])
    assert answer.status_code == 422
    assert words in text(answer)
    assert way in text(answer)


def test_who_has_no_policy_here_is_led_to_it(anna: Any, free: list[Slot], entered: Any) -> None:
    answer = take(entered(anna), free[0])
    assert answer.status_code == 422
    assert "нет полиса" in text(answer)
    assert "/policy/missing/" in text(answer)


def test_a_hold_that_ran_out_says_so(her: Client, free: list[Slot]) -> None:
    confirm = take(her, free[0]).headers["Location"]
    with time_machine.travel(factories.NOON + timedelta(minutes=11), tick=False):
        assert "Это время больше не держим" in text(her.get(confirm))
        late = her.post(confirm)
        assert late.status_code == 409
        assert "Выберите время ещё раз" in text(late)
    assert Appointment.objects.get().state == State.HELD  # nobody has settled it yet: not booked


def test_a_held_time_is_let_go(her: Client, free: list[Slot]) -> None:
    take(her, free[0])
    visit = Appointment.objects.get()
    answer = her.post(f"/visits/{visit.number}/release/")
    assert answer.headers["Location"] == day_path(free[0])
    assert visits.is_free(free[0])


def test_a_referral_is_asked_for_where_one_is_needed(
    her: Client, free: list[Slot], position: Position
) -> None:
    Position.objects.filter(pk=position.pk).update(needs_referral=True)
    confirm = take(her, free[0]).headers["Location"]
    assert "Номер направления" in text(her.get(confirm))
    assert her.post(confirm, {"referral": " "}).status_code == 422
    assert her.post(confirm, {"referral": "57-1204"}).status_code == 302
    assert Appointment.objects.get().referral == "57-1204"


def test_a_child_is_booked_in_the_childs_cabinet(
    her: Client, anna: Any, free: list[Slot], insured_anna: InsuredPerson
) -> None:
    child = ward(family_name="Климов")
    factories.insured(child)
    given = right(anna, child, scope=["view", "book"])
    anna.has_wards = True
    anna.save()
    assert "Климов" in text(her.get(day_path(free[0])))
    confirm = her.get(take(her, free[0], whom=str(given.pk)).headers["Location"])
    assert "Кабинет: <strong>Климов" in text(confirm)
    visit = Appointment.objects.get()
    assert (visit.person.user, visit.booked_by) == (child, anna)
    her.post(f"/visits/{visit.number}/confirm/")
    assert visits.state(visit) == State.BOOKED
    her.post("/account/wards/own/")
    assert her.get(f"/visits/{visit.number}/").status_code == 404


def test_who_only_looks_books_nobody(her: Client, anna: Any, free: list[Slot]) -> None:
    child = ward(family_name="Климов")
    factories.insured(child)
    given = right(anna, child, scope=["view"])
    anna.has_wards = True
    anna.save()
    answer = take(her, free[0], whom=str(given.pk))
    assert answer.status_code == 403
    assert "не включает запись к врачу" in text(answer)
    assert not Appointment.objects.exists()


def test_staff_do_not_book_here(free: list[Slot], entered: Any) -> None:
    answer = take(entered(visits.registrar()), free[0])
    assert answer.status_code == 403
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "/doctors/999999/", "/doctors/99999999999999999999/", "/doctors/{d}/2026-10-04/",
        "/doctors/{d}/2027-10-04/", "/doctors/{d}/2026-13-01/", "/doctors/{d}/x/",
        "/doctors/{d}/20261008/", "/doctors/{d}/2026-10-08/?place=999999",
        "/doctors/999999/2026-10-08/", "/visits/%D0%97-AAAA-AAAA/", "/visits/%00/",
        "/visits/x/confirm/", "/waiting/99999999999999999999/",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(
    her: Client, free: list[Slot], position: Position, address: str
) -> None:
    assert her.get(address.format(d=position.doctor_id)).status_code == 404


@pytest.mark.parametrize("value", ["\0", "x" * 5000, "<script>alert(1)</script>", "🏥" * 50, "-1"])
def test_any_search_is_answered(her: Client, free: list[Slot], value: str) -> None:
    asked = ("q", "region", "speciality", "clinic", "whom", "kind", "rating", "sort", "page")
    for name in asked:
        answer = her.get("/doctors/", {name: value})
        assert answer.status_code == 200, name
        assert "<script>alert(1)" not in text(answer)
    for path in ("/doctors/compare/", day_path(free[0])):
        for name in ("place", "month"):
            assert her.get(path, {name: value}).status_code in (200, 404)


def test_a_clinic_in_another_zone_is_told_by_its_own_clock(her: Client) -> None:
    there = visits.clinic("660001", region=factories.region("66", name="Свердловская область"))
    slot = visits.slot(visits.position(clinic=there))
    page = her.get(day_path(slot))
    assert "Время местное: Свердловская область (МСК+2)." in text(page)
    assert "14:00" in text(page)
    visit = visits.booked(slot, InsuredPerson.objects.get())
    assert "в 14:00 (МСК+2)" in text(her.get(f"/visits/{visit.number}/"))
