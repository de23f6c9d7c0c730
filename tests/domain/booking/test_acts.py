"""Every act on a visit: what it does, what it refuses, told twice done once."""

from datetime import timedelta

import pytest
from django.db import connection
from tests import factories, visits
from tests.factories import NOON, TODAY
from tests.visits import FAR, ask, booked, is_free, state

from oms.domain.accounts.models import Representation, User
from oms.domain.booking import actions, queries, refused
from oms.domain.booking.models import Appointment, LateRequest, Quota, Slot
from oms.domain.booking.states import ACTS, Side
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.law.visits import RULES

State = Appointment.State
pytestmark = pytest.mark.django_db
TEN = timedelta(minutes=10)


def told(row):
    entries = Entry.objects.filter(subject=row.key_of_subject).order_by("id")
    return [act.removeprefix("appointment.") for act in entries.values_list("act", flat=True)]


# Holding, booking -------------------------------------------------------------------------


def test_a_hold_keeps_the_slot_ten_minutes_and_becomes_a_booking():
    place, person, rival = visits.slot(), visits.patient(), visits.patient()
    held = actions.hold(**ask(place, person))
    with pytest.raises(refused.Taken):
        actions.book(**ask(place, rival))
    row = actions.confirm(
        appointment=held, by=person.user.actor, at=NOON + TEN / 2, complaint="Кашель"
    )
    assert (row.state, row.complaint, told(row)) == (State.BOOKED, "Кашель", ["hold", "book"])
    assert not is_free(place, NOON + TEN)
    assert actions.confirm(appointment=held, by=person.user.actor, at=NOON + TEN) == row
    assert len(told(row)) == 2


def test_a_hold_ends_at_its_second_and_the_next_one_gets_the_slot():
    place, person, rival = visits.slot(), visits.patient(), visits.patient()
    held = actions.hold(**ask(place, person))
    assert not is_free(place, NOON + TEN - timedelta(microseconds=1))
    row = actions.hold(**ask(place, rival, at=NOON + TEN))
    assert (state(held), row.state) == (State.LAPSED, State.HELD)
    with pytest.raises(refused.HoldOver):
        actions.confirm(appointment=held, by=person.user.actor, at=NOON + TEN)


def test_a_hold_that_ran_out_is_not_confirmed_even_when_nobody_came():
    held = actions.hold(**ask(visits.slot(), person := visits.patient()))
    with pytest.raises(refused.HoldOver):
        actions.confirm(appointment=held, by=person.user.actor, at=NOON + TEN)
    assert actions.settle_holds(at=NOON + TEN) == 1
    assert actions.settle_holds(at=NOON + TEN) == 0
    assert state(held) == State.LAPSED


def test_a_new_hold_lets_the_old_one_go_unless_it_fails():
    (one, two, three), person = visits.slots(number=3), visits.patient()
    booked(three)
    first = actions.hold(**ask(one, person))
    with pytest.raises(refused.Taken):
        actions.hold(**ask(three, person))
    assert (state(first), is_free(one)) == (State.HELD, False)
    second = actions.hold(**ask(two, person))
    assert (state(first), is_free(one)) == (State.LAPSED, True)
    assert actions.hold(**ask(two, person)) == second  # another tab


def test_releasing_frees_the_slot_once():
    place, person = visits.slot(), visits.patient()
    held = actions.hold(**ask(place, person))
    for _ in range(2):
        row = actions.release(appointment=held, by=person.user.actor, at=NOON)
    assert (row.state, is_free(place), told(row)) == (State.LAPSED, True, ["hold", "release"])
    again = actions.book(**ask(place, visits.patient()))
    actions.release(appointment=held, by=person.user.actor, at=NOON)
    assert (state(again), is_free(place)) == (State.BOOKED, False)


def test_booking_takes_one_number_and_tells_the_journal():
    row = booked()
    assert row.number.startswith("З-")
    assert len(row.number) == 11
    entry = Entry.objects.get(act="appointment.book")
    assert entry.person == row.person.key
    assert entry.payload.data["clinic"] == "clinic:770001"


@pytest.mark.parametrize("act", [actions.hold, actions.book])
def test_one_key_is_one_appointment(act):
    (one, two), person = visits.slots(number=2), visits.patient()
    request = ask(one, person)
    row = act(**request)
    assert act(**request) == row
    assert Appointment.objects.count() == 1
    assert len(told(row)) == 1
    with pytest.raises(refused.KeyUsed):
        act(**request | {"slot": two})
    with pytest.raises(refused.KeyUsed):
        act(**ask(two, visits.patient()) | {"key": request["key"]})
    assert is_free(two)


