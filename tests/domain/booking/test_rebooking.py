"""Closed days: another time is found, kept and told; and what else people are told of visits."""

from datetime import timedelta

import pytest
from tests import factories, visits
from tests.domain.booking.waiters import accept, join, kinds
from tests.factories import NOON
from tests.visits import FAR, booked, is_free, state

from oms.domain.booking import actions, rebooking, refused, waiting
from oms.domain.booking.models import Appointment, Offer, Quota, Slot
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Delivery, Message
from oms.kit.tasks import run_all_now
from oms.law.visits import RULES

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
State = Appointment.State


def close(*rows: Appointment, by=None, at=NOON) -> list[Offer]:
    """The day of these visits is closed."""
    Slot.objects.filter(pk__in=[row.slot_id for row in rows]).update(is_open=False)
    actor = (by or visits.registrar()).actor
    return rebooking.propose(appointments=rows, because="Врач заболел.", by=actor, at=at)


def last(row: Appointment) -> Message:
    return Message.objects.filter(user=row.person.user).order_by("-pk")[0]


@pytest.fixture
def place():
    return visits.position(room="7")


def test_the_same_doctor_first_and_the_nearest_time(place) -> None:
    row = booked(visits.slot(place), complaint="Кашель")
    at_clinic = visits.position(clinic=place.clinic)
    visits.slot(at_clinic, FAR + timedelta(minutes=15))
    visits.slot(place, FAR + 2 * DAY)
    near = visits.slot(place, FAR - DAY, quota=Quota.PHONE)
    visits.slot(place, NOON + timedelta(hours=2))  # too soon to get there
    (offer,) = close(row)
    assert (offer.slot, offer.until) == (near, NOON + RULES.rebooking)
    assert (state(row), is_free(near)) == (State.CANCELLED, False)
    with pytest.raises(refused.Taken):
        actions.book(**visits.ask(near, visits.patient(), channel=Quota.PHONE))
    made = accept(offer)
    assert (made.slot, made.state, made.complaint) == (near, State.BOOKED, "Кашель")
    assert accept(offer, key="again") == made


def test_else_the_clinic_else_the_region_but_not_another_kind(place) -> None:
    rows = [booked(slot) for slot in visits.slots(place, 3)]
    visits.slot(visits.position("surgery", clinic=place.clinic))
    visits.slot(visits.position(clinic=visits.clinic("660001")))
    at_clinic = visits.slot(visits.position(clinic=place.clinic), FAR + 9 * DAY)
    in_region = visits.slot(visits.position(clinic=visits.clinic("770002")))
    visits.slot(visits.position(clinic=place.clinic, needs_referral=True))
    found = close(*reversed(rows))
    assert [offer.slot for offer in found] == [at_clinic, in_region]
    assert [offer.instead_of for offer in found] == rows[:2]
    assert last(rows[0]).kind == "appointment-closed-offer"
    assert last(rows[2]).kind == "appointment-closed"
    assert {state(row) for row in rows} == {State.CANCELLED}


def test_each_is_told_once_why_what_instead_and_until_when(place) -> None:
    row = booked(visits.slot(place))
    visits.slot(place, FAR + DAY)
    run_all_now()
    for _ in range(2):
        close(row)
    assert kinds(row.person) == ["appointment-booked", "appointment-closed-offer"]
    told = last(row)
    body = told.body.replace("\u00a0", " ")
    assert "Причина: Врач заболел.\n" in body
    assert "другое время: 9 октября 2026 г. в 12:00" in body
    assert "Ответьте до 6 октября 2026 г. в 12:00" in body
    assert "кабинет 7" in body
    assert told.answer_by == NOON + RULES.rebooking
    sms = Delivery.objects.get(message=told, channel="sms")
    assert "8\u00a0октября" in sms.text
    assert Offer.objects.count() == 1


def test_a_time_at_which_one_is_elsewhere_is_not_proposed(place) -> None:
    row = booked(visits.slot(place))
    booked(visits.slot(visits.position("surgery"), FAR + DAY), row.person)
    visits.slot(place, FAR + DAY)
    fits = visits.slot(place, FAR + 2 * DAY)
    (offer,) = close(row)
    assert offer.slot == fits


