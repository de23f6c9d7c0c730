"""Slots follow the schedule; what is taken stays; a visit without a place is told of."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import visits
from tests.factories import NOON, TODAY

from oms.domain.booking import actions, refused, shifts, slots, tasks
from oms.domain.booking.conflicts import conflicts
from oms.domain.booking.models import DayChange, Shift, Slot
from oms.domain.booking.shifts import BadShift, Said
from oms.domain.directory.models import Position
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.kit.denied import Denied

pytestmark = pytest.mark.django_db
TUESDAY = TODAY + timedelta(days=1)
FORTNIGHT = TODAY + timedelta(days=14)
MOSCOW = ZoneInfo("Europe/Moscow")


def shift(of: Position, weekday: int = 1, **values) -> Shift:
    said = {"begins": time(9), "ends": time(10), "minutes": 15, "from_day": date(2026, 1, 1)}
    return Shift.objects.create(position=of, weekday=weekday, **(said | values))


def said(weekday: int = 1, **values) -> Said:
    told = {"begins": time(9), "ends": time(10), "minutes": 15, "from_day": date(2026, 1, 1)}
    return Said(weekday=weekday, **(told | values))


def make(*places: Position, since=TODAY, until=FORTNIGHT, at=NOON) -> int:
    rows = Position.objects.filter(pk__in=[one.pk for one in places])
    return slots.make(positions=rows, since=since, until=until, at=at)


def times(of: Position, day: date = TUESDAY, clock: ZoneInfo = MOSCOW) -> list[str]:
    rows = Slot.objects.filter(position=of, is_open=True).order_by("starts_at")
    here = [one.starts_at.astimezone(clock) for one in rows]
    return [f"{one:%H:%M}" for one in here if one.date() == day]


def at_desk(code: str = "770001"):
    return visits.registrar(code).actor


# Making -------------------------------------------------------------------------------------


def test_a_fortnight_is_made_once_and_told_of_once():
    place = visits.position(room="12")
    shift(place, quotas={"phone": 1})
    assert make(place) == 8  # two Tuesdays
    assert times(place) == ["09:00", "09:15", "09:30", "09:45"]
    first = Slot.objects.order_by("starts_at").first()
    assert (first.doctor_id, first.room, first.ends_at - first.starts_at) == (
        place.doctor_id, "12", timedelta(minutes=15),
    )  # fmt: skip
    assert Counter(Slot.objects.values_list("quota", flat=True)) == {"internet": 6, "phone": 2}
    before = list(Slot.objects.order_by("pk").values())
    assert make(place) == 0
    assert list(Slot.objects.order_by("pk").values()) == before
    assert Entry.objects.filter(act="slots.made").count() == 1


def test_slots_go_by_the_clock_of_the_clinic():
    clinic = visits.clinic("660001")
    place = visits.position(clinic=clinic)
    shift(place)
    make(place)
    assert Slot.objects.order_by("starts_at").first().starts_at == datetime(
        2026, 10, 6, 4, tzinfo=UTC
    )


def test_only_what_is_ahead_is_made():
    place = visits.position()
    shift(place, weekday=0, begins=time(11), ends=time(13))
    make(place, until=TODAY)
    assert times(place, TODAY) == ["12:15", "12:30", "12:45"]  # it is noon


def test_who_left_sees_nobody_after_the_last_day():
    place = visits.position(ends_on=TUESDAY)
    shift(place)
    shift(place, weekday=2)
    assert make(place) == 4


def test_a_doctor_of_two_clinics_is_in_one_at_a_time():
    here = visits.position()
    there = visits.position(doctor=here.doctor, clinic=visits.clinic("770002"))
    shift(here)
    shift(there, begins=time(9, 40), ends=time(10, 40), minutes=20)
    make(here, there, until=TUESDAY)
    assert times(here) + times(there) == [
        "09:00", "09:15", "09:30", "09:45", "10:00", "10:20",
    ]  # fmt: skip
    assert make(there, until=TUESDAY) == 0, "alone, it still sees the other's slots"


def test_a_changed_shift_changes_free_slots_only():
    place, by = visits.position(), at_desk()
    row = shifts.save_shift(position=place, said=said(), by=by, at=NOON)
    kept = Slot.objects.order_by("starts_at")[1]  # 9:15
    visit = visits.booked(kept)
    shifts.save_shift(position=place, said=said(minutes=20), by=by, at=NOON, shift=row)
    assert times(place) == ["09:15", "09:40"]  # 9:00–9:20 and 9:20–9:40 would overlap the visit
    assert conflicts(positions=[place], at=NOON) == [], "the visit is within the hours"
    assert not Slot.objects.filter(is_open=False).exists(), "what nobody was told of is deleted"
    late = said(minutes=20, begins=time(9, 20))
    shifts.save_shift(position=place, said=late, by=by, at=NOON, shift=row)
    assert conflicts(positions=[place], at=NOON) == [visit]
    actions.cancel(appointment=visit, by=SYSTEM, at=NOON)
    make(place)
    assert times(place) == ["09:20", "09:40"], "once it is free, it goes"
    assert Slot.objects.filter(pk=kept.pk, is_open=False).exists(), "the visit's slot is kept"


def test_quota_and_room_follow_without_a_new_slot():
    place, by = visits.position(), at_desk()
    row = shifts.save_shift(position=place, said=said(), by=by, at=NOON)
    keys = set(Slot.objects.values_list("pk", flat=True))
    assert make(place) == 0
    visit = visits.booked(Slot.objects.order_by("starts_at").first())
    changed = said(room="7", quotas={"registrar": 4})
    shifts.save_shift(position=place, said=changed, by=by, at=NOON, shift=row)
    rows = Slot.objects.exclude(pk=visit.slot_id)
    assert set(rows.values_list("quota", "room")) == {("registrar", "7")}
    assert set(Slot.objects.values_list("pk", flat=True)) == keys


def test_a_slot_taken_while_others_are_made_is_left_alone(monkeypatch):
    place = visits.position()
    row = shift(place)
    make(place)
    Shift.objects.filter(pk=row.pk).update(begins=time(9, 30))
    visit, compare = [], slots._compare

    def meanwhile(*args):
        found = compare(*args)
        if not visit:
            visit.append(visits.booked(Slot.objects.order_by("starts_at").first()))
        return found

    monkeypatch.setattr(slots, "_compare", meanwhile)
    make(place, until=TUESDAY)
    assert times(place) == ["09:00", "09:30", "09:45"]
    assert Slot.objects.get(pk=visit[0].slot_id).is_open


def test_making_costs_the_same_for_one_doctor_and_for_many():
    places = [visits.position() for _ in range(12)]
    for place in places:
        shift(place)

    def cost(rows) -> int:
        with CaptureQueriesContext(connection) as asked:
            make(*rows)
        return len(asked)

    assert cost(places[:1]) == cost(places[1:])


def test_the_worker_makes_what_is_missing():
    place = visits.position()
    shift(place)
    tasks.extend_horizon(at=NOON)
    assert Slot.objects.count() == 8
    tasks.extend_horizon(at=NOON + timedelta(days=7))
    assert Slot.objects.count() == 12


# Shifts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ends": time(9)}, "ends"),
        ({"ends": time(9, 10)}, "ends"),
        ({"minutes": 3}, "minutes"),
        ({"service": "other"}, "service"),
        ({"break_begins": time(9, 30)}, "break_begins"),
        ({"break_begins": time(9, 30), "break_ends": time(10)}, "break_begins"),
        ({"until_day": date(2025, 12, 31)}, "until_day"),
        ({"quotas": {"phone": 5}}, "quotas"),
        ({"quotas": {"phone": -1}}, "quotas"),
        ({"quotas": {"friends": 1}}, "quotas"),
    ],
)
def test_a_shift_that_cannot_be_is_refused_by_its_field(values, field):
    with pytest.raises(BadShift) as no:
        shifts.save_shift(position=visits.position(), said=said(**values), by=SYSTEM, at=NOON)
    assert no.value.field == field


def test_two_shifts_of_a_doctor_never_meet():
    here = visits.position()
    there = visits.position(doctor=here.doctor, clinic=visits.clinic("770002"))
    shift(here, weeks="odd")
    by = at_desk("770002")
    with pytest.raises(BadShift, match="вторник, 09:00–10:00, Поликлиника 770001"):
        shifts.save_shift(position=there, said=said(begins=time(9, 30)), by=by, at=NOON)
    shifts.save_shift(position=there, said=said(weeks="even"), by=by, at=NOON)
    shifts.save_shift(position=there, said=said(begins=time(10), ends=time(11)), by=by, at=NOON)
    assert Shift.objects.count() == 3


def test_an_ended_shift_takes_its_free_slots_along():
    place, by = visits.position(), at_desk()
    row = shifts.save_shift(position=place, said=said(), by=by, at=NOON)
    visit = visits.booked(Slot.objects.order_by("starts_at").last())
    for _ in range(2):
        shifts.end_shift(shift=row, last_day=TUESDAY, by=by, at=NOON)
    assert Slot.objects.filter(is_open=True).count() == 5
    assert conflicts(positions=[place], at=NOON) == [visit]
    shifts.end_shift(shift=row, last_day=date(2025, 1, 1), by=by, at=NOON)
    assert not Shift.objects.exists()
    acts = Entry.objects.filter(act="schedule.shift").count()
    assert acts == 3


def test_another_clinics_registrar_changes_nothing():
    place, by = visits.position(), at_desk("770002")
    row = shift(place)
    visits.clinic("770002")
    for act in (
        lambda: shifts.save_shift(position=place, said=said(), by=by, at=NOON),
        lambda: shifts.end_shift(shift=row, last_day=TODAY, by=by, at=NOON),
        lambda: shifts.close_day(position=place, day=TUESDAY, reason="x", by=by, at=NOON),
        lambda: shifts.close_day(clinic=place.clinic, day=TUESDAY, reason="x", by=by, at=NOON),
    ):
        with pytest.raises(refused.NotYours):
            act()
    assert not DayChange.objects.exists()


# Days that differ ---------------------------------------------------------------------------


def test_a_closed_day_returns_its_visits_and_opens_again():
    place, by = visits.position(), at_desk()
    shift(place)
    make(place)
    first, second, third, _ = Slot.objects.order_by("starts_at")[:4]
    visit, gone = visits.booked(first), visits.booked(second)
    found = shifts.close_day(position=place, day=TUESDAY, reason="Болен", by=by, at=NOON)
    assert [one.pk for one in found] == [visit.pk, gone.pk]
    assert times(place) == []
    assert conflicts(positions=[place], at=NOON) == [visit, gone]
    with pytest.raises(refused.Taken):
        visits.booked(third)
    assert make(place) == 0, "the worker does not open it again"
    actions.cancel(appointment=gone, by=SYSTEM, at=NOON)
    change = DayChange.objects.get()
    assert shifts.open_day(change=change, by=by, at=NOON) == 4
    assert shifts.open_day(change=change, by=by, at=NOON) == 0
    assert conflicts(positions=[place], at=NOON) == []
    assert (
        Slot.objects.free(at=NOON).filter(starts_at__lt=first.starts_at + timedelta(days=1)).count()
        == 3
    )
    acts = list(Entry.objects.filter(act__startswith="schedule.").order_by("pk"))
    assert [one.act for one in acts] == ["schedule.close", "schedule.open"]
    assert acts[0].payload.data["appointments"] == [visit.pk, gone.pk]


def test_a_day_opened_again_does_not_double_the_doctor():
    """Meanwhile the doctor took somebody elsewhere: that visit stands, the other is told of."""
    here, by = visits.position(), at_desk()
    there = visits.position(doctor=here.doctor, clinic=visits.clinic("770002"))
    shift(here)
    make(here)
    visit = visits.booked(Slot.objects.order_by("starts_at").first())
    shifts.close_day(position=here, day=TUESDAY, reason="Замена", by=by, at=NOON)
    other = visits.booked(visits.slot(there, visit.starts_at))
    shifts.open_day(change=DayChange.objects.get(), by=by, at=NOON)
    assert times(there) + times(here) == ["09:00", "09:15", "09:30", "09:45"]
    assert conflicts(positions=[here], at=NOON) == [visit]
    assert Slot.objects.get(pk=other.slot_id).is_open


def test_a_closed_clinic_closes_all_its_doctors_and_nobody_elses():
    one, two = visits.position(), visits.position()
    other = visits.position(clinic=visits.clinic("770002"))
    for place in (one, two, other):
        shift(place)
        shift(place, weekday=2)
    make(one, two, other)
    shifts.close_day(clinic=one.clinic, day=TUESDAY, reason="Нет воды", by=at_desk(), at=NOON)
    assert [times(place) for place in (one, two)] == [[], []]
    assert len(times(other)) == len(times(one, TUESDAY + timedelta(days=1))) == 4
    shifts.change_day(
        position=one, day=TUESDAY, begins=time(12), ends=time(13), reason="Дежурит",
        by=at_desk(), at=NOON,
    )  # fmt: skip
    assert times(one) == [], "a closed clinic is closed for all"


def test_other_hours_cut_the_clinics_shifts_and_move_the_doctors():
    place, by = visits.position(), at_desk()
    shift(place)
    make(place)
    last = visits.booked(Slot.objects.order_by("starts_at")[3])
    hours = {"begins": time(9, 15), "ends": time(9, 45), "reason": "Короткий день"}
    found = shifts.change_day(clinic=place.clinic, day=TUESDAY, by=by, at=NOON, **hours)
    assert found == [last]
    assert times(place) == ["09:15", "09:30", "09:45"]
    hours = {"begins": time(14), "ends": time(14, 30), "reason": "Учёба"}
    shifts.change_day(position=place, day=TUESDAY, by=by, at=NOON, **hours)
    assert times(place) == ["09:45", "14:00", "14:15"], "the doctor's own hours go before"
    shifts.change_day(position=place, day=TUESDAY + timedelta(days=1), by=by, at=NOON, **hours)
    assert times(place, TUESDAY + timedelta(days=1)) == ["14:00", "14:15"], "an extra day"


@pytest.mark.parametrize(
    ("values", "no"),
    [
        ({"day": TODAY - timedelta(days=1)}, "NoDay"),
        ({"reason": "  "}, "NoReason"),
        ({"begins": time(12), "ends": time(12)}, "BadHours"),
    ],
)
def test_a_day_that_cannot_be_changed(values, no):
    asked = {"day": TUESDAY, "begins": time(9), "ends": time(10), "reason": "Так надо"} | values
    with pytest.raises(Denied) as said_no:
        shifts.change_day(position=visits.position(), by=SYSTEM, at=NOON, **asked)
    assert said_no.value.code == no
    assert not DayChange.objects.exists()


# Whatever happens ---------------------------------------------------------------------------


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_taken_slots_stay_and_no_two_overlap(data):
    """Shifts, days and bookings in any order: the plan is met wherever nobody sits."""
    with transaction.atomic():  # one sequence leaves nothing to the next, be it a failing one
        _live_through(data)
        transaction.set_rollback(True)


def _live_through(data):
    place = visits.position()
    other = visits.position(clinic=visits.clinic("770002"), doctor=place.doctor)
    patients = [visits.patient() for _ in range(3)]
    booked = []
    for _ in range(data.draw(st.integers(1, 6))):
        act = data.draw(st.sampled_from(["shift", "close", "hours", "open", "book"]))
        where = data.draw(st.sampled_from([place, other]))
        begins = data.draw(st.integers(8, 17))
        hours = {"begins": time(begins), "ends": time(begins + data.draw(st.integers(1, 4)))}
        day = TODAY + timedelta(days=data.draw(st.integers(0, 3)))
        if act == "shift":
            minutes = data.draw(st.sampled_from([15, 20, 45]))
            shift(where, weekday=day.weekday(), minutes=minutes, **hours)
            make(where)
        elif act == "close":
            shifts.close_day(position=where, day=day, reason="Так", by=SYSTEM, at=NOON)
        elif act == "hours":
            shifts.change_day(position=where, day=day, reason="Так", by=SYSTEM, at=NOON, **hours)
        elif act == "open":
            for change in DayChange.objects.filter(position=where):
                shifts.open_day(change=change, by=SYSTEM, at=NOON)
        elif patients:
            free = list(Slot.objects.free(at=NOON).filter(position=where).order_by("starts_at"))
            if free:
                booked.append(visits.booked(data.draw(st.sampled_from(free)), patients.pop()))
    make(place, other)
    rows = list(Slot.objects.filter(doctor=place.doctor, is_open=True).order_by("starts_at"))
    assert all(one.ends_at <= two.starts_at for one, two in pairwise(rows))
    for visit in booked:
        now = Slot.objects.get(pk=visit.slot_id)
        assert (now.starts_at, now.ends_at) == (visit.starts_at, visit.ends_at)
        assert now.taken_until > NOON
    assert make(place, other) == 0
