"""Schedules: looked at before they are saved; closed days leave nobody untold."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories as make
from tests import visits
from tests.faces.desk.booking.conftest import text_of
from tests.faces.desk.conftest import NOW

from oms.domain.booking import closing, waiting
from oms.domain.booking.models import (
    Appointment,
    DayChange,
    Offer,
    Quota,
    Shift,
    Slot,
    WaitingEntry,
)
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Message
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
TUESDAY = NOW + timedelta(days=1)
SHIFT = {
    "weekday": "1", "weeks": "every", "begins": "9", "ends": "12.00", "break_begins": "10:00",
    "break_ends": "10:30", "service": "visit", "minutes": "30", "room": "12", "phone": "1",
    "registrar": "", "referral": "", "from_day": "05.10.2026", "until_day": "",
}  # fmt: skip


def rows() -> tuple[int, int, int]:
    return (
        Shift.objects.count(),
        Slot.objects.count(),
        Entry.objects.exclude(act__contains="read").count(),
    )


def test_a_shift_is_shown_before_it_is_saved(clinic) -> None:
    path = f"/desk/booking/schedules/{clinic.therapist.pk}/shift/"
    before = rows()
    answer = clinic.client.post(path, SHIFT)
    text = text_of(answer)
    assert "Завтра, вторник, 6 октября: 5 приёмов" in text
    assert "Все записанные остаются" in text
    assert rows() == before
    assert clinic.client.post(path, {**SHIFT, "save": "1"}).status_code == 302
    shift = Shift.objects.get()
    assert (shift.begins, shift.break_ends, shift.quotas) == (time(9), time(10, 30), {"phone": 1})
    made = Slot.objects.filter(
        position=clinic.therapist, starts_at__gt=TUESDAY - timedelta(hours=8)
    )
    assert [f"{one.starts_at:%d %H:%M}" for one in made.order_by("starts_at")[:3]] == [
        "06 06:00", "06 06:30", "06 07:30",
    ]  # fmt: skip
    text = clinic.get(f"/desk/booking/schedules/{clinic.therapist.pk}/")
    assert "09:00–12:00" in text
    assert "по 30 мин, перерыв 10:00–10:30, каб. 12, телефон: 1" in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ends": "8:00"}, "Смена кончается раньше"),
        ({"begins": "25"}, "Начало: укажите время, например 9:00"),
        ({"break_ends": ""}, "У перерыва укажите начало и конец"),
        ({"phone": "9"}, "квот больше"),
        ({"minutes": "два"}, "Минут на приём: укажите число от 5 до 240"),
        ({"until_day": "01.10.2026"}, "Последний день раньше первого"),
    ],
)
def test_a_wrong_shift_is_told_at_its_field(clinic, change, words) -> None:
    path = f"/desk/booking/schedules/{clinic.therapist.pk}/shift/"
    answer = clinic.client.post(path, {**SHIFT, **change, "save": "1"})
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not Shift.objects.exists()


def test_a_changed_shift_names_who_loses_and_another_time_is_offered(clinic) -> None:
    path = f"/desk/booking/schedules/{clinic.therapist.pk}/"
    clinic.client.post(f"{path}shift/", {**SHIFT, "save": "1"})
    late = Slot.objects.filter(
        position=clinic.therapist, starts_at__gt=TUESDAY - timedelta(hours=4)
    )
    slot = late.filter(quota=Quota.INTERNET).order_by("-starts_at").first()
    visit = clinic.booked(slot, clinic.anna)
    shift = Shift.objects.get()
    shorter = {**SHIFT, "ends": "10:00", "break_begins": "", "break_ends": ""}
    answer = clinic.client.post(f"{path}shift/{shift.pk}/", shorter)
    assert "Останутся без времени: 1" in text_of(answer)
    assert "Климова Анна Викторовна" in text_of(answer)
    clinic.client.post(f"{path}shift/{shift.pk}/", {**shorter, "save": "1"})
    visit.refresh_from_db()
    assert visit.state == "booked"  # nobody is dropped by a saved shift
    assert "Нужно другое время: 1" in clinic.get(path)
    assert "Нужно другое время: 1" in clinic.get("/desk/booking/schedules/")
    assert clinic.client.post(f"{path}propose/").status_code == 302
    visit.refresh_from_db()
    assert visit.state == "cancelled"
    assert Offer.objects.get().instead_of == visit
    assert "Нужно другое время" not in clinic.get(path)
    ended = clinic.client.post(f"{path}shift/{shift.pk}/", {"last_day": "12.10.2026"})
    assert ended.status_code == 302
    shift.refresh_from_db()
    assert shift.until_day == date(2026, 10, 12)


def close(clinic, **typed):
    sent = {"whose": "all", "since": "06.10.2026", "kind": "closed", "reason": "Нет воды"}
    return clinic.client.post("/desk/booking/days/", {**sent, **typed})


def test_closing_a_day_offers_everybody_another_time_in_one_act(clinic) -> None:
    first = clinic.booked(visits.slot(clinic.therapist, TUESDAY), clinic.anna)
    other = clinic.booked(visits.slot(clinic.surgeon, TUESDAY))
    visits.slots(clinic.therapist, 4, at=TUESDAY + timedelta(days=1))
    text = text_of(close(clinic))
    assert "Записаны: 2" in text
    assert "Климова Анна Викторовна" in text
    assert not DayChange.objects.exists()
    assert Appointment.objects.filter(state="booked").count() == 2
    answer = close(clinic, sure="1")
    change = DayChange.objects.get()
    assert answer["Location"] == f"/desk/booking/days/{change.pk}/"
    assert {one.state for one in Appointment.objects.all()} == {"cancelled"}
    offer = Offer.objects.get(instead_of=first)
    assert Message.objects.filter(user=clinic.anna.user, body__contains="Нет воды").exists()
    text = clinic.get(answer["Location"])
    assert "Ждём ответа" in text
    assert "Времени не нашлось" in text  # no other surgeon, no other day
    waiting.accept(offer=offer, by=clinic.anna.user.actor, user=clinic.anna.user, key="yes", at=NOW)
    assert "Согласие" in clinic.get(answer["Location"])
    assert other.number not in clinic.get("/desk/booking/paper/?day=2026-10-06")
    assert clinic.client.post(answer["Location"]).status_code == 302
    assert not DayChange.objects.exists()


def test_when_very_many_are_concerned_the_worker_goes_on(clinic, monkeypatch) -> None:
    monkeypatch.setattr(closing, "AT_ONCE", 1)
    for n in range(3):
        clinic.booked(visits.slot(clinic.therapist, TUESDAY + n * visits.LENGTH))
    page = close(clinic, sure="1")["Location"]
    assert Appointment.objects.filter(state="cancelled").count() == 1
    assert clinic.get(page).count("Ищем время") == 2
    run_all_now()
    assert Appointment.objects.filter(state="cancelled").count() == 3
    assert "Ищем время" not in clinic.get(page)


def test_days_of_one_doctor_are_closed_together_or_get_other_hours(clinic) -> None:
    pk = str(clinic.therapist.pk)
    inside, outside = (
        clinic.booked(visits.slot(clinic.therapist, TUESDAY + timedelta(hours=n))) for n in (0, 4)
    )
    answer = close(clinic, whose=pk, kind="hours", begins="10", ends="")
    assert "До какого часа приём" in text_of(answer)
    Shift.objects.create(
        position=clinic.therapist, weekday=1, begins=time(9), ends=time(20), minutes=15,
        from_day=date(2026, 1, 1),
    )  # fmt: skip
    answer = close(clinic, whose=pk, kind="hours", begins="10", ends="16")
    assert "Записаны: 1" in text_of(answer)
    close(clinic, whose=pk, kind="hours", begins="10", ends="16", sure="1")
    states = [Appointment.objects.get(pk=one.pk).state for one in (inside, outside)]
    assert states == ["booked", "cancelled"]
    assert "10:00–16:00" in clinic.get(f"/desk/booking/schedules/{pk}/")
    answer = close(clinic, whose=pk, since="07.10.2026", until="09.10.2026", sure="1")
    assert answer["Location"] == "/desk/booking/schedules/"
    assert DayChange.objects.filter(kind="closed", position=clinic.therapist).count() == 3
    for wrong, words in (
        ({"since": "01.10.2026"}, "Этот день уже прошёл"),
        ({"until": "01.12.2026"}, "не больше месяца"),
        ({"reason": ""}, "Причина"),
        ({"whose": "999"}, "выберите вариант"),
    ):
        answer = close(clinic, **wrong)
        assert answer.status_code == 422, wrong
        assert words in text_of(answer), wrong


def test_the_waiting_list_is_read_in_its_order(clinic) -> None:
    wishes = waiting.Wishes(date(2026, 10, 20), "02", 8, 12)
    for n, name in enumerate(("Климова", "Зорина", "Ясная")):
        person = make.insured(make.user(family_name=name, birth_date=date(1985, 3, 14 + n)))
        where = {"position": clinic.therapist} if n != 1 else {
            "speciality": "therapy", "region": clinic.therapist.clinic.region,
        }  # fmt: skip
        waiting.join(
            person=person, wishes=wishes, by=person.user.actor, user=person.user,
            at=NOW + timedelta(minutes=n), **where,
        )  # fmt: skip
    text = clinic.get("/desk/booking/waiting/")
    assert text.index("Климова") < text.index("Ясная")
    assert "Зорина" not in text  # any clinic will do: not ours alone to see
    assert 'data-label="Место">3</td>' in text  # but she stands before
    assert "Лебедева Нина Петровна; Пн, Ср; с 8:00 до 12:00; не позже 20.10.2026" in text


def test_who_calls_is_put_into_the_list_and_answers_by_phone(clinic) -> None:
    path = f"/desk/booking/new/{clinic.anna.pk}/wait/?position={clinic.therapist.pk}"
    assert clinic.client.get(path).status_code == 404  # not looked for yet
    clinic.client.post("/desk/booking/new/", {"text": clinic.anna.enp, "how": "call"})
    clinic.get("/desk/booking/new/?found=1")
    assert "Лебедева Нина Петровна" in clinic.get(path)
    sent = {"whose": "any", "weekdays": list("0123456"), "from_hour": "8", "until_hour": "20"}
    assert clinic.client.post(path, sent).status_code == 422
    sent["until_day"] = "20.10.2026"
    assert clinic.client.post(path, sent).status_code == 302
    entry = WaitingEntry.objects.get()
    assert (entry.person, entry.clinic, entry.position) == (
        clinic.anna, clinic.therapist.clinic, None,
    )  # fmt: skip
    assert entry.booked_by == clinic.zoya
    first, second = visits.slots(clinic.therapist, 2, at=TUESDAY)
    offers = [waiting.offer_freed(slot=first, at=NOW)]
    assert f"/desk/booking/offers/{offers[0].pk}/yes/" in clinic.get("/desk/booking/waiting/")
    clinic.client.post(f"/desk/booking/offers/{offers[0].pk}/no/")
    entry.refresh_from_db()
    assert entry.state == "waiting"
    offers.append(waiting.offer_freed(slot=second, at=NOW))
    answer = clinic.client.post(f"/desk/booking/offers/{offers[1].pk}/yes/")
    made = Appointment.objects.get()
    assert answer["Location"] == f"/desk/booking/visits/{made.pk}/"
    assert (made.person, made.slot, made.state) == (clinic.anna, second, "booked")
    assert clinic.client.post(f"/desk/booking/offers/{offers[0].pk}/yes/").status_code == 302
    assert clinic.client.post("/desk/booking/offers/999/yes/").status_code == 404
    assert Appointment.objects.count() == 1


def test_schedules_cost_the_same_for_few_and_many(clinic) -> None:
    costs = []
    for number in (1, 10):
        for n in range(number):
            place = visits.position(
                doctor=visits.doctor(family_name=f"Врач{n}"), clinic=clinic.therapist.clinic
            )
            Shift.objects.create(
                position=place, weekday=n % 7, begins=time(9), ends=time(12), minutes=15,
                from_day=date(2026, 1, 1),
            )  # fmt: skip
            clinic.booked(visits.slot(place, TUESDAY))
        costs.append([])
        for path in ("schedules/", f"schedules/{clinic.therapist.pk}/", "days/", "waiting/"):
            clinic.get(f"/desk/booking/{path}")
            with CaptureQueriesContext(connection) as asked:
                clinic.get(f"/desk/booking/{path}")
            costs[-1].append(len(asked))
    assert costs[0] == costs[1]
    assert max(costs[0]) <= 12, costs