def test_a_key_stays_used_after_its_visit_moved_or_ended():
    (one, two), person = visits.slots(number=2), visits.patient()
    request = ask(one, person)
    row = actions.book(**request)
    actions.move(appointment=row, slot=two, by=person.user.actor, at=NOON, key="move")
    assert actions.book(**request) == row
    assert is_free(one)
    actions.cancel(appointment=row, by=person.user.actor, at=NOON)
    assert actions.book(**request).state == State.CANCELLED
    assert is_free(one)


def test_booking_goes_by_few_statements(django_assert_num_queries):
    """Slot, person, visits, UPDATE, INSERT, journal (2, SQLite 3), a task, the SAVEPOINT's 2."""
    request = ask(visits.slot(), visits.patient())
    with django_assert_num_queries(10 if connection.vendor == "postgresql" else 11):
        actions.book(**request)


def test_who_is_late_costs_fewer(django_assert_num_queries):
    place, person = visits.slot(), visits.patient()
    booked(place)
    request = ask(place, person)
    with django_assert_num_queries(7), pytest.raises(refused.Taken):
        actions.book(**request)


# Who may have which slot ------------------------------------------------------------------


def test_only_free_open_times_ahead_are_given():
    person = visits.patient()
    closed = visits.slot(is_open=False)
    with pytest.raises(refused.Taken):
        actions.book(**ask(closed, person))
    begun = visits.slot(at=NOON)
    with pytest.raises(refused.Taken):
        actions.book(**ask(begun, person))
    with pytest.raises(refused.Taken):
        actions.book(**ask(10**9, person))


@pytest.mark.parametrize(
    ("values", "no"),
    [
        ({"from_age": 60}, refused.WrongAge),
        ({"below_age": 18}, refused.WrongAge),
        ({"sex": 1}, refused.WrongSex),
        ({"needs_referral": True}, refused.NeedsReferral),
    ],
)
def test_a_doctor_sees_whom_the_limits_let(values, no):
    place = visits.slot(visits.position(**values))
    with pytest.raises(no) as said:
        actions.book(**ask(place, visits.patient()))
    assert said.value.text.endswith(".")
    assert is_free(place)


def test_age_is_that_of_the_day_of_the_visit():
    place = visits.slot(visits.position("paediatrics", below_age=18))
    owner = factories.user(birth_date=FAR.date().replace(year=2008))
    grown = factories.insured(owner)
    with pytest.raises(refused.WrongAge):
        actions.book(**ask(place, grown))
    day_before = visits.slot(place.position, FAR - timedelta(days=1))
    assert actions.book(**ask(day_before, grown)).state == State.BOOKED


def test_a_referral_opens_the_door():
    place = visits.slot(visits.position("cardiology", needs_referral=True))
    person = visits.patient()
    held = actions.hold(**ask(place, person))
    with pytest.raises(refused.NeedsReferral):
        actions.confirm(appointment=held, by=person.user.actor, at=NOON)
    row = actions.confirm(appointment=held, by=person.user.actor, at=NOON, referral="77-1")
    assert (row.state, row.referral) == (State.BOOKED, "77-1")


def test_without_a_policy_in_force_on_the_day_nobody_books():
    place, person = visits.slot(), factories.person(factories.user())
    with pytest.raises(refused.NoPolicy):
        actions.book(**ask(place, person))
    person = visits.patient()
    person.policies.update(ends_on=FAR.date() - timedelta(days=1))
    with pytest.raises(refused.NoPolicy):
        actions.book(**ask(place, person))
    person.policies.update(ends_on=FAR.date())
    assert actions.book(**ask(place, person)).state == State.BOOKED


def test_a_closed_record_books_nothing():
    person = visits.patient()
    person.state = "died"
    person.save()
    with pytest.raises(refused.NotOnRecord):
        actions.book(**ask(visits.slot(), person))


@pytest.mark.parametrize("quota", Quota.values)
@pytest.mark.parametrize("channel", Quota.values)
def test_quotas_suit_channels(channel, quota):
    given = {
        ("internet", "internet"),
        ("phone", "internet"), ("phone", "phone"),
        ("referral", "internet"), ("referral", "referral"),
        *(("registrar", any_quota) for any_quota in Quota.values),
    }  # fmt: skip
    request = ask(visits.slot(quota=quota), visits.patient(), channel=channel, referral="77-1")
    if (channel, quota) in given:
        assert actions.book(**request).channel == channel
        return
    with pytest.raises(refused.WrongQuota):
        actions.book(**request)


