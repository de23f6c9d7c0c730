"""Calendar files: read back by a parser that is not the one that wrote them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from tests import factories, visits
from tests.factories import NOON
from tests.visits import FAR, booked

from oms.domain.accounts.models import Representation
from oms.domain.booking import actions, calendar_feeds, calendar_file
from oms.domain.booking.models import Appointment, CalendarFeed
from oms.domain.booking.refused import NotYours

pytestmark = pytest.mark.django_db
URAL = "660001"


def fresh(row: Appointment) -> Appointment:
    rows = Appointment.objects.select_related("slot", "position__clinic", "position__doctor")
    return rows.get(pk=row.pk)


def read(content: bytes):
    lines = content.decode().split("\r\n")
    assert lines.pop() == ""
    assert all(len(line.encode()) <= 75 for line in lines)
    return vobject.readOne(content.decode())


def file_of(row: Appointment, at: datetime = NOON):
    return read(calendar_file.of_visit(fresh(row), at=at))


def surgeon(code: str = "770001", **values):
    place = visits.clinic(
        code, short_name=f"Больница «Тест», №\u00a0{code}; корпус 2",
        actual_address="ул. Мира, д. 1", latitude="56.838011", longitude="60.597474",
    )  # fmt: skip
    return visits.position("surgery", clinic=place, room="12", **values)


def test_a_visit_stands_by_the_clinics_clock_wherever_the_reader_is(settings) -> None:
    settings.BASE_URL = "https://oms.example"
    row = booked(visits.slot(surgeon(URAL)))
    made = file_of(row)
    event = made.vevent
    assert made.method.value == "PUBLISH"
    assert event.dtstart.value == FAR
    assert event.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Asia/Yekaterinburg"]
    assert event.dtstart.value.strftime("%H:%M") == "14:00"
    assert event.dtend.value - event.dtstart.value == visits.LENGTH
    assert made.vtimezone.tzid.value == "Asia/Yekaterinburg"
    assert event.summary.value == "Приём: Врачева Ольга Петровна, хирург"
    expected = "Больница «Тест», №\u00a0660001; корпус 2, ул. Мира, д. 1, кабинет\u00a012"
    assert event.location.value == expected
    assert event.geo.value.startswith("56.838011;60.597474")
    assert event.url.value.startswith("https://oms.example/visits/%D0%97-")
    triggers = [alarm.trigger.value for alarm in event.valarm_list]
    assert triggers == [timedelta(days=-1), timedelta(hours=-2)]


def test_nothing_of_the_person_is_in_it() -> None:
    person = factories.insured(factories.user(family_name="Неповторимова", snils=factories.snils()))
    row = booked(person=person, complaint="Секретная жалоба")
    text = calendar_file.of_visit(fresh(row), at=NOON).decode().replace("\r\n ", "")
    for told in ("Неповторимова", "Секретная", person.enp, person.snils, person.given_name + " "):
        assert told not in text


def test_a_move_keeps_the_entry_and_a_cancellation_takes_it_out() -> None:
    first, second = visits.slots(visits.position(), 2)
    row = booked(first)
    before = file_of(row).vevent
    by = row.person.user.actor
    actions.move(appointment=row, slot=second, by=by, at=NOON, key="m")
    moved = file_of(row).vevent
    assert moved.uid.value == before.uid.value
    assert int(moved.sequence.value) > int(before.sequence.value)
    assert moved.dtstart.value == second.starts_at
    actions.cancel(appointment=row, by=by, at=NOON)
    gone = file_of(row)
    assert gone.method.value == "CANCEL"
    assert gone.vevent.status.value == "CANCELLED"
    assert gone.vevent.uid.value == before.uid.value
    assert int(gone.vevent.sequence.value) > int(moved.sequence.value)
    assert "valarm" not in gone.vevent.contents


@pytest.mark.parametrize(
    ("moment", "offset"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin")), "+0100"),
        (datetime(2026, 3, 29, 12, tzinfo=ZoneInfo("Europe/Berlin")), "+0200"),
        (datetime(2026, 10, 25, 12, tzinfo=ZoneInfo("Europe/Berlin")), "+0100"),
    ],
)
def test_a_clock_with_summer_time_is_told_with_its_changes(monkeypatch, moment, offset) -> None:
    """No region has summer time today; a law may bring it back."""
    monkeypatch.setattr("oms.law.zones.zone", lambda region: ZoneInfo("Europe/Berlin"))
    row = booked(visits.slot(at=FAR))
    Appointment.objects.filter(pk=row.pk).update(starts_at=moment, ends_at=moment + visits.LENGTH)
    made = file_of(row)
    assert made.vevent.dtstart.value.strftime("%H:%M%z") == f"12:00{offset}"
    assert {"standard", "daylight"} <= set(made.vtimezone.contents)


# The feed ------------------------------------------------------------------------------------


def feed(path: str, at: datetime = NOON):
    token = path.removeprefix(calendar_feeds.PAGE).removesuffix(".ics")
    return calendar_feeds.content(token=token, at=at)


def give(row: Appointment, user=None) -> str:
    reader = user or row.person.user
    return calendar_feeds.give(person=row.person, user=reader, by=reader.actor, at=NOON)


def test_a_feed_follows_the_visits_until_its_address_is_taken_back(
    django_assert_num_queries,
) -> None:
    row = booked(visits.slot(visits.position("therapy")))
    by = row.person.user.actor
    path = give(row)
    assert len(path) > 50
    assert not CalendarFeed.objects.filter(token_digest__in=path).exists()
    booked(visits.slot(visits.position("surgery"), FAR + timedelta(days=1)), row.person)
    actions.cancel(appointment=row, by=by, at=NOON)
    with django_assert_num_queries(2):
        content = feed(path)
    made = read(content)
    assert {one.status.value for one in made.vevent_list} == {"CANCELLED", "CONFIRMED"}
    assert made.contents["refresh-interval"][0].value == "PT1H"
    again = give(row)
    with pytest.raises(calendar_feeds.NoFeed):
        feed(path)
    assert feed(again)
    assert calendar_feeds.revoke(person=row.person, user=row.person.user, by=by, at=NOON)
    with pytest.raises(calendar_feeds.NoFeed):
        feed(again)


def test_an_empty_feed_is_still_a_calendar() -> None:
    person = visits.patient()
    path = calendar_feeds.give(person=person, user=person.user, by=person.user.actor, at=NOON)
    assert b"BEGIN:VCALENDAR" in feed(path)


def test_a_parent_reads_the_childs_feed_as_long_as_the_right_lasts() -> None:
    row = booked()
    parent, stranger = factories.user(), factories.user()
    right = Representation.objects.create(
        representative=parent, ward=row.person.user, kind=Representation.Kind.PARENT,
        scope=[Representation.Scope.VIEW], state=Representation.State.CONFIRMED,
        state_at=NOON, asked_at=NOON, basis={}, ends_on=factories.TODAY + timedelta(days=3),
    )  # fmt: skip
    with pytest.raises(NotYours):
        give(row, stranger)
    path = give(row, parent)
    assert feed(path, NOON + timedelta(days=3))
    with pytest.raises(calendar_feeds.NoFeed):
        feed(path, NOON + timedelta(days=4))
    right.delete()
    with pytest.raises(calendar_feeds.NoFeed):
        feed(path)
