"""Any sequence of book, hold, expire, cancel, move, close, wait and offer keeps every promise.

Hypothesis plays three people, a worker and the clock against `Model`, which knows the rules in a
page. After each step both must agree on who has what and on what is free.
"""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests import visits
from tests.factories import NOON
from tests.visits import FAR

from oms.domain.booking import actions, offers, queries, waiting
from oms.domain.booking.models import Appointment, Offer, Slot, WaitingEntry
from oms.domain.booking.schedule_models import FOR_GOOD
from oms.kit.denied import Denied
from oms.law.visits import RULES

State = Appointment.State
PEOPLE, SLOTS = range(3), range(5)


class Model:
    """What ought to be. Slots and people are numbers; `kinds` are specialities."""

    def __init__(self, starts, kinds):
        self.starts, self.kinds, self.now = starts, kinds, NOON
        self.closed, self.taken, self.booked, self.held = set(), {}, {}, {}

    def free(self, slot):
        ahead = slot not in self.closed and self.starts[slot] > self.now
        return ahead and self.taken.get(slot, self.now) <= self.now

    def near(self, slot):
        return self.starts[slot] - self.now < RULES.near

    def holds(self, person, slot):
        return self.held.get(person) == slot and self.taken.get(slot, self.now) > self.now

    def may(self, person, slot, but=None):
        """No other visit at this time, none ahead to such a doctor."""
        for other in (s for s, who in self.booked.items() if who == person and s != but):
            apart = abs(self.starts[other] - self.starts[slot]) >= visits.LENGTH
            over = self.starts[other] + visits.LENGTH <= self.now
            if not apart and not over:
                return False
            if self.kinds[other] == self.kinds[slot] and self.starts[other] > self.now:
                return False
        return True

    def let_go(self, person):
        slot = self.held.pop(person, None)
        if slot is not None and self.taken.get(slot, self.now) > self.now:
            del self.taken[slot]

    def hold(self, person, slot):
        self.let_go(person)
        self.held = {who: s for who, s in self.held.items() if s != slot} | {person: slot}
        self.taken[slot] = self.now + RULES.hold

    def book(self, person, slot, instead_of=None):
        self.held = {who: s for who, s in self.held.items() if s != slot}
        self.let_go(person)
        self.booked[slot], self.taken[slot] = person, FOR_GOOD
        if instead_of is not None:
            self.free_up(instead_of)

    def free_up(self, slot):
        del self.booked[slot], self.taken[slot]


