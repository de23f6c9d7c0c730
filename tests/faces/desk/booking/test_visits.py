"""A visit in the registrar's hands: booked by phone, let in without one, moved, cancelled."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories as make
from tests import visits
from tests.faces.desk.booking.conftest import text_of
from tests.faces.desk.conftest import NOW

from oms.domain.booking import actions
from oms.domain.booking.models import Appointment, LateRequest, Quota, Slot
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Message

pytestmark = pytest.mark.django_db
TOMORROW = NOW + timedelta(days=1)


def found(clinic, text, how="call"):
    answer = clinic.client.post("/desk/booking/new/", {"text": text, "how": how})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/booking/new/?found=1")
    return clinic.get("/desk/booking/new/?found=1")


def key_of(text: str) -> str:
    return re.search(r'name="key" value="([^"]+)"', text)[1]


def test_a_person_who_calls_is_found_by_all_of_a_number_or_name(clinic) -> None:
    anna = clinic.anna
    path = f"/desk/booking/new/{anna.pk}/"
    assert clinic.client.get(path).status_code == 409  # not looked for yet
    for text in (
        anna.enp,
        anna.snils,
        "климова анна 14.03.1985",
        "Климова Анна Викторовна 14.03.1985",
    ):
        assert path in found(clinic, text), text
    for text in (
        "Климова",
        "Климова Анна",
        "Клим Анна 14.03.1985",
        "Климова Анн 14.03.1985",
        "К А 14.03.1985",
        "14.03.1985",
        anna.enp[:8],
    ):
        assert path not in found(clinic, text), text
    looks = Entry.objects.filter(act="person.read", person=anna.key)
    assert looks[0].payload.data["purpose"] == "Запись к врачу по звонку: показано в поиске"
    assert clinic.client.post("/desk/booking/new/", {"text": anna.enp}).status_code == 422


def test_booking_by_phone_takes_a_time_once(clinic) -> None:
    slot = visits.slot(clinic.therapist, TOMORROW)
    own = visits.slot(clinic.therapist, TOMORROW + visits.LENGTH, quota=Quota.REGISTRAR)
    found(clinic, clinic.anna.enp)
    path = f"/desk/booking/new/{clinic.anna.pk}/"
    assert "Лебедева Нина Петровна" in clinic.get(path)
    chosen = f"{path}?position={clinic.therapist.pk}&day=2026-10-06&slot={slot.pk}"
    text = clinic.get(chosen)
    assert "Завтра, вторник, 6 октября, 14:00" in text.replace("завтра", "Завтра")
    assert f"slot={own.pk}" not in text  # kept for those who come
    sent = {"slot": slot.pk, "key": key_of(text), "complaint": "Болит горло"}
    for _ in range(2):
        answer = clinic.client.post(chosen, sent)
        visit = Appointment.objects.get()
        assert answer["Location"] == f"/desk/booking/visits/{visit.pk}/"
    assert (visit.person, visit.slot, visit.channel) == (clinic.anna, slot, Quota.PHONE)
    assert (visit.booked_by, visit.complaint) == (clinic.zoya, "Болит горло")
    assert "Регистратура" in clinic.get(f"/desk/booking/visits/{visit.pk}/")
    other = make.insured(make.user(family_name="Орлова"))
    found(clinic, other.snils)
    late = clinic.client.post(f"/desk/booking/new/{other.pk}/", {"slot": slot.pk, "key": "another"})
    assert late.status_code == 409
    assert "Это время уже занято" in text_of(late)


def test_a_free_slot_of_the_day_leads_to_itself(clinic) -> None:
    asked = f"position={clinic.therapist.pk}&day=2026-10-05&slot={clinic.slots[6].pk}"
    assert f"/desk/booking/new/?{asked}" in clinic.get("/desk/booking/").replace("&amp;", "&")
    clinic.client.post(f"/desk/booking/new/?{asked}", {"text": clinic.anna.enp, "how": "window"})
    text = clinic.get("/desk/booking/new/?found=1").replace("&amp;", "&")
    assert f"/desk/booking/new/{clinic.anna.pk}/?{asked}#sure" in text
    assert "14:40" in clinic.get(f"/desk/booking/new/{clinic.anna.pk}/?{asked}")


def test_who_comes_without_a_booking_is_let_in(clinic) -> None:
    found(clinic, clinic.anna.enp, how="window")
    path = f"/desk/booking/new/{clinic.anna.pk}/"
    assert clinic.client.post(path, {"walk_in": "1", "key": "one"}).status_code == 422
    chosen = f"{path}?position={clinic.therapist.pk}"
    for _ in range(2):
        answer = clinic.client.post(chosen, {"walk_in": "1", "key": "one"})
        assert answer.status_code == 302
    visit = Appointment.objects.get()
    assert (visit.state, visit.slot) == ("arrived", clinic.slots[4])
    assert "Пришла" in clinic.get("/desk/booking/")


def test_the_time_to_book_somebody_found_runs_out(clinic, time_machine_at) -> None:
    found(clinic, clinic.anna.enp)
    for minutes in (14, 28):  # at work all the time: the session goes on
        with time_machine_at(NOW + timedelta(minutes=minutes)):
            clinic.get("/desk/booking/")
    with time_machine_at(NOW + timedelta(minutes=31)):
        answer = clinic.client.get(f"/desk/booking/new/{clinic.anna.pk}/")
    assert answer.status_code == 409
    assert "Найдите человека ещё раз" in text_of(answer)


def test_a_visit_is_moved_and_cancelled_with_its_reason(clinic) -> None:
    visit = clinic.booked(clinic.slots[6], clinic.anna)
    new = visits.slot(clinic.therapist, TOMORROW)
    path = f"/desk/booking/visits/{visit.pk}/move/"
    assert clinic.client.post(path, {"key": "k"}).status_code == 422
    text = clinic.get(f"{path}?position={clinic.therapist.pk}&day=2026-10-06&slot={new.pk}")
    assert clinic.client.post(path, {"slot": new.pk, "key": key_of(text)}).status_code == 302
    visit.refresh_from_db()
    assert (visit.slot, visit.sequence) == (new, 1)
    assert visits.is_free(clinic.slots[6], NOW)
    path = f"/desk/booking/visits/{visit.pk}/cancel/"
    assert clinic.client.post(path, {"reason": "other"}).status_code == 422
    sent = {"reason": "doctor", "comment": "Запишитесь к другому."}
    assert clinic.client.post(path, sent).status_code == 302
    visit.refresh_from_db()
    said = "Врач не сможет принять в это время. Запишитесь к другому."
    assert (visit.state, visit.ended_because) == ("cancelled", said)
    assert said in clinic.get(f"/desk/booking/visits/{visit.pk}/")
    assert clinic.client.post(path, {"reason": "asked"}).status_code == 302  # done already
    told = Message.objects.filter(user=clinic.anna.user).values_list("body", flat=True)
    assert any("Запишитесь к другому" in body for body in told)


def test_a_request_is_answered_with_the_new_time_or_with_a_reason(clinic) -> None:
    visit = clinic.booked(clinic.slots[6], clinic.anna)
    by = clinic.anna.user.actor
    asked = actions.ask_late(appointment=visit, wish="move", words="Не успеваю", by=by, at=NOW)
    assert "1 просьба ждёт ответа" in clinic.get("/desk/booking/")
    assert "Не успеваю" in clinic.get("/desk/booking/requests/")
    path = f"/desk/booking/requests/{asked.pk}/"
    assert clinic.client.post(path, {"verdict": "no"}).status_code == 422
    refused = clinic.client.post(path, {"verdict": "yes"})
    assert refused.status_code == 422
    assert "Выберите новое время" in text_of(refused)
    new = visits.slot(clinic.therapist, TOMORROW)
    assert f"slot={new.pk}" in clinic.get(f"{path}?day=2026-10-06")
    assert clinic.client.post(path, {"verdict": "yes", "slot": new.pk}).status_code == 302
    visit.refresh_from_db()
    assert visit.slot == new
    again = actions.ask_late(
        appointment=visit, wish="cancel", words="", by=by, at=TOMORROW - timedelta(hours=2)
    )
    path = f"/desk/booking/requests/{again.pk}/"
    assert clinic.client.post(path, {"verdict": "no", "answer": "Врач ждёт вас"}).status_code == 302
    again.refresh_from_db()
    assert (again.state, again.answer) == (LateRequest.State.REFUSED, "Врач ждёт вас")
    assert Appointment.objects.get(pk=visit.pk).state == "booked"
    assert clinic.client.post(path, {"verdict": "yes"}).status_code == 409
    assert clinic.client.get("/desk/booking/requests/999/").status_code == 404


def test_pages_of_a_visit_cost_a_fixed_number_of_queries(clinic) -> None:
    visit = clinic.booked(clinic.slots[6], clinic.anna)
    found(clinic, clinic.anna.enp)
    pages = (
        f"/desk/booking/visits/{visit.pk}/",
        f"/desk/booking/visits/{visit.pk}/move/",
        f"/desk/booking/new/{clinic.anna.pk}/?position={clinic.therapist.pk}",
    )
    costs = []
    for is_first in (True, False):
        costs.append([])
        for path in pages:
            clinic.get(path)
            with CaptureQueriesContext(connection) as asked:
                clinic.get(path)
            costs[-1].append(len(asked))
        if is_first:
            visits.slots(clinic.therapist, 20, at=TOMORROW)
        for n in range(10 if is_first else 0):
            place = visits.position(
                doctor=visits.doctor(family_name=f"Врач{n}"), clinic=clinic.therapist.clinic
            )
            visits.slots(place, 3, at=TOMORROW)
    assert costs[0] == costs[1]
    assert max(costs[0]) <= 12, costs
    assert Slot.objects.count() > 40