def test_nobody_is_in_two_places():
    person = visits.patient()
    booked(visits.slot(), person)
    with pytest.raises(refused.Overlap):
        booked(visits.slot(visits.position("surgery"), FAR + TEN), person)
    booked(visits.slot(visits.position("surgery"), FAR + visits.LENGTH), person)


def test_one_visit_ahead_of_a_speciality_and_five_in_all():
    person = visits.patient()
    kinds = ["therapy", "surgery", "neurology", "cardiology", "dentistry", "endocrinology"]
    for n, kind in enumerate(kinds[:5]):
        booked(visits.slot(visits.position(kind), FAR + timedelta(hours=n)), person)
    with pytest.raises(refused.OneASpeciality):
        booked(visits.slot(at=FAR + timedelta(days=1)), person)
    with pytest.raises(refused.TooMany):
        booked(visits.slot(visits.position(kinds[5]), FAR + timedelta(days=1)), person)
    later = FAR + timedelta(minutes=1)  # the first has begun: it is ahead no more
    booked(visits.slot(at=FAR + timedelta(days=1)), person, at=later)
    with pytest.raises(refused.TooMany):
        booked(visits.slot(visits.position(kinds[5]), FAR + timedelta(days=2)), person, at=later)


def test_rules_are_asked_again_when_a_hold_is_confirmed():
    person, desk = visits.patient(), visits.registrar()
    held = actions.hold(**ask(visits.slot(), person))
    third = visits.slot(at=FAR + timedelta(days=1))
    held_away = Appointment.objects.get(pk=held.pk)
    asked = ask(third, person, by=desk.actor, user=desk, channel=Quota.PHONE)
    actions.book(**asked)  # the desk books by phone: the hold is let go
    with pytest.raises(refused.HoldOver):
        actions.confirm(appointment=held_away, by=person.user.actor, at=NOON)


# By whom ----------------------------------------------------------------------------------


def test_strangers_and_other_clinics_act_on_nothing():
    row, stranger = booked(), factories.user()
    foreign = visits.registrar("770002")
    operator = factories.operator()
    for who in (stranger, foreign, operator):
        with pytest.raises(refused.NotYours):
            actions.cancel(appointment=row, by=who.actor, at=NOON)
        with pytest.raises(refused.NotYours):
            booked(person=row.person, by=who.actor, key=f"by-{who.pk}")
    assert state(row) == State.BOOKED


def represented(scope: list[str]) -> tuple[User, object]:
    adult, child = factories.user(), factories.user(birth_date=TODAY.replace(year=2020))
    Representation.objects.create(
        representative=adult, ward=child, kind="parent", scope=scope, basis={},
        state="confirmed", state_at=NOON, asked_at=NOON,
    )  # fmt: skip
    return adult, factories.insured(child)


def test_a_representative_books_with_that_right_only():
    place = visits.slot(visits.position("paediatrics", below_age=18))
    adult, child = represented(["view", "book"])
    row = booked(place, child, by=adult.actor, user=adult)
    assert row.booked_by == adult
    assert queries.appointment(row.number, user=child.user) == row
    looker, other = represented(["view"])
    with pytest.raises(refused.NotYours):
        booked(visits.slot(place.position, FAR + TEN * 3), other, by=looker.actor, user=looker)


def test_everybody_sees_their_own():
    row = booked()
    desk, foreign = visits.registrar(), visits.registrar("770002")
    assert queries.appointment(row.pk, user=row.person.user) == row
    assert queries.appointment(row.number.lower(), user=desk) == row
    assert queries.appointment(row.pk, user=foreign) is None
    assert queries.appointment(row.pk, user=factories.user()) is None
    assert queries.day_of(row.position.clinic, FAR.date(), user=desk) == [row]
    assert queries.day_of(row.position.clinic, FAR.date(), user=foreign) == []


# Moving, cancelling -----------------------------------------------------------------------


def test_a_move_keeps_number_and_frees_the_old_time():
    (one, two), person = visits.slots(number=2), visits.patient()
    row = booked(one, person)
    for _ in range(2):
        moved = actions.move(
            appointment=row, slot=two, by=person.user.actor, at=NOON, key="one press"
        )
    assert (moved.pk, moved.number, moved.sequence) == (row.pk, row.number, 1)
    assert (moved.starts_at, is_free(one), is_free(two)) == (two.starts_at, True, False)
    entry = Entry.objects.get(act="appointment.move")
    assert entry.payload.data["before"]["slot"] == one.pk
    with pytest.raises(refused.KeyUsed):
        actions.move(appointment=row, slot=one, by=person.user.actor, at=NOON, key="one press")


