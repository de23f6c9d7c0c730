"""The waiting list: joined, offered in order, answered, ended; nobody overtaken untold."""

from datetime import timedelta

import pytest
from tests import factories, visits
from tests.domain.booking.waiters import (
    MINUTE,
    accept,
    free,
    join,
    kinds,
    open_offer,
    refuse,
    said,
    wishes,
)  # fmt: skip
from tests.factories import NOON, TODAY
from tests.visits import FAR, booked, is_free

from oms.domain.booking import actions, offers, refused, waiting, waiting_tasks
from oms.domain.booking.models import Offer, Quota, Slot, WaitingEntry
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Delivery, Message
from oms.law.visits import RULES

pytestmark = pytest.mark.django_db
Waits, State = WaitingEntry.State, Offer.State
LATER = NOON + RULES.offer


@pytest.fixture
def place():
    return visits.position()


@pytest.fixture
def three(place) -> list[WaitingEntry]:
    return [join(visits.patient(), NOON - (9 - n) * MINUTE, position=place) for n in range(3)]


# In and out -----------------------------------------------------------------------------------


def test_joining_is_told_twice_done_once_and_one_place_a_speciality(place) -> None:
    person = visits.patient()
    first = join(person, position=place, weekdays="420", from_hour=9)
    assert (first.weekdays, first.clinic_id, first.region_id) == ("024", "770001", "77")
    assert join(person, position=place, weekdays="024", from_hour=9) == first
    with pytest.raises(waiting.AlreadyWaiting):
        join(person, clinic=place.clinic, speciality="therapy")
    join(person, region=place.clinic.region, speciality="surgery")
    assert said(first) == ["join"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"weekdays": "9"}, "Дни недели"),
        ({"from_hour": 12, "until_hour": 12}, "Часы"),
        ({"until_day": TODAY - timedelta(days=1)}, "уже прошёл"),
        ({"until_day": TODAY + timedelta(days=181)}, "слишком далеко"),
        ({"position": None, "speciality": "magic"}, "Врач не выбран"),
    ],
)
def test_wishes_that_make_no_sense_are_refused_in_words(place, asked, words) -> None:
    with pytest.raises(waiting.WrongWishes, match=words):
        join(visits.patient(), **({"position": place} | asked))
    assert not WaitingEntry.objects.exists()


def test_nobody_joins_or_leaves_for_a_stranger(place) -> None:
    person, stranger = visits.patient(), factories.user()
    own = join(person, position=place)
    for act in (
        lambda by: waiting.join(
            person=visits.patient(), wishes=wishes(), by=by, user=None, at=NOON, position=place
        ),
        lambda by: waiting.leave(entry=own, by=by, at=NOON),
        lambda by: waiting.change_wishes(entry=own, wishes=wishes(), by=by, at=NOON),
    ):
        for by in (stranger.actor, visits.registrar("770002").actor):
            with pytest.raises(refused.NotYours):
                act(by)
    own.refresh_from_db()
    assert own.state == Waits.WAITING


def test_who_cannot_be_told_or_treated_does_not_wait(place) -> None:
    with pytest.raises(waiting.NoCabinet):
        waiting.join(
            person=factories.insured(), wishes=wishes(), by=visits.registrar().actor, user=None,
            at=NOON, position=place,
        )  # fmt: skip
    with pytest.raises(refused.WrongAge):
        join(visits.patient(), position=visits.position("paediatrics", below_age=18))


def test_my_place_counts_those_who_could_be_offered_the_same(django_assert_num_queries) -> None:
    here, there = visits.position(), visits.position(clinic=visits.clinic("770002"))
    region = here.clinic.region
    asked = [
        {"position": here},
        {"position": there},
        {"region": region, "speciality": "therapy"},
        {"clinic": here.clinic, "speciality": "therapy"},
        {"position": here},
        {"region": region, "speciality": "surgery"},
    ]
    made = [join(visits.patient(), NOON + n * MINUTE, **one) for n, one in enumerate(asked)]
    assert [waiting.place(one) for one in made] == [1, 1, 3, 3, 4, 1]
    with django_assert_num_queries(1):
        assert waiting.places(made) == {
            one.pk: place for one, place in zip(made, [1, 1, 3, 3, 4, 1], strict=True)
        }


def test_other_days_and_hours_keep_the_place(three) -> None:
    changed = waiting.change_wishes(
        entry=three[0], wishes=wishes(weekdays="3"), by=three[0].person.user.actor, at=NOON
    )
    assert (changed.weekdays, waiting.place(changed)) == ("3", 1)
    assert said(changed) == ["join", "change"]


