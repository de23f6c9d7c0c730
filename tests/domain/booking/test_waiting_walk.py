"""Any sequence of joins, frees, offers and answers keeps the order of the list and its promises."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests import factories, visits
from tests.domain.booking.waiters import MINUTE, accept, free, join, refuse
from tests.factories import NOON
from tests.visits import FAR, booked

from oms.domain.booking import actions, offers, waiting
from oms.domain.booking.models import Appointment, Offer, Slot, WaitingEntry
from oms.domain.journal.models import Entry
from oms.kit.denied import Denied

pytestmark = pytest.mark.django_db
Waits, State = WaitingEntry.State, Offer.State


class World:
    """Two doctors of one kind, slots that are all booked, people who wait or do not."""

    def __init__(self) -> None:
        here, there = visits.position(), visits.position(clinic=visits.clinic("770002"))
        days = (FAR, FAR + timedelta(days=1))
        self.slots = [visits.slot(of, day) for of in (here, there) for day in days]
        for slot in self.slots:
            booked(slot)
        uninsured = [factories.person(factories.user()) for _ in range(2)]
        self.people = [*(visits.patient() for _ in range(4)), *uninsured]
        self.scopes = [
            {"position": here},
            {"position": there},
            {"clinic": here.clinic, "speciality": "therapy"},
            {"region": here.clinic.region, "speciality": "therapy"},
        ]
        self.now = NOON

    def entry(self, who: int) -> WaitingEntry | None:
        rows = WaitingEntry.objects.filter(person=self.people[who], state__in=WaitingEntry.STANDING)
        return rows.first()

    def do(self, verb: str, who: int, number: int) -> None:
        entry = self.entry(who)
        offer = entry and Offer.objects.filter(entry=entry, state=State.OPEN).first()
        by = self.people[who].user.actor
        if verb == "join":
            days = ("0123456", "0123456", "3", "4")[number // 4 % 4]
            join(self.people[who], self.now, weekdays=days, **self.scopes[number % 4])
        elif verb == "free":
            slot = self.slots[number % len(self.slots)]
            if Appointment.objects.filter(slot=slot, state="booked").exists():
                free(slot, self.now)
        elif verb == "grab":
            slot = self.slots[number % len(self.slots)]
            actions.book(**visits.ask(slot, self.people[who], at=self.now))
        elif verb == "wait":
            self.now += (MINUTE, 29 * MINUTE, 5 * timedelta(hours=1))[number % 3]
            waiting.lapse_offers(at=self.now)
            waiting.sweep(at=self.now)
        elif entry and verb == "leave":
            waiting.leave(entry=entry, by=by, at=self.now)
        elif offer and verb == "refuse":
            refuse(offer, self.now)
        elif offer and verb == "accept":
            accept(offer, self.now, key=f"a{offer.pk}")


def suits(entry: WaitingEntry, slot: Slot) -> bool:
    """The wishes in plain words: whom, where, on which day."""
    place = slot.position
    return (
        entry.position_id in (None, place.pk)
        and entry.clinic_id in (None, place.clinic_id)
        and str(slot.starts_at.weekday()) in entry.weekdays
    )


def overtaken(offer: Offer, waited: list[WaitingEntry]) -> Iterator[WaitingEntry]:
    """Yield who stood before, wanted the time, was never offered it, and was told nothing."""
    order = (offer.entry.joined_at, offer.entry.pk)
    passes = Entry.objects.filter(act="waiting.pass")
    told = {(one.subject, one.payload.data["slot"]) for one in passes}
    for entry in waited:
        before = (entry.joined_at, entry.pk) < order
        asked = Offer.objects.filter(entry=entry, slot=offer.slot, pk__lt=offer.pk).exists()
        had_one = Offer.objects.filter(entry=entry, pk__lt=offer.pk, answered_at=None).exists()
        had_one = (
            had_one
            or Offer.objects.filter(
                entry=entry,
                pk__lt=offer.pk,
                made_at__lte=offer.made_at,
                answered_at__gte=offer.made_at,
            ).exists()
        )
        untold = (entry.key, offer.slot_id) not in told
        if before and suits(entry, offer.slot) and untold and not asked and not had_one:
            yield entry


def check(world: World, waited: list[WaitingEntry], known: set[int]) -> None:
    opened = Offer.objects.filter(state=State.OPEN).select_related("slot")
    for offer in opened:
        assert offer.slot.taken_until == offer.until + offers.GRACE
    offered = WaitingEntry.objects.filter(state=Waits.OFFERED).values_list("pk", flat=True)
    assert sorted(offered) == sorted(offer.entry_id for offer in opened)
    assert len({offer.slot_id for offer in opened}) == len(opened)
    for offer in Offer.objects.exclude(pk__in=known).select_related("entry", "slot__position"):
        assert list(overtaken(offer, waited)) == []
    booked_slots = Appointment.objects.filter(state="booked").values_list("slot", flat=True)
    assert len(booked_slots) == len(set(booked_slots))
    wrong = Appointment.objects.filter(state="booked").exclude(slot__starts_at=F("starts_at"))
    assert not wrong.exists()


OFTEN = ["join", "free", "wait"] * 3
VERBS = st.sampled_from([*OFTEN, "accept", "refuse", "leave", "grab"])
STEPS = st.lists(st.tuples(VERBS, st.integers(0, 5), st.integers(0, 15)), min_size=15, max_size=30)


def test_any_sequence_keeps_the_order_and_its_promises() -> None:
    world = World()
    made = {"offers": 0, "taken": 0, "passed": 0}

    @settings(
        max_examples=20, deadline=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    @given(STEPS)
    def run(steps) -> None:
        with transaction.atomic():
            world.now = NOON
            for verb, who, number in steps:
                waited = list(WaitingEntry.objects.filter(state=Waits.WAITING))
                known = set(Offer.objects.values_list("pk", flat=True))
                with suppress(Denied):
                    world.do(verb, who, number)
                check(world, waited, known)
            made["offers"] += Offer.objects.count()
            made["taken"] += Offer.objects.filter(state=State.TAKEN).count()
            made["passed"] += Entry.objects.filter(act="waiting.pass").count()
            transaction.set_rollback(True)

    run()
    assert all(made.values()), f"the walk saw too little: {made}"
