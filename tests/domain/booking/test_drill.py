"""Many people, few slots, each request twice with one key: nothing oversold, lost or doubled.

Drill 1 of the list, small; its control is the same drill with the locks off. The large one, with
web processes killed in the middle, is `benchmarks/bench_booking_contest.py`.
"""

from collections import Counter
from random import Random
from threading import Barrier

import pytest
from django.db import connection
from tests import visits
from tests.cases.conftest import at_once, shared_database  # noqa: F401  fixtures
from tests.factories import NOON

from oms.domain.booking import actions, guards, holding, refused
from oms.domain.booking.models import Appointment, Slot
from oms.domain.journal import queries as journal
from oms.domain.journal.models import Entry
from oms.domain.journal.verify import verify
from oms.kit.denied import Denied

State = Appointment.State
pytestmark = pytest.mark.drill
PEOPLE, SLOTS = (24, 12) if connection.vendor == "postgresql" else (8, 5)


@pytest.fixture
def world(shared_database):  # noqa: F811
    """People who all want the same doctor."""
    return [visits.patient() for _ in range(PEOPLE)], visits.slots(number=SLOTS)


def wanting(person, places, seed):
    """One person's evening: slots in their own order, each asked for twice, until one is theirs."""

    def work():
        for place in Random(seed).sample(places, len(places)):
            request = visits.ask(place, person)
            try:
                rows = [actions.book(**request), actions.book(**request)]
            except refused.Taken:
                continue
            return rows
        return None

    return work


def fallen(results):
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, Denied)]


def doubles():
    """Slots with more than one patient."""
    rows = Appointment.objects.filter(state__in=Appointment.IN_PLACE)
    return [slot for slot, n in Counter(rows.values_list("slot", flat=True)).items() if n > 1]


def test_few_slots_go_to_as_many_people(world, at_once):  # noqa: F811
    people, places = world
    results = at_once(*[wanting(one, places, seed) for seed, one in enumerate(people)])
    assert fallen(results) == []
    won = [rows for rows in results if rows]
    assert len(won) == SLOTS  # none left over, none sold twice
    assert all(first.pk == second.pk for first, second in won)  # one key, one visit
    kept = Appointment.objects.filter(state=State.BOOKED)
    assert set(kept.values_list("pk", flat=True)) == {row.pk for row, _ in won}  # none lost
    assert kept.values("slot").distinct().count() == kept.values("person").distinct().count()
    assert Entry.objects.filter(act="appointment.book").count() == SLOTS
    assert verify(journal.export(), journal.heads()).findings == []


def test_both_copies_of_a_request_at_once_are_one_visit(world, at_once):  # noqa: F811
    people, places = world
    requests = [visits.ask(place, one) for place, one in zip(places, people, strict=False)]
    copies = [lambda r=r: actions.book(**r) for r in requests for _ in range(2)]
    results = at_once(*copies)
    assert fallen(results) == []
    assert len({row.pk for row in results}) == len(requests) == Appointment.objects.count()


def test_one_person_in_many_tabs_gets_one_visit(world, at_once):  # noqa: F811
    (person, *_), places = world
    results = at_once(*[lambda p=p: actions.book(**visits.ask(p, person)) for p in places])
    assert fallen(results) == []
    assert sum(isinstance(one, refused.OneASpeciality) for one in results) == SLOTS - 1
    assert Appointment.objects.count() == 1


def test_those_who_swap_their_times_never_lose_both(world, at_once):  # noqa: F811
    people, places = world
    rows = [visits.booked(place, one) for place, one in zip(places, people, strict=False)]
    extra = visits.slot(places[0].position, places[-1].ends_at)
    targets = [*(row.slot for row in rows[1:]), extra]

    def move(row, slot):
        def work():
            by = row.person.user.actor
            moved = {"appointment": row, "slot": slot, "by": by, "at": NOON}
            for attempt in range(SLOTS):
                try:
                    return actions.move(**moved, key=f"{row.pk}-{attempt}")
                except refused.Taken:
                    continue
            return None

        return work

    results = at_once(*[move(*pair) for pair in zip(rows, targets, strict=True)])
    assert fallen(results) == []
    kept = Appointment.objects.filter(state=State.BOOKED)
    assert kept.count() == len(rows) == kept.values("slot").distinct().count()
    taken = Slot.objects.exclude(pk__in=Slot.objects.free(at=NOON))
    assert set(taken.values_list("pk", flat=True)) == set(kept.values_list("slot", flat=True))


def test_an_expired_hold_is_confirmed_or_overtaken_never_both(world, at_once):  # noqa: F811
    people, places = world
    late = NOON + holding.RULES.hold
    held = [actions.hold(**visits.ask(p, one)) for p, one in zip(places, people, strict=False)]
    rivals = people[-len(held) :] if len(people) >= 2 * len(held) else []
    works = [
        lambda row=row: actions.confirm(
            appointment=row, by=row.person.user.actor, at=late - holding.RULES.hold / 2
        )
        for row in held
    ]
    works += [
        lambda p=p, one=one: actions.book(**visits.ask(p, one, at=late))
        for p, one in zip(places, rivals, strict=False)
    ]
    works += [lambda: actions.settle_holds(at=late)]
    results = at_once(*works)
    assert fallen(results) == []
    assert doubles() == []
    kept = Appointment.objects.filter(state=State.BOOKED).values_list("slot", flat=True)
    for place in places:
        is_free = Slot.objects.free(at=late).filter(pk=place.pk).exists()
        assert is_free != (place.pk in set(kept))


# The control: what the drill finds when the locks are off ----------------------------------


def check_then_act(monkeypatch, everybody_looked):
    """Take a slot as the careless do: look, and later write whatever was seen."""

    def book(request):
        def work():
            free = Slot.objects.free(at=NOON).filter(pk=request["slot"].pk).exists()
            everybody_looked.wait(timeout=30)
            return actions.book(**request) if free else None

        return work

    def take(*, slot_id, until, at, kept_until=None):
        Slot.objects.filter(pk=slot_id).update(taken_until=until)

    monkeypatch.setattr(holding, "take", take)
    return book


def without_constraints():
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX booking_one_patient_a_slot")
        for statement in guards.take_down(connection.vendor):
            cursor.execute(statement)


def with_constraints():
    Appointment.objects.all().delete()
    (promise,) = (c for c in Appointment._meta.constraints if "one_patient" in c.name)
    made = promise.create_sql(Appointment, connection.SchemaEditorClass(connection))
    with connection.cursor() as cursor:
        for statement in [str(made), *guards.put_up(connection.vendor)]:
            cursor.execute(statement)


def test_with_the_locks_off_the_same_drill_finds_doubles(world, at_once, monkeypatch):  # noqa: F811
    people, places = world
    careless = check_then_act(monkeypatch, Barrier(PEOPLE))
    without_constraints()
    try:
        wanted = [careless(visits.ask(places[0], one)) for one in people]
        assert fallen(at_once(*wanted)) == []
        assert doubles() == [places[0].pk]
    finally:
        with_constraints()


def test_with_the_update_alone_off_the_constraints_still_say_no(
    world,
    at_once,  # noqa: F811
    monkeypatch,
):
    people, places = world
    careless = check_then_act(monkeypatch, Barrier(PEOPLE))
    results = at_once(*[careless(visits.ask(places[0], one)) for one in people])
    assert fallen(results) == []
    assert doubles() == []
    assert sum(isinstance(one, refused.Taken) for one in results) == PEOPLE - 1