def test_leaving_hands_the_offer_on(place, three) -> None:
    free(visits.slot(place))
    for _ in range(2):
        waiting.leave(entry=three[0], by=three[0].person.user.actor, at=NOON)
    assert open_offer().entry == three[1]
    assert waiting.place(three[1]) == 1
    with pytest.raises(waiting.Left):
        waiting.change_wishes(
            entry=three[0], wishes=wishes(), by=three[0].person.user.actor, at=NOON
        )


# Offered --------------------------------------------------------------------------------------


def test_a_freed_slot_is_kept_for_the_first_alone(place, three) -> None:
    slot = visits.slot(place)
    free(slot)
    offer = open_offer()
    assert (offer.entry, offer.until) == (three[0], LATER)
    for rival in (visits.patient(), three[1].person):
        with pytest.raises(refused.Taken):
            actions.book(**visits.ask(slot, rival, at=LATER))
    made = accept(offer, LATER - MINUTE)
    assert accept(offer, LATER - MINUTE, key="second tab") == made
    three[0].refresh_from_db()
    assert (three[0].state, three[0].appointment) == (Waits.BOOKED, made)
    assert said(three[0]) == ["join", "offer", "accept"]
    assert not Message.objects.filter(kind="slot-offered", answered_at=None).exists()


def test_nobody_else_answers(place, three) -> None:
    free(visits.slot(place))
    offer, rival = open_offer(), three[1].person.user
    with pytest.raises(refused.NotYours):
        waiting.accept(offer=offer, by=rival.actor, user=rival, key="k", at=NOON)
    with pytest.raises(refused.NotYours):
        waiting.refuse(offer=offer, by=rival.actor, at=NOON)
    assert not Offer.objects.visible_to(rival).exists()
    assert Offer.objects.visible_to(offer.entry.person.user).get() == offer
    assert WaitingEntry.objects.visible_to(visits.registrar()).count() == 3
    assert not WaitingEntry.objects.visible_to(visits.registrar("770002")).exists()


def test_refusing_keeps_the_place_and_the_time_goes_to_the_next(place, three) -> None:
    first, second = visits.slots(place, 2)
    free(first)
    for _ in range(2):
        refuse(Offer.objects.get(entry=three[0]))
    assert open_offer().entry == three[1]
    assert waiting.place(three[0]) == 1
    free(second)
    assert Offer.objects.get(slot=second).entry == three[0]


def test_when_all_refuse_it_is_free_for_everybody(place, three) -> None:
    slot = visits.slot(place)
    free(slot)
    for _ in three:
        refuse(open_offer())
    assert is_free(slot)
    assert waiting.sweep(at=NOON) == 0, "nobody is asked twice about the same time"


def test_silence_passes_it_on_before_it_is_free_for_all(place, three) -> None:
    slot = visits.slot(place)
    free(slot)
    offer = open_offer()
    with pytest.raises(refused.OfferOver):
        accept(offer, LATER)
    assert waiting_tasks.pass_offers_on(at=LATER - MINUTE) == 0
    assert not is_free(slot, LATER)
    assert waiting_tasks.pass_offers_on(at=LATER) == 1
    assert open_offer().entry == three[1]
    assert said(three[0]) == ["join", "offer", "lapse"]
    assert kinds(three[0].person) == ["slot-offered", "slot-lapsed"]
    assert is_free(slot, LATER + RULES.offer + offers.GRACE), "also without a worker"


def test_three_silences_end_the_place(place, three) -> None:
    at = NOON
    for n in range(3):
        free(visits.slot(place, FAR + n * visits.LENGTH), at)
        for offer in Offer.objects.filter(state=State.OPEN).exclude(entry=three[0]):
            refuse(offer, at)
        at += RULES.offer
        waiting.lapse_offers(at=at)
    three[0].refresh_from_db()
    assert three[0].state == Waits.ENDED
    assert kinds(three[0].person)[-1] == "slot-waiting-ended"
    assert "end" in said(three[0])


@pytest.mark.parametrize(
    ("asked", "suits"),
    [
        ({}, True),
        ({"weekdays": "3"}, True),  # FAR is a Thursday, 12:00
        ({"weekdays": "012456"}, False),
        ({"from_hour": 12, "until_hour": 13}, True),
        ({"until_hour": 12}, False),
        ({"from_hour": 13}, False),
        ({"until_day": FAR.date()}, True),
        ({"until_day": FAR.date() - timedelta(days=1)}, False),
    ],
)
@pytest.mark.parametrize("by", ["cancelling", "sweeping"])
def test_wishes_go_by_the_clinics_clock(asked, suits, by) -> None:
    """At 12:00 in Yekaterinburg it is 10:00 in Moscow."""
    ural = visits.position(clinic=visits.clinic("660001"))
    join(visits.patient(), position=ural, **asked)
    slot = visits.slot(ural, FAR - timedelta(hours=2))
    if by == "cancelling":
        free(slot)
    else:
        assert waiting.sweep(at=NOON) == suits
    assert Offer.objects.exists() == suits


