"""Records of one person become one: visits, places and calendars go along, and come back."""

from datetime import timedelta

import pytest
from tests import factories, visits
from tests.factories import NOON
from tests.visits import FAR, booked, is_free, state

from oms.domain.accounts.personal_data import keepers
from oms.domain.booking import actions, waiting
from oms.domain.booking.models import Appointment, CalendarFeed
from oms.domain.duplicates import merging
from oms.domain.journal.actions import Actor
from oms.domain.notifications.models import Message

State = Appointment.State
BY = Actor("user:1", role="fund", organization="fund:77")
pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    """The record left, with a cabinet, and another of the same person with one of its own."""
    return visits.patient(), visits.patient()


def merge(kept, other):
    return merging.merge(kept=kept, other=other, by=BY, at=NOON, reason="Один человек")


def undo(own, at=NOON):
    return merging.unmerge(merge=own, by=BY, at=at, reason="Разные люди")


def wait(person, at, speciality="therapy"):
    wishes = waiting.Wishes((FAR + timedelta(days=9)).date())
    place = {"speciality": speciality, "clinic": visits.clinic()}
    by = {"by": person.user.actor, "user": person.user, "at": at}
    return waiting.join(person=person, wishes=wishes, **place, **by)


def test_visits_go_along_and_come_back(two):
    kept, other = two
    row = booked(person=other)
    own = merge(kept, other)
    row.refresh_from_db()
    assert (row.person, row.state) == (kept, State.BOOKED)
    assert undo(own).left == []
    row.refresh_from_db()
    assert (row.person, row.state) == (other, State.BOOKED)


def test_a_hold_of_the_record_that_goes_is_let_go(two):
    kept, other = two
    place = visits.slot()
    held = actions.hold(**visits.ask(place, other))
    merge(kept, other)
    assert (state(held), is_free(place)) == (State.LAPSED, True)


@pytest.mark.parametrize("kept_first", [True, False])
def test_of_two_at_one_time_the_earlier_booked_stays(two, kept_first):
    kept, other = two
    first, second = (kept, other) if kept_first else (other, kept)
    stays = booked(visits.slot(), first, at=NOON - timedelta(hours=1))
    place = visits.slot(visits.position("surgery"), FAR + timedelta(minutes=5))
    goes = booked(place, second)
    own = merge(kept, other)
    assert (state(stays), state(goes), is_free(place)) == (State.BOOKED, State.CANCELLED, True)
    told = Message.objects.filter(subject=goes.key_of_subject, kind__startswith="appointment-")
    assert list(told.values_list("kind", flat=True)) == ["appointment-doubled"]
    assert undo(own).left == []
    goes.refresh_from_db()
    assert (goes.state, goes.person, is_free(place)) == (State.BOOKED, second, False)


def test_what_others_took_meanwhile_does_not_come_back_and_is_told(two):
    kept, other = two
    booked(visits.slot(), kept, at=NOON - timedelta(hours=1))
    goes = booked(place := visits.slot(visits.position("surgery")), other)
    own = merge(kept, other)
    rival = booked(place)
    (left,) = undo(own).left
    assert goes.number in left
    assert (state(goes), state(rival)) == (State.CANCELLED, State.BOOKED)


def test_the_earlier_place_in_the_list_stays_and_the_other_comes_back(two):
    kept, other = two
    late, early = wait(kept, NOON), wait(other, NOON - timedelta(days=1))
    far = wait(other, NOON, "surgery")
    own = merge(kept, other)
    for entry in (late, early, far):
        entry.refresh_from_db()
    assert (late.state, early.state, early.person) == ("left", "waiting", kept)
    assert far.person == kept
    assert undo(own).left == []
    for entry in (late, early, far):
        entry.refresh_from_db()
    assert [one.person for one in (late, early, far)] == [kept, other, other]
    assert {one.state for one in (late, early, far)} == {"waiting"}


def test_calendars_go_along_once(two):
    kept, other = two
    reader = factories.user()
    for n, (person, user) in enumerate([(kept, reader), (other, reader), (other, other.user)]):
        CalendarFeed.objects.create(person=person, user=user, token_digest=f"{n}", made_at=NOON)
    own = merge(kept, other)
    assert set(kept.calendar_feeds.values_list("user", flat=True)) == {reader.pk, other.user.pk}
    undo(own)
    assert set(other.calendar_feeds.values_list("user", flat=True)) == {reader.pk, other.user.pk}


def test_a_person_takes_visits_away_and_leaves_the_list(two):
    person, other = two
    row, entry = booked(person=person), wait(person, NOON, "surgery")
    CalendarFeed.objects.create(person=person, user=person.user, token_digest="a", made_at=NOON)
    found = {one.code: one for one in keepers()}
    (told,) = found["visits"].collect(person.user).data["visits"]
    assert (told["number"], told["clinic"]) == (row.number, row.position.clinic.short_name)
    assert found["visits"].erase is None
    assert found["waiting"].count(person.user) == 2
    assert found["waiting"].collect(other.user).data["waiting"] == []
    found["waiting"].erase(person.user, NOON)
    entry.refresh_from_db()
    assert (entry.state, person.calendar_feeds.count(), state(row)) == ("left", 0, State.BOOKED)
