"""What the database itself refuses, whatever the code above it does (BKG-2, BEY-12, BEY-14)."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from tests import visits
from tests.factories import NOON
from tests.visits import FAR, booked, is_free

from oms.domain.booking import actions, guards
from oms.domain.booking.models import Appointment, LateRequest, Move, Offer, Slot, WaitingEntry
from oms.domain.journal.models import Entry

State = Appointment.State
TEN = timedelta(minutes=10)
pytestmark = pytest.mark.django_db
_numbers = count(1)


def put(place, person, state=State.BOOKED, **values):
    """A visit written past every rule."""
    n = next(_numbers)
    defaults = {
        "number": f"З-{n}",
        "key": f"raw-{n}",
        "channel": "internet",
        "made_at": NOON,
        "doctor": place.doctor,
        "position": place.position,
        "starts_at": place.starts_at,
        "ends_at": place.ends_at,
        "held_until": NOON + TEN if state == State.HELD else None,
    }
    return Appointment.objects.create(
        slot=place, person=person, state=state, **{**defaults, **values}
    )


def refuses(act, *names):
    """Whether the database refuses, and says which promise it keeps."""
    with pytest.raises(IntegrityError) as said, transaction.atomic():
        act()
    assert any(name in str(said.value) for name in names), said.value


@pytest.fixture
def two():
    return visits.patient(), visits.patient()


@pytest.mark.parametrize("second", Appointment.IN_PLACE)
@pytest.mark.parametrize("first", Appointment.IN_PLACE)
def test_a_slot_has_one_patient_in_every_state_that_takes_it(two, first, second):
    place = visits.slot()
    put(place, two[0], first)
    refuses(
        lambda: put(place, two[1], second),
        "booking_one_patient_a_slot", "booking_appointment.slot_id",
    )  # fmt: skip


def test_a_slot_given_back_has_room(two):
    place = visits.slot()
    for state in (State.CANCELLED, State.LAPSED, State.BOOKED):
        put(place, two[0], state)
    assert place.appointments.count() == 3


def test_a_slot_cannot_be_moved_onto(two):
    one, other = visits.slots(number=2)
    put(one, two[0])
    row = put(other, two[1])
    refuses(
        lambda: Appointment.objects.filter(pk=row.pk).update(slot=one),
        "booking_one_patient_a_slot", "booking_appointment.slot_id",
    )  # fmt: skip


@pytest.mark.parametrize("shift", [timedelta(0), TEN, -TEN, timedelta(microseconds=1)])
@pytest.mark.parametrize("state", [State.HELD, State.BOOKED, State.ARRIVED])
def test_a_person_is_in_one_place_at_a_time(two, state, shift):
    put(visits.slot(), two[0], state)
    other = visits.slot(visits.position("surgery"), FAR + shift)
    refuses(lambda: put(other, two[0]), "booking_person_overlap")
    put(other, two[1])


def test_a_visit_ends_where_the_next_begins(two):
    put(visits.slot(), two[0])
    put(visits.slot(visits.position("surgery"), FAR + visits.LENGTH), two[0])
    put(visits.slot(visits.position("surgery"), FAR - visits.LENGTH), two[0])
    refuses(
        lambda: put(
            visits.slot(visits.position("neurology"), FAR - TEN, ends_at=FAR + TEN * 9), two[0]
        ),
        "booking_person_overlap",
    )


def test_a_visit_that_ended_takes_no_time_until_it_stands_again(two):
    row = put(visits.slot(), two[0], State.CANCELLED)
    put(visits.slot(visits.position("surgery")), two[0])
    refuses(
        lambda: Appointment.objects.filter(pk=row.pk).update(state=State.BOOKED),
        "booking_person_overlap",
    )


def test_a_doctor_sees_one_patient_at_a_time_in_all_clinics():
    place = visits.slot()
    clinic = visits.clinic("770002")
    elsewhere = visits.position(doctor=place.doctor, clinic=clinic)
    refuses(lambda: visits.slot(elsewhere, FAR + TEN), "booking_doctor_overlap")
    closed = visits.slot(elsewhere, FAR + TEN, is_open=False)
    refuses(
        lambda: Slot.objects.filter(pk=closed.pk).update(is_open=True), "booking_doctor_overlap"
    )
    visits.slot(elsewhere, FAR + visits.LENGTH * 2)
    visits.slot(at=FAR + TEN)


def test_one_slot_at_a_time_of_a_position():
    place = visits.slot(is_open=False)
    refuses(
        lambda: visits.slot(place.position, is_open=False),
        "booking_one_slot_at", "booking_slot.position_id",
    )  # fmt: skip


def test_keys_and_numbers_are_one_of_a_kind(two):
    one, other = visits.slots(number=2)
    row = put(one, two[0], key="k", number="З-A")
    refuses(lambda: put(other, two[1], key="k"), "booking_appointment", "key")
    refuses(lambda: put(other, two[1], number="З-A"), "booking_appointment", "number")
    move = {"appointment": row, "key": "m", "from_slot": one, "to_slot": other, "made_at": NOON}
    Move.objects.create(**move)
    refuses(lambda: Move.objects.create(**move), "booking_move")


def test_a_visit_has_a_length_and_a_hold_an_end(two):
    place = visits.slot()
    refuses(lambda: put(place, two[0], ends_at=FAR), "booking_visit_lasts")
    refuses(lambda: put(place, two[0], State.HELD, held_until=None), "booking_hold_ends")


def test_one_open_request_and_one_open_offer(two):
    place, person = visits.slot(), two[0]
    row = put(place, person)
    ask = {"appointment": row, "clinic": row.position.clinic, "wish": "cancel", "asked_at": NOON}
    LateRequest.objects.create(**ask)
    refuses(lambda: LateRequest.objects.create(**ask), "late")
    wait = {
        "person": person,
        "region": row.position.clinic.region,
        "speciality": "surgery",
        "until_day": FAR.date(),
        "joined_at": NOON,
    }
    entry = WaitingEntry.objects.create(**wait)
    refuses(lambda: WaitingEntry.objects.create(**wait), "booking_")
    offer = {"slot": place, "entry": entry, "made_at": NOON, "until": NOON + TEN}
    Offer.objects.create(**offer)
    refuses(lambda: Offer.objects.create(**offer), "booking_")
    offer["slot"] = visits.slot()
    refuses(lambda: Offer.objects.create(**offer), "booking_")


def test_without_the_guards_the_same_rows_go_in(two):
    """The control: what refuses above is the guards, and `put_up` puts them back."""
    connection.check_constraints()  # nothing is pending, so that tables may be altered
    run([*guards.take_down(connection.vendor)])
    put(visits.slot(), two[0])
    row = put(visits.slot(visits.position("surgery")), two[0])
    row.delete()
    connection.check_constraints()
    run(guards.put_up(connection.vendor))
    refuses(lambda: put(visits.slot(visits.position("surgery")), two[0]), "booking_person_overlap")


def test_every_guard_stands_after_all_migrations():
    """SQLite makes a table anew to change it, and drops its triggers with the old one."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'x'")
            expected = {one.name for one in guards.NO_OVERLAP}
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            events = ("insert", "update")
            expected = {f"{one.name}_{event}" for one in guards.NO_OVERLAP for event in events}
        assert expected <= {name for (name,) in cursor.fetchall()}


