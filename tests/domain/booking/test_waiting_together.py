"""Many at once around one list: nobody is offered twice, no time goes to two."""

from datetime import timedelta

import pytest
from tests import visits
from tests.cases.conftest import at_once, shared_database  # noqa: F401  fixtures
from tests.domain.booking.waiters import accept, join, open_offer
from tests.factories import NOON
from tests.visits import FAR, booked

from oms.domain.booking import actions, reminders, waiting
from oms.domain.booking.models import Appointment, Offer, Reminder, WaitingEntry
from oms.domain.notifications.models import Message
from oms.kit.denied import Denied
from oms.law.visits import RULES

pytestmark = pytest.mark.drill
Waits, State = WaitingEntry.State, Offer.State
MINUTE = timedelta(minutes=1)


def broken(results):
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, Denied)]


@pytest.fixture
def list_of_six(shared_database):  # noqa: F811
    place = visits.position()
    rows = [booked(slot) for slot in visits.slots(place, 6)]
    people = [join(visits.patient(), NOON + n * MINUTE, position=place) for n in range(6)]
    return rows, people


def test_times_freed_at_once_go_to_different_people(list_of_six, at_once) -> None:  # noqa: F811
    rows, people = list_of_six
    cancels = [
        lambda row=row: actions.cancel(appointment=row, by=row.person.user.actor, at=NOON)
        for row in rows[:4]
    ]
    sweeps = [lambda: waiting.sweep(at=NOON)] * 2
    results = at_once(*cancels, *sweeps)
    assert broken(results) == []
    waiting.sweep(at=NOON)
    offers = Offer.objects.filter(state=State.OPEN)
    assert sorted(offers.values_list("entry", flat=True)) == [one.pk for one in people[:4]]
    assert len(set(offers.values_list("slot", flat=True))) == 4
    assert Message.objects.filter(kind="slot-offered").count() == 4


def test_yes_no_and_silence_at_once_make_one_answer(list_of_six, at_once) -> None:  # noqa: F811
    rows, people = list_of_six
    actions.cancel(appointment=rows[0], by=rows[0].person.user.actor, at=NOON)
    offer, late = open_offer(), NOON + RULES.offer
    by = people[0].person.user.actor
    results = at_once(
        *[lambda n=n: accept(offer, late - MINUTE, key=f"k{n}") for n in range(4)],
        lambda: waiting.refuse(offer=offer, by=by, at=late - MINUTE),
        lambda: waiting.leave(entry=people[0], by=by, at=late - MINUTE),
        *[lambda: waiting.lapse_offers(at=late)] * 2,
    )
    assert broken(results) == []
    offer.refresh_from_db()
    standing = Appointment.objects.filter(slot=offer.slot, state="booked")
    assert standing.count() == (offer.state == State.TAKEN)
    people[0].refresh_from_db()
    opened = Offer.objects.filter(state=State.OPEN)
    if offer.state == State.TAKEN:
        assert people[0].state == Waits.BOOKED
        assert not opened.exists()
    else:
        assert people[0].state in {Waits.WAITING, Waits.LEFT}
        assert [one.entry for one in opened] == [people[1]]
    offered = WaitingEntry.objects.filter(state=Waits.OFFERED)
    assert {one.pk for one in offered} == {one.entry_id for one in opened}


def test_workers_at_once_remind_once(shared_database, at_once) -> None:  # noqa: F811
    for slot in visits.slots(number=3):
        booked(slot)
    due = FAR + 2 * visits.LENGTH - reminders.DAY_BEFORE
    results = at_once(*[lambda: reminders.send(at=due)] * 4)
    assert broken(results) == []
    assert sum(results) == Reminder.objects.count() == 3
    assert Message.objects.filter(kind="appointment-day-reminder").count() == 3