def test_what_the_rules_forbid_is_passed_over_and_told(place) -> None:
    slot = visits.slot(place)
    region = place.clinic.region
    uninsured = factories.person(factories.user())
    elsewhere = visits.patient()
    booked(visits.slot(visits.position("surgery"), FAR), elsewhere)
    sooner = visits.patient()
    booked(visits.slot(visits.position(), FAR - timedelta(days=1)), sooner)
    entries = [
        join(one, NOON + n * MINUTE, region=region, speciality="therapy")
        for n, one in enumerate((uninsured, elsewhere, sooner, visits.patient()))
    ]
    free(slot)
    assert open_offer().entry == entries[3]
    rows = Entry.objects.filter(act="waiting.pass").order_by("pk")
    assert [(one.subject, one.payload.data["why"]) for one in rows] == [
        (entries[0].key, "NoPolicy"),
        (entries[1].key, "Overlap"),
        (entries[2].key, "OneASpeciality"),
    ]
    (one,) = waiting.passed_over(entries[1])
    assert (one.starts_at, one.why) == (FAR, "в этот час у вас другой приём")
    assert waiting.passed_over(entries[3]) == []


def test_a_later_visit_is_brought_forward(place) -> None:
    """Who is booked for later may wait for an earlier time: the visit moves, nothing is lost."""
    late = visits.slot(place, FAR + timedelta(days=5))
    visit = booked(late)
    join(visit.person, position=place)
    early = visits.slot(place)
    free(early)
    for _ in range(2):
        made = accept(Offer.objects.get(slot=early))
        assert (made.pk, made.slot, made.number) == (visit.pk, early, visit.number)
    assert is_free(late)


def test_too_near_and_other_quotas_are_not_offered(place, three) -> None:
    visits.slot(place, quota=Quota.PHONE)
    visits.slot(place, NOON + RULES.offer + timedelta(hours=1))
    visits.slot(visits.position("surgery"))
    assert waiting.sweep(at=NOON) == 0


def test_an_offer_made_at_night_lasts_till_the_morning(place, three) -> None:
    night = NOON.replace(hour=20)  # 23:00 in Moscow
    free(visits.slot(place), night)
    offer = open_offer()
    morning = NOON.replace(hour=5) + timedelta(days=1)
    assert offer.until == morning + RULES.offer
    sms = Delivery.objects.get(message__kind="slot-offered", channel="sms")
    assert (sms.hold, sms.next_at) == ("night", morning)
    assert accept(offer, offer.until - MINUTE)


def test_newly_made_slots_go_to_who_waits_in_order(place, three) -> None:
    made = visits.slots(place, 2)
    assert waiting_tasks.offer_free(at=NOON) == 2
    found = Offer.objects.order_by("slot__starts_at")
    assert [one.entry for one in found] == three[:2]
    assert [one.slot for one in found] == made


def test_a_hold_that_ran_out_leaves_the_slot_to_who_waits(place, three) -> None:
    slot = visits.slot(place)
    actions.hold(**visits.ask(slot, visits.patient()))
    assert actions.settle_holds(at=NOON + RULES.hold) == 1
    assert open_offer().entry == three[0]


def test_a_closed_slot_ends_its_offer(place, three) -> None:
    slot = visits.slot(place)
    free(slot)
    Slot.objects.filter(pk=slot.pk).update(is_open=False)
    with pytest.raises(refused.OfferOver):
        accept(open_offer())
    assert waiting.lapse_offers(at=NOON) == 1
    assert not Offer.objects.filter(state=State.OPEN).exists()


def test_places_end_with_their_last_day(place, three) -> None:
    over = NOON + timedelta(days=31)
    assert waiting.end_old(at=over - timedelta(days=1)) == 0
    assert waiting_tasks.end_old_places(at=over) == 3
    assert kinds(three[0].person) == ["slot-waiting-ended"]


def test_offering_costs_the_same_however_many_wait(django_assert_max_num_queries, place) -> None:
    slot = visits.slot(place)
    with django_assert_max_num_queries(4):
        offers.offer_freed(slot=slot, at=NOON)
    for n in range(30):
        join(visits.patient(), NOON + n * MINUTE, position=place)
    with django_assert_max_num_queries(30):
        assert offers.offer_freed(slot=slot, at=NOON)