def run(statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


# A move never leaves the person with nothing ----------------------------------------------


class CrashError(OperationalError):
    """The database answers no more."""


def crashing_at(number):
    asked = count(1)

    def wrapper(execute, sql, params, many, context):
        if next(asked) == number:
            raise CrashError
        return execute(sql, params, many, context)

    return wrapper


def everything(person):
    """All that a move touches, row by row."""
    rows = Appointment.objects.filter(person=person).values_list()
    slots = Slot.objects.order_by("pk").values_list()
    return list(rows), list(slots), Move.objects.count(), Entry.objects.count()


def test_a_move_that_dies_at_any_statement_changed_nothing(two):
    (one, other, spare), person = visits.slots(number=3), two[0]
    row = booked(one, person)
    visits_hold = visits.ask(spare, person)
    actions.hold(**{**visits_hold, "slot": visits.slot(visits.position("surgery"), FAR + TEN * 9)})
    before, deaths = everything(person), 0
    move = {"appointment": row, "slot": other, "by": person.user.actor, "at": NOON, "key": "m"}
    for number in count(1):
        try:
            with connection.execute_wrapper(crashing_at(number)):
                actions.move(**move)
            break
        except CrashError:
            deaths += 1
            assert everything(person) == before
    row.refresh_from_db()
    assert deaths >= 12  # a statement each, and none was forgotten
    assert (row.slot, row.state, is_free(one), is_free(other)) == (other, State.BOOKED, True, False)


def test_a_booking_that_dies_at_any_statement_changed_nothing(two):
    place, person = visits.slot(), two[0]
    request = visits.ask(place, person)
    before = everything(person)
    for number in count(1):
        try:
            with connection.execute_wrapper(crashing_at(number)):
                actions.book(**request)
            break
        except CrashError:
            assert everything(person) == before
            assert is_free(place)
    assert Appointment.objects.get().state == State.BOOKED
