"""Finding a doctor with free time: who is shown, in which order, at what cost."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import visits
from tests.factories import NOON, TODAY
from tests.visits import FAR, LENGTH

from oms.domain.booking import actions, finding
from oms.domain.booking.schedule_models import FOR_GOOD
from oms.domain.directory.folding import clinic_text
from oms.domain.directory.models import Doctor, Position

pytestmark = pytest.mark.django_db


def found(**values) -> list[int]:
    return [one.position.pk for one in finding.positions(at=NOON, **values)]


def test_the_nearest_free_moment_and_how_many_are_free():
    place = visits.position()
    first, second, third, _ = visits.slots(place)
    visits.booked(first)
    actions.hold(**visits.ask(second, visits.patient()))
    visits.slot(place, FAR - LENGTH, quota="phone")
    visits.slot(place, NOON - LENGTH)
    visits.slot(place, FAR - timedelta(hours=1), is_open=False)
    (row,) = finding.positions(at=NOON)
    assert (row.nearest, row.free, row.speciality.code) == (third.starts_at, 2, "therapy")
    assert str(row.nearest.tzinfo) == "Europe/Moscow"
    later = NOON + timedelta(minutes=10)  # the hold is over, no worker ran
    assert finding.positions(at=later)[0].nearest == second.starts_at
    by_phone = finding.positions(at=NOON, quotas=finding.QUOTAS["phone"])[0]
    assert (by_phone.nearest, by_phone.free) == (FAR - LENGTH, 3)


def test_who_has_time_soonest_comes_first_and_who_has_none_last():
    late, none, soon = (visits.position(doctor=visits.doctor(family_name=n)) for n in "БАВ")
    visits.slot(late, FAR + LENGTH)
    visits.slot(soon, FAR)
    assert found() == [soon.pk, late.pk, none.pk]
    assert found(only_free=True) == [soon.pk, late.pk]
    assert found(sort="name") == [none.pk, late.pk, soon.pk]
    best = visits.position(clinic=visits.clinic("770002", rating=Decimal("4.9")))
    assert found(sort="rating")[0] == best.pk
    assert found(rating=4) == [best.pk]
    Doctor.objects.filter(pk=best.doctor_id).update(rating=Decimal("3.0"))  # the doctor's own wins
    assert found(rating=4) == []
    assert found(limit=2, offset=1) == [late.pk, none.pk]


@pytest.mark.parametrize("walked", [4, 9, 500])
def test_the_short_walk_finds_who_the_long_one_finds(walked, monkeypatch):
    """Doctors with few free times and many, in two regions: every page is the same."""
    monkeypatch.setattr(finding, "_WALKED", walked)
    for number in range(9):
        clinic = visits.clinic(("770001", "660001")[number % 3 == 2])
        place = visits.position(clinic=clinic, sex=1 if number == 4 else None)
        visits.slots(place, number % 4, FAR + (number % 3) * LENGTH)
    anna = visits.patient()
    for asked in ({}, {"region": "77"}, {"region": "66"}, {"person": anna}, {"only_free": True}):
        whole = [row.position.pk for row in finding.positions(at=NOON, **asked, limit=99)]
        by_one = [found(**asked, limit=1, offset=place) for place in range(len(whole))]
        assert [one for row in by_one for one in row] == whole
        times = [row.nearest for row in finding.positions(at=NOON, **asked, limit=3)]
        told = [one for one in times if one]
        assert told == sorted(told)


def test_place_speciality_and_name():
    clinic = visits.clinic("770002", actual_address="г. Москва, ул. Берёзовая, д. 3")
    clinic.search_text = clinic_text(clinic)
    clinic.save()
    here = visits.position("neurology", clinic=clinic, doctor=visits.doctor(family_name="Семёнов"))
    away = visits.position(clinic=visits.clinic("660001"))
    assert found(region="77") == [here.pk]
    assert found(clinic="660001") == [away.pk]
    assert found(speciality="therapy") == [away.pk]
    assert found(text="семенов") == found(text="Семён Берёзовая") == [here.pk]
    assert found(text="болит голова") == [here.pk]
    assert found(text="врачева", region="66") == [away.pk]
    assert found(text="семенов", speciality="therapy") == []
    assert found(text="(") == found()


def test_a_child_is_not_shown_who_sees_grown_ups_only():
    child = visits.position("paediatrics", below_age=18)
    grown = visits.position(from_age=18)
    men = visits.position("surgery", sex=1)
    anna = visits.patient()
    assert set(found(person=anna)) == {grown.pk}
    anna.birth_date = date(2015, 1, 1)
    anna.sex = 1
    assert set(found(person=anna)) == {child.pk, men.pk}


def test_who_left_is_not_shown():
    visits.position(ends_on=TODAY - timedelta(days=1))
    visits.position(clinic=visits.clinic("770002", ends_on=TODAY - timedelta(days=1)))
    last_day = visits.position(ends_on=TODAY)
    assert found() == [last_day.pk]


def test_days_and_times_are_those_of_the_clinics_clock():
    place = visits.position(clinic=visits.clinic("410001"))  # Камчатка: nine hours ahead
    night = datetime.fromisoformat("2026-10-07T21:00+00:00")  # the eighth there
    visits.slots(place, number=3, at=night)
    visits.slot(place, datetime.fromisoformat("2026-10-31T12:00+00:00"))  # November there
    assert finding.free_days(position=place, month=TODAY, at=NOON) == {date(2026, 10, 8): 3}
    november = finding.free_days(position=place, month=date(2026, 11, 15), at=NOON)
    assert november == {date(2026, 11, 1): 1}
    times = finding.free_times(position=place, day=date(2026, 10, 8), at=NOON)
    assert [f"{one.begins:%H:%M}" for one in times] == ["09:00", "09:15", "09:30"]
    assert finding.free_times(position=place, day=date(2026, 10, 7), at=NOON) == []


def test_one_doctor_and_one_position():
    here = visits.position()
    there = visits.position(doctor=here.doctor, clinic=visits.clinic("770002"))
    visits.slot(there)
    doctor, places = finding.doctor(pk=here.doctor_id, at=NOON)
    assert (doctor, [one.position.pk for one in places]) == (here.doctor, [here.pk, there.pk])
    row = finding.position(pk=there.pk, at=NOON)
    assert (row.nearest, row.free) == (FAR, 1)
    with pytest.raises(Position.DoesNotExist):
        finding.position(pk=0, at=NOON)
    with pytest.raises(Doctor.DoesNotExist):
        finding.doctor(pk=0, at=NOON)


@pytest.mark.parametrize("many", [1, 25])
def test_pages_cost_the_same_however_many_there_are(many):
    for _ in range(many):
        visits.slot(visits.position())
    place = Position.objects.select_related("clinic").first()

    def cost(ask) -> int:
        with CaptureQueriesContext(connection) as asked:
            rows = ask()
            for row in rows if isinstance(rows, list) else ():
                if isinstance(row, finding.Found):
                    assert row.position.doctor.name
                    assert row.position.clinic.short_name
        return len(asked)

    anna = visits.patient()
    assert cost(lambda: finding.positions(at=NOON, person=anna, text="кашляю")) == 2
    assert cost(lambda: finding.positions(at=NOON, region="77")) == 2
    assert cost(lambda: finding.position(pk=place.pk, at=NOON)) == 2
    assert cost(lambda: finding.doctor(pk=place.doctor_id, at=NOON)) == 3
    assert cost(lambda: finding.free_days(position=place, month=TODAY, at=NOON)) == 1
    assert cost(lambda: finding.free_times(position=place, day=TODAY, at=NOON)) == 1
    assert cost(lambda: finding.heat(position=place, at=NOON)) == 1
    assert cost(lambda: finding.heat(clinic=place.clinic, at=NOON)) == 1


def test_busy_hours():
    place, monday = visits.position(), NOON - timedelta(weeks=1)
    for week in (0, 1, 2):  # Monday noon: full; Monday 13 o'clock: a quarter
        for slot in visits.slots(place, 4, monday - timedelta(weeks=week)):
            slot.taken_until = FOR_GOOD
            slot.save()
        hour = visits.slots(place, 4, monday - timedelta(weeks=week) + timedelta(hours=1))
        hour[0].taken_until = FOR_GOOD
        hour[0].save()
    visits.slots(place, 2, monday + timedelta(hours=2))  # too few to tell
    old = visits.slots(place, 4, NOON - timedelta(weeks=5, hours=-2))
    assert old
    heat = finding.heat(position=place, at=NOON)
    assert heat.shares == {(0, 12): 1.0, (0, 13): 0.25}
    assert (heat.level(0, 12), heat.level(0, 13), heat.level(0, 14)) == (3, 1, None)
    assert (heat.days, list(heat.hours), heat.quietest) == ([0], [12, 13], (0, 13))
    assert finding.heat(clinic=place.clinic, at=NOON).shares == heat.shares
    nothing = finding.heat(position=visits.position(), at=NOON)
    assert (list(nothing.hours), nothing.quietest) == ([], None)