def test_an_offer_refused_or_unanswered_goes_to_who_waits(place) -> None:
    first, second = (booked(slot) for slot in visits.slots(place, 2))
    kept = [visits.slot(place, FAR + n * DAY) for n in (1, 2)]
    offers = close(first, second)
    entry = join(visits.patient(), position=place)
    waiting.refuse(offer=offers[0], by=first.person.user.actor, at=NOON)
    assert Offer.objects.get(entry=entry).slot == kept[0]
    over = NOON + RULES.rebooking
    assert waiting.lapse_offers(at=over) == 2
    assert last(second).kind == "slot-lapsed"
    assert "встаньте в очередь" in last(second).body


def test_another_clinics_visits_are_nobodys_business(place) -> None:
    row = booked(visits.slot(place))
    visits.slot(place, FAR + DAY)
    with pytest.raises(refused.NotYours):
        close(row, by=visits.registrar("770002"))
    assert state(row) == State.BOOKED
    assert not Offer.objects.exists()


def test_who_came_or_cancelled_meanwhile_is_left_alone(place) -> None:
    row = booked(visits.slot(place))
    visits.slot(place, FAR + DAY)
    actions.cancel(appointment=row, by=row.person.user.actor, at=NOON)
    assert close(row) == []


def test_the_cabinetless_lose_the_visit_and_keep_no_time(place) -> None:
    person = factories.insured()
    row = actions.book(
        slot=visits.slot(place), person=person, by=visits.registrar().actor, user=None,
        channel=Quota.PHONE, key="k", at=NOON,
    )  # fmt: skip
    free = visits.slot(place, FAR + DAY)
    assert close(row) == []
    assert (state(row), is_free(free)) == (State.CANCELLED, True)


def test_the_journal_says_what_was_proposed(place) -> None:
    row = booked(visits.slot(place))
    visits.slot(place, FAR + DAY)
    close(row)
    acts = Entry.objects.filter(subject=row.key_of_subject).order_by("pk")
    assert list(acts.values_list("act", flat=True)) == [
        "appointment.book", "waiting.propose", "appointment.cancel",
    ]  # fmt: skip


def test_proposing_costs_the_same_however_much_is_free(place, django_assert_max_num_queries):
    row = booked(visits.slot(place))
    for n in range(1, 40):
        visits.slot(place, FAR + n * DAY)
    with django_assert_max_num_queries(55):
        close(row, by=visits.registrar())


# What else is told ----------------------------------------------------------------------------


def test_moves_and_cancellations_are_told_by_whom(place) -> None:
    one, two, three = visits.slots(place, 3)
    row, other = booked(one), booked(three)
    actions.move(appointment=row, slot=two, by=row.person.user.actor, at=NOON, key="m")
    assert "Прежнее время (8\u00a0октября" in last(row).body
    actions.cancel(appointment=row, by=row.person.user.actor, at=NOON)
    assert last(row).kind == "appointment-cancelled"
    registrar = visits.registrar()
    actions.cancel(appointment=other, by=registrar.actor, at=NOON, because="Ремонт")
    assert "Причина: Ремонт." in last(other).body
    run_all_now()
    assert "appointment-booked" not in kinds(row.person), "what is over is not told as new"


@pytest.mark.parametrize("wish", ["cancel", "move"])
@pytest.mark.parametrize("accept_it", [True, False])
def test_the_answer_to_a_request_is_told_once(place, wish, accept_it) -> None:
    row = booked(visits.slot(place))
    near = FAR - timedelta(hours=5)
    asked = actions.ask_late(
        appointment=row, wish=wish, words="", by=row.person.user.actor, at=near
    )
    before = Message.objects.count()
    actions.decide_late(
        request=asked, accept=accept_it, answer="Хорошо, поправляйтесь.",
        by=visits.registrar().actor, at=near, slot=visits.slot(place, FAR + DAY),
    )  # fmt: skip
    assert Message.objects.count() == before + 1
    if accept_it:
        kind = {"cancel": "appointment-late-done", "move": "appointment-moved"}[wish]
    else:
        kind = "appointment-late-refused"
    assert last(row).kind == kind
    assert ("поправляйтесь" in last(row).body) == (kind != "appointment-moved")


def test_who_was_late_is_told(place) -> None:
    row = booked(visits.slot(place))
    actions.miss_late(at=FAR + RULES.late)
    assert last(row).kind == "appointment-missed"


def test_the_clinics_clock_is_named_when_it_is_not_the_readers() -> None:
    row = booked(visits.slot(visits.position(clinic=visits.clinic("660001"))))
    run_all_now()
    assert "14:00 (МСК+2)" in last(row).body