class Booking(RuleBasedStateMachine):
    """The same sequence told to the model and to the house."""

    people: list
    slots: list

    def __init__(self):
        super().__init__()
        self.sandbox = transaction.atomic()
        self.sandbox.__enter__()
        kinds = [slot.position.speciality for slot in self.slots]
        self.model = Model([slot.starts_at for slot in self.slots], kinds)

    def teardown(self):
        transaction.set_rollback(True)
        self.sandbox.__exit__(None, None, None)

    def agree(self, expected, act, **asked):
        """Do it; the house says yes exactly when the model does."""
        done, said = None, ""
        try:
            with transaction.atomic():
                done = act(at=self.model.now, **asked)
        except Denied as no:
            said = no.code
        assert expected == bool(done), f"the model says {expected}, the house {said or done}"
        return done

    def by(self, person):
        return self.people[person].user.actor

    def request(self, person, slot):
        asked = visits.ask(self.slots[slot], self.people[person])
        del asked["at"]
        return asked

    @rule(minutes=st.sampled_from([3, 10, 31]))
    def time_passes(self, minutes):
        self.model.now += timedelta(minutes=minutes)

    @rule(hours=st.sampled_from([20, 49]))
    def days_pass(self, hours):
        self.model.now += timedelta(hours=hours)

    @rule(
        person=st.sampled_from(PEOPLE), rival=st.sampled_from(PEOPLE), slot=st.sampled_from(SLOTS)
    )
    def hold_runs_out_and_a_rival_comes(self, person, rival, slot):
        self.hold(person, slot)
        self.time_passes(10)
        self.book(rival, slot)

    @rule(person=st.sampled_from(PEOPLE), slot=st.sampled_from(SLOTS))
    def hold(self, person, slot):
        model = self.model
        mine = model.holds(person, slot)
        free = model.free(slot) and not mine
        yes = model.may(person, slot) and (free or mine)
        if self.agree(yes, actions.hold, **self.request(person, slot)) and not mine:
            model.hold(person, slot)

    @rule(person=st.sampled_from(PEOPLE), slot=st.sampled_from(SLOTS))
    def book(self, person, slot):
        model = self.model
        mine = model.holds(person, slot) and slot not in model.closed
        yes = model.may(person, slot) and (model.free(slot) or mine)
        if self.agree(yes, actions.book, **self.request(person, slot)):
            model.book(person, slot)

    @rule(person=st.sampled_from(PEOPLE))
    def confirm(self, person):
        model, row = self.model, self.row(person, State.HELD)
        if row is None:
            return
        slot = self.slots.index(row.slot)
        yes = model.holds(person, slot) and slot not in model.closed and model.may(person, slot)
        if self.agree(yes, actions.confirm, appointment=row, by=self.by(person)):
            model.book(person, slot)

    @rule(person=st.sampled_from(PEOPLE))
    def release(self, person):
        row = self.row(person, State.HELD)
        if row:
            self.agree(True, actions.release, appointment=row, by=self.by(person))
            self.model.let_go(person)

    @rule(data=st.data())
    def cancel(self, data):
        if not self.model.booked:
            return
        slot, person = data.draw(st.sampled_from(sorted(self.model.booked.items())))
        row = self.row(person, State.BOOKED, slot)
        yes = not self.model.near(slot)
        if self.agree(yes, actions.cancel, appointment=row, by=self.by(person)):
            self.model.free_up(slot)

    @rule(data=st.data(), to=st.sampled_from(SLOTS))
    def move(self, data, to):
        model = self.model
        if not set(model.booked) - {to}:
            return
        known = sorted(one for one in model.booked.items() if one[0] != to)
        slot, person = data.draw(st.sampled_from(known))
        row = self.row(person, State.BOOKED, slot)
        mine = model.holds(person, to) and to not in model.closed
        yes = not model.near(slot) and (model.free(to) or mine) and model.may(person, to, slot)
        asked = {"slot": self.slots[to], "key": f"move-{next(visits._numbers)}"}
        if self.agree(yes, actions.move, appointment=row, by=self.by(person), **asked):
            model.book(person, to, instead_of=slot)

    @rule(slot=st.sampled_from(SLOTS))
    def close_or_open(self, slot):
        self.model.closed ^= {slot}
        Slot.objects.filter(pk=self.slots[slot].pk).update(is_open=slot not in self.model.closed)

    @rule(person=st.sampled_from(PEOPLE), slot=st.sampled_from(SLOTS))
    def wait(self, person, slot):
        position = self.slots[slot].position
        until = max(FAR + timedelta(days=9), self.model.now + timedelta(days=1)).date()
        with suppress(waiting.AlreadyWaiting):
            waiting.join(
                person=self.people[person], wishes=waiting.Wishes(until), by=self.by(person),
                user=self.people[person].user, at=self.model.now, position=position,
            )  # fmt: skip

    @rule(person=st.sampled_from(PEOPLE))
    def accept(self, person):
        model, offer = self.model, self.offer(person)
        if offer is None:
            return
        slot = self.slots.index(offer.slot)
        later = next(
            (s for s, who in model.booked.items() if who == person and s != slot
             and model.kinds[s] == model.kinds[slot] and not model.near(s)
             and model.starts[s] > model.starts[slot]), None,
        )  # fmt: skip
        yes = offer.until > model.now and slot not in model.closed
        yes = yes and model.may(person, slot, later) and model.starts[slot] > model.now
        asked = {"user": self.people[person].user, "key": f"accept-{next(visits._numbers)}"}
        if self.agree(yes, offers.accept, offer=offer, by=self.by(person), **asked):
            model.book(person, slot, instead_of=later)

    @rule(person=st.sampled_from(PEOPLE))
    def refuse(self, person):
        offer = self.offer(person)
        if offer:
            self.agree(True, offers.refuse, offer=offer, by=self.by(person))

    @rule()
    def worker_runs(self):
        now = self.model.now
        actions.settle_holds(at=now)
        offers.lapse_offers(at=now)
        offers.sweep(at=now)

    def row(self, person, state, slot=None):
        rows = Appointment.objects.filter(person=self.people[person], state=state)
        return (rows if slot is None else rows.filter(slot=self.slots[slot])).first()

    def offer(self, person):
        return Offer.objects.filter(state="open", entry__person=self.people[person]).first()

    def offers_keep_only_what_is_free(self):
        """An offer takes a slot nobody has; it goes to the first who waits and may come."""
        model = self.model
        kept = {self.slots.index(offer.slot): offer for offer in open_offers()}
        model.held = {who: slot for who, slot in model.held.items() if model.holds(who, slot)}
        elsewhere = set(model.booked) | set(model.held.values())
        assert all(kept[slot].until <= model.now for slot in elsewhere & set(kept))
        for slot in set(SLOTS) - elsewhere:
            offer = kept.get(slot)
            if offer is None:
                model.taken.pop(slot, None)
            elif model.taken.get(slot) != offers.kept_until(offer):
                model.taken.pop(slot, None)  # by an offer before it, which ended in this step
                assert model.free(slot)
                model.taken[slot] = offers.kept_until(offer)
                self.nobody_was_passed_over(slot, offer)

    def nobody_was_passed_over(self, slot, offer):
        earlier = WaitingEntry.objects.filter(
            state="waiting", position=offer.slot.position, joined_at__lt=offer.entry.joined_at
        ).exclude(offers__slot=offer.slot)
        for entry in earlier:
            assert not self.model.may(self.people.index(entry.person), slot)

    @invariant()
    def both_agree(self):
        self.offers_keep_only_what_is_free()
        model = self.model
        rows = Appointment.objects.filter(state=State.BOOKED)
        booked = {self.slots.index(r.slot): self.people.index(r.person) for r in rows}
        assert booked == model.booked
        free = set(Slot.objects.free(at=model.now).values_list("pk", flat=True))
        assert free == {self.slots[slot].pk for slot in SLOTS if model.free(slot)}
        for number, person in enumerate(self.people):
            held = queries.hold_of(person, at=model.now)
            known = model.held.get(number)
            mine = known is not None and model.holds(number, known)
            assert (held.slot if held else None) == (self.slots[known] if mine else None)


def open_offers():
    return Offer.objects.filter(state="open").select_related("slot__position", "entry")


@pytest.mark.django_db
def test_any_sequence_keeps_every_promise():
    """Two doctors: times of one overlap those of the other, so a person must choose."""
    therapist, surgeon = visits.position(), visits.position("surgery")
    Booking.people = [visits.patient() for _ in PEOPLE]
    Booking.slots = [*visits.slots(therapist, 3), *visits.slots(surgeon, 2)]
    run_state_machine_as_test(
        Booking,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
