"""The day: each slot in a word, come in one press, only the own clinic, looks written down."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import visits
from tests.faces.desk.booking.conftest import text_of
from tests.faces.desk.conftest import NOW
from tests.signing_in import sign_in

from oms.domain.booking import actions
from oms.domain.booking.models import Appointment
from oms.domain.journal.models import Entry

pytestmark = pytest.mark.django_db
PAGE = 12


def states(clinic, at=NOW) -> dict[int, str]:
    sheet = clinic.sheet(at)
    return {line.slot.pk: str(line.now) for one in sheet.columns for line in one.lines}


def test_each_slot_stands_as_it_does(clinic) -> None:
    _, late, gone, soon, held, closed, shut, _ = clinic.slots
    here = clinic.booked(late)
    actions.arrive(appointment=here, by=clinic.zoya.actor, at=NOW)
    done = clinic.booked(gone)
    actions.fulfil(appointment=done, by=clinic.zoya.actor, at=NOW)
    clinic.booked(soon)
    actions.hold(**visits.ask(held, visits.patient(), at=NOW - timedelta(minutes=9)))
    clinic.booked(closed)
    type(closed).objects.filter(pk__in=[closed.pk, shut.pk]).update(is_open=False)
    found = [states(clinic)[one.pk] for one in clinic.slots]
    assert found == ["past", "here", "done", "late", "held", "stranded", "closed", "free"]
    text = clinic.get("/desk/booking/")
    for word in ("Пришла", "Принята", "Опаздывает", "Записываются", "Приёма нет", "Закрыто"):
        assert word in text
    assert states(clinic, at=NOW + timedelta(minutes=2))[held.pk] == "free"


def test_one_press_marks_a_person_as_come(clinic) -> None:
    visit = clinic.booked(clinic.slots[5], clinic.anna)
    text = clinic.get("/desk/booking/")
    assert f'formaction="/desk/booking/visits/{visit.pk}/arrive/"' in text
    answer = clinic.client.post(
        f"/desk/booking/visits/{visit.pk}/arrive/",
        headers={"referer": "http://testserver/desk/booking/?doctor=1"},
    )
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"http://testserver/desk/booking/?doctor=1#v{visit.pk}",
    )
    visit.refresh_from_db()
    assert (visit.state, visit.arrived_at) == ("arrived", NOW)
    assert "Климова А. В.: приход отмечен." in clinic.get("/desk/booking/")
    answer = clinic.client.post(
        f"/desk/booking/visits/{visit.pk}/fulfil/", headers={"referer": "https://evil.example/"}
    )
    assert answer["Location"].startswith("/desk/booking/?day=2026-10-05")
    assert clinic.client.get(f"/desk/booking/visits/{visit.pk}/arrive/").status_code == 405
    assert clinic.client.post(f"/desk/booking/visits/{visit.pk}/steal/").status_code == 404


def test_only_the_own_clinics_people_are_seen(clinic) -> None:
    visit = clinic.booked(clinic.slots[6], clinic.anna)
    other = visits.registrar(visits.clinic("770002").pk)
    client = sign_in(Client(), other)
    assert "Климова" not in text_of(client.get("/desk/booking/"))
    client.post("/desk/booking/", {"text": "Климова"})
    assert "Ничего не нашлось" in text_of(client.get("/desk/booking/found/"))
    for part in ("", "cancel/", "move/"):
        assert client.get(f"/desk/booking/visits/{visit.pk}/{part}").status_code == 404
    assert client.post(f"/desk/booking/visits/{visit.pk}/arrive/").status_code == 404
    assert Appointment.objects.get(pk=visit.pk).state == "booked"
    for code in (clinic.therapist.pk, 10**30):
        assert client.get(f"/desk/booking/schedules/{code}/").status_code == 404


def test_the_day_is_a_look_written_down_once(clinic) -> None:
    clinic.booked(clinic.slots[6], clinic.anna)
    for _ in range(2):
        clinic.get("/desk/booking/")
    looks = Entry.objects.filter(act="person.read", person=clinic.anna.key)
    assert [one.payload.data["purpose"] for one in looks] == ["Приём в поликлинике 05.10.2026"]
    assert looks[0].actor == clinic.zoya.key


def test_people_are_found_by_number_and_by_name(clinic) -> None:
    visit = clinic.booked(clinic.slots[6], clinic.anna)
    for text in (visit.number, visit.number[2:].lower(), "климова анна", "Клим"):
        answer = clinic.client.post("/desk/booking/", {"text": text})
        assert answer["Location"] == "/desk/booking/found/"  # what is typed is in no address
        assert visit.number in clinic.get("/desk/booking/found/"), text
    for text in ("К", "Сидорова", "З-9999-9999", ""):
        clinic.client.post("/desk/booking/", {"text": text})
        assert visit.number not in clinic.get("/desk/booking/found/"), text
    sought = Entry.objects.filter(act="register.search").order_by("pk")
    assert sought[2].payload.data["text"] == "климова анна"


def test_other_days_are_asked_for_in_any_usual_way(clinic) -> None:
    visits.slot(clinic.therapist, NOW + timedelta(days=1))
    for asked in ("2026-10-06", "06.10.2026", "6 октября 2026"):
        text = clinic.get(f"/desk/booking/?day={asked}")
        assert "Завтра, вторник, 6 октября" in text
        assert "Не принимают: Гончаров" in text
    for nonsense in ("1026-10-06", "завтра", "%00", "9" * 50):
        assert "Сегодня, понедельник" in clinic.get(f"/desk/booking/?day={nonsense}")


def test_print_and_table_hold_who_comes(clinic) -> None:
    visit = clinic.booked(clinic.slots[6], clinic.anna)
    text = clinic.get("/desk/booking/paper/?day=2026-10-05")
    assert "Климова Анна Викторовна" in text
    assert visit.number in text
    path = "/desk/booking/table/?day=2026-10-05"
    assert clinic.client.post(path, {"kind": "csv"}).status_code == 422
    answer = clinic.client.post(path, {"kind": "csv", "purpose": "Отчёт главному врачу"})
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert rows[1].startswith("14:40;Лебедева Нина Петровна;Терапевт;12;Климова Анна Викторовна")
    entry = Entry.objects.get(act="booking.export")
    assert entry.payload.data["purpose"] == "Отчёт главному врачу"


def test_the_day_costs_the_same_for_few_and_many(clinic) -> None:
    costs = []
    for number in (2, 12):
        for n in range(number):
            place = visits.position(
                doctor=visits.doctor(family_name=f"Врач{n}"), clinic=clinic.therapist.clinic
            )
            for slot in visits.slots(place, 3, at=NOW + timedelta(hours=1 + n % 5)):
                clinic.booked(slot)
        clinic.get("/desk/booking/")
        with CaptureQueriesContext(connection) as asked:
            clinic.get("/desk/booking/")
        costs.append(len(asked))
    assert costs[0] == costs[1] <= PAGE
