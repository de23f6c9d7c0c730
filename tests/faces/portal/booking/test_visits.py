"""One's own visits: moved, cancelled, asked about, kept; each page at a fixed cost."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from tests import factories, visits
from tests.faces.portal.booking.conftest import day_path
from tests.faces.portal.booking.test_taking import text

from oms.domain.accounts.models import User
from oms.domain.booking import actions, rebooking, reminders, waiting
from oms.domain.booking.models import Appointment, LateRequest, Offer, Slot, WaitingEntry
from oms.domain.directory.models import MedicalOrganization, Position, Review
from oms.domain.journal.actions import SYSTEM
from oms.domain.papers.actions import issue
from oms.domain.register.models import InsuredPerson

State = Appointment.State
MOST = 12


def path(visit: Appointment, page: str = "") -> str:
    return f"/visits/{quote(visit.number)}/{page}"


def move_path(visit: Appointment, slot: Slot) -> str:
    return path(visit, f"move/{slot.starts_at.date()}/?place={slot.position_id}")


def test_a_visit_is_moved_and_the_old_time_stands_until_then(
    her: Client, booked: Appointment, free: list[Slot]
) -> None:
    assert "остаётся за вами" in text(her.get(path(booked, "move/")))
    asked = her.get(f"{move_path(booked, free[2])}&slot={free[2].pk}")
    assert "Перенести запись?" in text(asked)
    assert "в 12:00" in text(asked)
    assert "в 12:30" in text(asked)
    assert not visits.is_free(free[0])
    assert visits.is_free(free[2])
    sent = {"slot": free[2].pk, "key": "m" * 20}
    for _ in range(2):
        answer = her.post(move_path(booked, free[2]), sent)
        assert answer.headers["Location"] == path(booked)
    booked.refresh_from_db()
    assert (booked.slot_id, booked.sequence) == (free[2].pk, 1)
    assert visits.is_free(free[0])


def test_who_is_too_late_for_a_new_time_keeps_the_old(
    her: Client, booked: Appointment, free: list[Slot]
) -> None:
    visits.booked(free[2])
    answer = her.post(move_path(booked, free[2]), {"slot": free[2].pk, "key": "m" * 20})
    assert answer.status_code == 409
    assert "Это время уже занято" in text(answer)
    assert "12:15" in text(answer)
    booked.refresh_from_db()
    assert (booked.slot_id, booked.state) == (free[0].pk, State.BOOKED)


def test_a_visit_is_cancelled_after_a_question(
    her: Client, booked: Appointment, free: list[Slot]
) -> None:
    assert "Отменить запись?" in text(her.get(path(booked, "cancel/")))
    assert visits.state(booked) == State.BOOKED
    her.post(path(booked, "cancel/"), {"because": "Уезжаю"})
    assert visits.state(booked) == State.CANCELLED
    assert visits.is_free(free[0])
    assert "Уезжаю" in text(her.get(path(booked)))
    assert "Отменена" in text(her.get("/visits/?show=cancelled"))
    assert b"METHOD:CANCEL" in her.get(path(booked, "visit.ics")).content


def test_a_near_visit_is_only_asked_about(her: Client, near: Appointment) -> None:
    for page in ("cancel/", "move/"):
        assert her.get(path(near, page)).headers["Location"] == path(near, "late/")
    refused = her.post(path(near, "cancel/"))
    assert refused.status_code == 409
    assert "сможет только регистратура" in text(refused)
    assert her.post(path(near, "late/")).status_code == 422
    her.post(path(near, "late/"), {"wish": "cancel", "words": "Заболел ребёнок"})
    asked = LateRequest.objects.get()
    assert (asked.wish, asked.words) == ("cancel", "Заболел ребёнок")
    assert visits.state(near) == State.BOOKED
    page = text(her.get(path(near)))
    assert "Просьба у регистратуры: отменить" in page
    assert her.get(path(near, "late/")).headers["Location"] == path(near)


def test_a_reminder_is_answered_without_signing_in(
    client: Client, booked: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders.secrets, "token_urlsafe", lambda _: "T" * 43)
    at = booked.starts_at - timedelta(hours=25)
    assert reminders.send(at=at) == 1
    address = f"/visit/{'T' * 43}/"
    with time_machine.travel(at, tick=False):
        page = text(client.get(address))
        assert "Вы придёте на приём?" in page
        assert "Климова" not in page
        moved = client.post(address, {"answer": "move"})
        assert moved.headers["Location"] == path(booked, "move/")
        for wrong in ({}, {"answer": "x"}):
            assert client.post(address, wrong).status_code == 200
        assert visits.state(booked) == State.BOOKED
        assert client.post(address, {"answer": "come"}).headers["Location"] == address
        assert "Отметили, что вы придёте" in text(client.get(address))
        assert client.post(address, {"answer": "cancel"}).status_code == 409
    assert visits.state(booked) == State.BOOKED
    assert client.get(f"/visit/{'A' * 43}/").status_code == 404


def test_a_calendar_follows_by_an_address_shown_once(her: Client, booked: Appointment) -> None:
    page = text(her.post("/visits/calendar/"))
    found = re.search(r"(/calendar/[\w-]+\.ics)", page)
    assert found
    content = Client().get(found[1])
    assert content.headers["Content-Type"].startswith("text/calendar")
    assert b"BEGIN:VEVENT" in content.content
    assert found[1] not in text(her.get("/visits/calendar/"))
    her.post("/visits/calendar/", {"revoke": "1"})
    assert Client().get(found[1]).status_code == 404


@pytest.mark.usefixtures("_papers_of_our_own")
def test_a_certificate_is_sent_where_the_clinic_wants_one(
    her: Client, booked: Appointment, insured_anna: InsuredPerson
) -> None:
    assert "Справка о страховании" not in text(her.get(path(booked)))
    MedicalOrganization.objects.update(wants_certificate=True)
    assert "Заказать справку" in text(her.get(path(booked)))
    her.post(path(booked, "certificate/"))
    paper = issue(
        kind="insurance-certificate", person=insured_anna, basis="case:1", key="case:1", by=SYSTEM,
        at=factories.NOON, scope="2026-01-01/2026-10-05",
    )  # fmt: skip
    assert paper.number in text(her.get(path(booked)))
    her.post(path(booked, "certificate/"))
    booked.refresh_from_db()
    assert booked.paper == paper.number
    assert "В поликлинике видят справку" in text(her.get(path(booked)))


def test_a_doctor_is_reviewed_after_the_visit(
    her: Client, booked: Appointment, position: Position
) -> None:
    review = f"/doctors/{position.doctor_id}/review/"
    said = {"stars": "5", "text": "Объяснила всё по делу", "named": "yes"}
    assert her.post(review, said).status_code == 403
    assert "после приёма" in text(her.get(review))
    Appointment.objects.update(state=State.FULFILLED)
    assert "Оставить отзыв о враче" in text(her.get(path(booked)))
    assert her.post(review, said).status_code == 302
    assert Review.objects.get().organization == f"doctor:{position.doctor_id}"


@pytest.fixture
def entry(position: Position, insured_anna: InsuredPerson) -> WaitingEntry:
    return waiting.join(
        person=insured_anna, wishes=waiting.Wishes(factories.TODAY + timedelta(days=9)),
        by=insured_anna.user.actor, user=insured_anna.user, at=factories.NOON, position=position,
    )  # fmt: skip


def test_the_waiting_list_is_joined_changed_and_left(
    her: Client, position: Position, insured_anna: InsuredPerson
) -> None:
    join = f"/waiting/join/?place={position.pk}"
    assert "Только Врачева" in text(her.get(join))
    told = {
        "scope": "clinic", "weekdays": ["0", "2"], "from_hour": "9", "until_hour": "12",
        "until_day": "20.10.2026",
    }  # fmt: skip
    assert her.post(join, {**told, "until_hour": "8"}).status_code == 422
    assert her.post(join, {**told, "until_day": "01.10.2026"}).status_code == 422
    assert her.post(join, {**told, "weekdays": []}).status_code == 422
    answer = her.post(join, told)
    made = WaitingEntry.objects.get()
    assert answer.headers["Location"] == f"/waiting/{made.pk}/"
    assert (made.clinic_id, made.position, made.weekdays) == (position.clinic_id, None, "02")
    page = text(her.get(f"/waiting/{made.pk}/"))
    assert "Ваша очередь — следующая" in page
    assert "пн, ср, с 9:00 до 12:00" in page
    assert her.post(join, {**told, "scope": "region"}).status_code == 409
    wishes = f"/waiting/{made.pk}/wishes/"
    assert "checked" in text(her.get(wishes))
    her.post(wishes, {**told, "weekdays": ["5"]})
    made.refresh_from_db()
    assert made.weekdays == "5"
    assert "Выйти из очереди?" in text(her.get(f"/waiting/{made.pk}/leave/"))
    her.post(f"/waiting/{made.pk}/leave/")
    made.refresh_from_db()
    assert made.state == WaitingEntry.State.LEFT


def test_who_was_passed_over_reads_why(
    her: Client, anna: User, insured_anna: InsuredPerson, position: Position
) -> None:
    wishes = waiting.Wishes(factories.TODAY + timedelta(days=9))
    people = (insured_anna, visits.patient())
    made = [
        waiting.join(
            person=one, wishes=wishes, by=one.user.actor, user=one.user,
            at=factories.NOON + timedelta(minutes=n), position=position,
        )
        for n, one in enumerate(people)
        if one.user
    ]  # fmt: skip
    visits.booked(visits.slot(visits.position("surgery")), insured_anna)
    lost = visits.booked(visits.slot(position))
    actions.cancel(appointment=lost, by=SYSTEM, at=factories.NOON)
    assert Offer.objects.get().entry == made[1]
    page = text(her.get(f"/waiting/{made[0].pk}/"))
    assert "Что предложили другим" in page
    assert "8 октября 2026 г. в 12:00" in page
    assert "в этот час у вас другой приём" in page


@pytest.mark.parametrize(("said", "state"), [("accept", "booked"), ("refuse", "waiting")])
def test_an_offer_is_answered_once(
    her: Client, entry: WaitingEntry, free: list[Slot], said: str, state: str
) -> None:
    offer = waiting.offer_freed(slot=free[0], at=factories.NOON)
    assert offer
    page = text(her.get(f"/waiting/{entry.pk}/"))
    assert "Держим его до 12:30" in page
    assert "Есть время" in text(her.get("/waiting/"))
    sent = {"answer": said, "offer": offer.pk, "key": "o" * 20}
    for _ in range(2):
        assert her.post(f"/waiting/{entry.pk}/answer/", sent).status_code == 302
    entry.refresh_from_db()
    assert entry.state == state
    assert Appointment.objects.count() == (said == "accept")


def test_an_offer_that_is_over_says_so(
    anna: User, entered: Any, entry: WaitingEntry, free: list[Slot]
) -> None:
    offer = waiting.offer_freed(slot=free[0], at=factories.NOON)
    assert offer
    with time_machine.travel(offer.until, tick=False):
        answer = entered(anna).post(
            f"/waiting/{entry.pk}/answer/", {"answer": "accept", "offer": offer.pk}
        )
        assert answer.status_code == 409
        assert "Срок предложения прошёл" in text(answer)
    assert not Appointment.objects.exists()


def test_another_time_is_taken_instead_of_a_lost_visit(
    her: Client, booked: Appointment, free: list[Slot]
) -> None:
    Slot.objects.filter(pk=free[0].pk).update(is_open=False)
    rebooking.propose(appointments=[booked], because="Врач заболел", by=SYSTEM, at=factories.NOON)
    offer = Offer.objects.get()
    assert "Держим для вас другое время" in text(her.get("/visits/"))
    page = text(her.get(path(booked)))
    assert "держим для вас другое время" in page
    sent = {"answer": "accept", "offer": offer.pk, "key": "o" * 20}
    answer = her.post(path(booked, "offer/"), sent)
    assert answer.headers["Location"].endswith("/done/")
    assert Appointment.objects.get(state=State.BOOKED).slot_id == offer.slot_id
    assert "Держим для вас другое время" not in text(her.get("/visits/"))


def pages(visit: Appointment, entry: WaitingEntry, slot: Slot) -> list[str]:
    position = slot.position
    return [
        "/doctors/", "/doctors/?q=кашель", f"/doctors/{position.doctor_id}/",
        f"/doctors/compare/?place={position.pk}&place={position.pk + 1}", day_path(slot),
        "/visits/", path(visit), path(visit, "done/"), path(visit, "move/"),
        f"{move_path(visit, slot)}&slot={slot.pk}", path(visit, "cancel/"), "/visits/calendar/",
        "/waiting/", f"/waiting/{entry.pk}/", f"/waiting/join/?place={position.pk}",
        f"/waiting/{entry.pk}/wishes/", f"/waiting/{entry.pk}/leave/",
    ]  # fmt: skip


def test_every_page_costs_the_same_with_more_rows(
    her: Client, anna: User, insured_anna: InsuredPerson, free: list[Slot], position: Position,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    visit = visits.booked(free[0], insured_anna)
    there = visits.position("surgery", clinic=position.clinic)
    entry = waiting.join(
        person=insured_anna, wishes=waiting.Wishes(factories.TODAY + timedelta(days=9)),
        by=anna.actor, user=anna, at=factories.NOON, position=there,
    )  # fmt: skip
    visits.slots(there, at=visits.FAR + timedelta(days=1))
    waiting.sweep(at=factories.NOON)
    asked = pages(visit, entry, free[1])
    _past(insured_anna, 1)
    before = [_cost(her, one, django_assert_max_num_queries) for one in asked]
    for n in range(2, 7):
        other = visits.position(clinic=visits.clinic(f"77010{n}"))
        visits.slots(other, 6, at=visits.FAR + timedelta(days=n))
        visits.slots(position, 3, at=visits.FAR + timedelta(hours=4 + n))
        _past(insured_anna, n)
    assert [_cost(her, one, django_assert_max_num_queries) for one in asked] == before


def _past(person: InsuredPerson, days: int) -> None:
    """A visit that was, so many days ago."""
    at = factories.NOON - timedelta(days=days)
    visit = visits.booked(visits.slot(at=visits.FAR + timedelta(hours=days)))
    Slot.objects.filter(pk=visit.slot_id).update(starts_at=at, ends_at=at + visits.LENGTH)
    Appointment.objects.filter(pk=visit.pk).update(
        person=person, state=State.FULFILLED, starts_at=at, ends_at=at + visits.LENGTH
    )


def _cost(client: Client, address: str, most: Any) -> tuple[str, int]:
    client.get(address)
    with most(MOST) as made:
        assert client.get(address).status_code == 200, address
    return address, len(made.captured_queries)


def test_the_nearest_visit_stands_on_the_first_page(her: Client, booked: Appointment) -> None:
    page = text(her.get("/"))
    assert "Ближайший приём" in page
    assert "Четверг, 8 октября, в 12:00" in page
    assert "/doctors/?clinic=770001" in text(her.get("/clinics/770001/"))