def test_a_late_copy_of_an_old_move_moves_nothing_back():
    (one, two, three), person = visits.slots(number=3), visits.patient()
    row = booked(one, person)
    for key, place in (("a", two), ("b", three), ("a", two)):
        row = actions.move(appointment=row, slot=place, by=person.user.actor, at=NOON, key=key)
    assert row.slot == three
    assert is_free(two)


def test_a_move_to_a_taken_time_leaves_the_old_one():
    (one, two), person = visits.slots(number=2), visits.patient()
    row = booked(one, person)
    booked(two)
    with pytest.raises(refused.Taken):
        actions.move(appointment=row, slot=two, by=person.user.actor, at=NOON, key="k")
    assert (state(row), is_free(one)) == (State.BOOKED, False)


def test_a_visit_moves_to_another_clinic_over_its_own_old_hour():
    person = visits.patient()
    row = booked(visits.slot(), person)
    elsewhere = visits.slot(visits.position(clinic=visits.clinic("660001")), FAR + TEN)
    moved = actions.move(appointment=row, slot=elsewhere, by=person.user.actor, at=NOON, key="k")
    assert moved.position.clinic_id == "660001"


def test_cancelling_frees_at_once_and_is_done_once():
    place, person = visits.slot(), visits.patient()
    row = booked(place, person)
    for _ in range(2):
        done = actions.cancel(appointment=row, by=person.user.actor, at=NOON, because="Здоров")
    assert (done.state, done.ended_because, told(row)) == (
        State.CANCELLED, "Здоров", ["book", "cancel"],
    )  # fmt: skip
    again = booked(place)
    actions.cancel(appointment=row, by=person.user.actor, at=NOON)
    assert (state(again), is_free(place)) == (State.BOOKED, False)


def test_within_a_day_the_clinic_decides():
    (one, two), person, desk = visits.slots(number=2), visits.patient(), visits.registrar()
    row, near = booked(one, person), FAR - timedelta(hours=23)
    with pytest.raises(refused.NotLate):
        actions.ask_late(appointment=row, wish="cancel", words="", by=person.user.actor, at=NOON)
    with pytest.raises(refused.TooLate):
        actions.cancel(appointment=row, by=person.user.actor, at=near)
    with pytest.raises(refused.TooLate):
        actions.move(appointment=row, slot=two, by=person.user.actor, at=near, key="k")
    asked = {"appointment": row, "words": " Заболел ", "by": person.user.actor, "at": near}
    request = actions.ask_late(wish="move", **asked)
    assert actions.ask_late(wish="move", **asked) == request
    with pytest.raises(refused.AlreadyAsked):
        actions.ask_late(wish="cancel", **asked)
    decide = {"request": request, "accept": True, "answer": "Хорошо", "by": desk.actor, "at": near}
    with pytest.raises(refused.NeedsSlot):
        actions.decide_late(**decide)
    with pytest.raises(refused.NotYours):
        actions.decide_late(**decide | {"by": person.user.actor}, slot=two)
    for _ in range(2):
        done = actions.decide_late(**decide, slot=two)
    assert (done.state, done.answer) == ("done", "Хорошо")
    row.refresh_from_db()
    assert (row.slot, is_free(one, near)) == (two, True)
    with pytest.raises(refused.Settled):
        actions.decide_late(**decide | {"accept": False})


def test_a_refused_request_changes_nothing_and_a_cancelled_visit_closes_it():
    row, desk = booked(), visits.registrar()
    near = FAR - timedelta(hours=1)
    asked = {"appointment": row, "wish": "cancel", "words": "", "at": near}
    first = actions.ask_late(**asked, by=row.person.user.actor)
    actions.decide_late(request=first, accept=False, answer="Ждём", by=desk.actor, at=near)
    assert state(row) == State.BOOKED
    second = actions.ask_late(**asked, by=row.person.user.actor)
    actions.cancel(appointment=row, by=desk.actor, at=near, because="Врач заболел")
    second.refresh_from_db()
    assert (state(row), second.state) == (State.CANCELLED, LateRequest.State.DONE)


# At the clinic ----------------------------------------------------------------------------


def test_a_visit_takes_place():
    row, desk = booked(), visits.registrar()
    with pytest.raises(refused.NotToday):
        actions.arrive(appointment=row, by=desk.actor, at=NOON)
    for act in (actions.arrive, actions.arrive, actions.fulfil, actions.fulfil):
        row = act(appointment=row, by=desk.actor, at=FAR)
    assert (row.state, told(row)) == (State.FULFILLED, ["book", "arrive", "fulfil"])
    assert not is_free(row.slot, FAR - TEN)


def test_fifteen_minutes_late_is_missed_and_may_still_be_let_in():
    row, desk = booked(), visits.registrar()
    late = FAR + RULES.late
    assert actions.miss_late(at=late - timedelta(seconds=1)) == 0
    assert [actions.miss_late(at=late), actions.miss_late(at=late)] == [1, 0]
    assert (state(row), told(row)[-1]) == (State.NO_SHOW, "miss")
    row = actions.arrive(appointment=row, by=desk.actor, at=late + TEN)
    assert row.state == State.ARRIVED
    assert actions.miss_late(at=late + TEN) == 0


def test_a_walk_in_gets_the_next_time_of_any_quota_then_one_after_the_last():
    place, desk = visits.position(), visits.registrar()
    visits.slot(place, NOON)
    last = visits.slot(place, NOON + TEN * 3, quota=Quota.REFERRAL)
    came = {"position": place, "by": desk.actor, "user": desk, "at": NOON}
    first = actions.walk_in(person=(one := visits.patient()), key="w1", **came)
    assert (first.state, first.slot) == (State.ARRIVED, last)
    assert actions.walk_in(person=one, key="w1", **came) == first
    second = actions.walk_in(person=visits.patient(), key="w2", **came)
    assert (second.starts_at, second.slot.quota) == (last.ends_at, Quota.REGISTRAR)
    assert Slot.objects.count() == 3
    with pytest.raises(refused.NotYours):
        actions.walk_in(person=one, key="w3", **came | {"by": one.user.actor})
    with pytest.raises(refused.NoTimeToday):
        actions.walk_in(person=one, key="w4", **came | {"position": visits.position()})


# The table --------------------------------------------------------------------------------


def in_state(wanted: str, place: Slot) -> Appointment:
    """A visit of any state, its slot as that state has it."""
    row = booked(place)
    if wanted in {State.HELD, State.LAPSED}:
        row.held_until = NOON + TEN
    Appointment.objects.filter(pk=row.pk).update(state=wanted, held_until=row.held_until)
    until = {State.HELD: row.held_until, State.CANCELLED: NOON, State.LAPSED: NOON}
    Slot.objects.filter(pk=place.pk).update(taken_until=until.get(wanted, place_until(place)))
    row.state = wanted
    return row


def place_until(place: Slot):
    return Slot.objects.values_list("taken_until", flat=True).get(pk=place.pk)


def perform(verb, row, by, at, other):
    extra = {
        "move": {"slot": other, "key": "k"},
        "late_ask": {"wish": "cancel", "words": ""},
    }.get(verb, {})
    name = {"late_ask": "ask_late", "come": "answer_come"}.get(verb, verb)
    return getattr(actions, name)(appointment=row, by=by, at=at, **extra)


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("was", State.values)
@pytest.mark.parametrize("verb", ACTS)
def test_every_act_in_every_state_by_every_side(verb, was, side):
    act, (place, other) = ACTS[verb], visits.slots(number=2)
    row = in_state(was, place)
    by = {
        Side.PERSON: row.person.user.actor, Side.CLINIC: visits.registrar().actor,
        Side.SYSTEM: SYSTEM,
    }[side]  # fmt: skip
    at = {
        "late_ask": FAR - TEN, "arrive": FAR, "fulfil": FAR, "miss": FAR + RULES.late,
    }.get(verb, NOON)  # fmt: skip
    before = Appointment.objects.filter(pk=row.pk).values().get(), place_until(place)
    if side not in act.sides:
        with pytest.raises(refused.NotYours):
            perform(verb, row, by, at, other)
    elif was == act.to:
        assert perform(verb, row, by, at, other).state == was
    elif was not in act.since:
        with pytest.raises((refused.Settled, refused.HoldOver)):
            perform(verb, row, by, at, other)
    else:
        perform(verb, row, by, at, other)
        assert state(row) == (act.to or was)
        after = Appointment.objects.filter(pk=row.pk).values().get()
        assert after != before[0] or verb == "late_ask"
        return
    assert (Appointment.objects.filter(pk=row.pk).values().get(), place_until(place)) == before
