"""Reminders: when they go, what the link may do, and that looking at it does nothing."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from tests import factories, visits
from tests.factories import NOON
from tests.visits import FAR, booked, is_free, state

from oms.domain.accounts.models import Representation as Right
from oms.domain.booking import actions, reminders
from oms.domain.booking.models import Appointment, LateRequest, Reminder
from oms.domain.booking.refused import AlreadyAsked
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Delivery, Message, Preferences
from oms.gateways import mail
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
State = Appointment.State
DAY = FAR - reminders.DAY_BEFORE
HOURS = FAR - reminders.HOURS_BEFORE
MINUTE = timedelta(minutes=1)


def patient(**values):
    values = {"email": f"p{id(values)}@people.example", "email_confirmed_at": NOON} | values
    return factories.insured(factories.user(**values))


def told() -> list[str]:
    rows = Message.objects.filter(kind__endswith="-reminder").order_by("pk")
    return list(rows.values_list("kind", flat=True))


def token_of(row: Appointment, at: datetime = DAY) -> str:
    """Remind and read the link out of the letter, as its owner does."""
    assert reminders.send(at=at) == 1
    with time_machine.travel(at, tick=False):
        run_all_now()
    letter = mail.MEMORY.sent[-1]
    assert letter.to == row.person.user.email
    (found,) = re.findall(r"/visit/([\w-]+)/", letter.text)
    return found


# When -----------------------------------------------------------------------------------------


def test_a_day_and_two_hours_before_and_never_twice(django_assert_num_queries) -> None:
    booked()
    assert reminders.send(at=DAY - MINUTE) == 0
    assert [reminders.send(at=DAY + n * MINUTE) for n in range(3)] == [1, 0, 0]
    assert reminders.send(at=HOURS - MINUTE) == 0
    assert [reminders.send(at=HOURS + n * MINUTE) for n in range(3)] == [1, 0, 0]
    assert told() == ["appointment-day-reminder", "appointment-hours-reminder"]
    with django_assert_num_queries(2):
        assert reminders.send(at=FAR) == 0


def test_two_workers_send_one() -> None:
    row = booked()
    assert len(reminders.due(at=DAY)) == 1
    reminders._send(row, Reminder.Kind.DAY, at=DAY)
    assert not reminders._send(row, Reminder.Kind.DAY, at=DAY)
    (kept,) = Reminder.objects.all()
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(
            appointment=row, kind=kept.kind, starts_at=kept.starts_at, token_digest="x", sent_at=DAY
        )


@pytest.mark.parametrize("how", ["cancelled", "over", "just booked", "held"])
def test_who_needs_none_gets_none(how: str) -> None:
    at = DAY
    if how == "just booked":
        at = DAY + MINUTE
        booked(at=at)
    elif how == "held":
        actions.hold(**visits.ask(visits.slot(), visits.patient(), at=DAY))
    else:
        row = booked()
        if how == "cancelled":
            actions.cancel(appointment=row, by=row.person.user.actor, at=NOON)
        else:
            at = FAR + MINUTE
    assert reminders.send(at=at) == 0


def test_a_moved_visit_is_reminded_of_anew_and_its_old_link_is_over() -> None:
    row = booked(person=patient())
    token = token_of(row)
    later = visits.slot(row.position, FAR + timedelta(days=1))
    actions.move(appointment=row, slot=later, by=row.person.user.actor, at=DAY, key="m")
    with pytest.raises(reminders.LinkOver):
        reminders.by_token(token, at=DAY)
    assert reminders.send(at=DAY + timedelta(days=1)) == 1


def test_the_night_is_quiet_unless_the_visit_is_within_two_hours() -> None:
    """08:30 in Moscow, quiet from 22 to 8; the next day's reminder waits till the morning."""
    early = NOON.replace(hour=5, minute=30) + timedelta(days=3)
    booked(visits.slot(at=early), patient())
    night = early - reminders.DAY_BEFORE
    assert reminders.send(at=night) == 0  # 06:30
    morning = early.replace(hour=5, minute=0) - timedelta(days=1)
    assert reminders.send(at=morning - MINUTE) == 0
    assert reminders.send(at=morning) == 1
    assert reminders.send(at=early - reminders.HOURS_BEFORE) == 1  # 06:30, but it is near
    assert {one.hold for one in Delivery.objects.filter(message__kind__contains="hours")} == {""}


def test_who_reads_for_a_child_is_let_sleep_and_told() -> None:
    row = booked()
    ward, parent = (
        row.person.user,
        factories.user(email="m@people.example", email_confirmed_at=NOON),
    )
    type(ward).objects.filter(pk=ward.pk).update(phone=None, phone_confirmed_at=None, email=None)
    Right.objects.create(
        representative=parent, ward=ward, kind=Right.Kind.PARENT, scope=["view", "book"], basis={},
        state=Right.State.CONFIRMED, state_at=NOON, asked_at=NOON,
    )  # fmt: skip
    Preferences.objects.create(user=parent, quiet_from="09:00", quiet_to="11:00")
    assert reminders.send(at=DAY) == 0
    assert reminders.send(at=DAY + timedelta(hours=1)) == 1
    with time_machine.travel(DAY + timedelta(hours=1), tick=False):
        run_all_now()
    (letter,) = [one for one in mail.MEMORY.sent if "/visit/" in one.text]
    assert letter.to == parent.email


# What is kept ---------------------------------------------------------------------------------


def test_the_token_is_kept_nowhere() -> None:
    row = booked(person=patient())
    token = token_of(row)
    message = Message.objects.get(kind="appointment-day-reminder")
    assert message.link == f"/visits/%D0%97-{row.number[2:]}/"
    kept = [*Message.objects.values(), *Delivery.objects.values(), *Reminder.objects.values()]
    kept += Entry.objects.values("payload__data")
    assert token not in str(kept)


def test_by_the_clinics_clock() -> None:
    ural = visits.position("surgery", clinic=visits.clinic("660001"))
    booked(visits.slot(ural), patient())
    reminders.send(at=DAY)
    body = Message.objects.get(kind="appointment-day-reminder").body
    assert "8\u00a0октября 2026\u00a0г. в\u00a014:00 (МСК+2)".replace(" 2026", "\u00a02026") in body


# What it does ---------------------------------------------------------------------------------


def test_looking_does_nothing(django_assert_num_queries) -> None:
    token = token_of(booked(person=patient()))
    for _ in range(3):
        with django_assert_num_queries(1):
            found = reminders.by_token(token, at=DAY)
    assert (found.used_at, found.appointment.state) == (None, State.BOOKED)


@pytest.mark.parametrize("bad", ["", "x", "я" * 40, "a" * 10_000])
def test_a_wrong_token_opens_nothing(bad: str) -> None:
    with pytest.raises(reminders.LinkOver):
        reminders.by_token(bad, at=DAY)


def test_coming_is_noted_once() -> None:
    row = booked(person=patient())
    token = token_of(row)
    for minute in range(2):
        reminders.answer(token=token, answer="come", at=DAY + minute * MINUTE)
    row.refresh_from_db()
    assert (row.state, row.answered_at) == (State.BOOKED, DAY)
    with pytest.raises(reminders.AnsweredOtherwise):
        reminders.answer(token=token, answer="cancel", at=DAY)
    assert Entry.objects.filter(act="reminder.answer").count() == 1


def test_more_than_a_day_before_one_cancels_by_oneself() -> None:
    row = booked(person=patient())
    token = token_of(row)
    outcome = reminders.answer(token=token, answer="cancel", at=DAY)
    assert (state(row), outcome.request) == (State.CANCELLED, None)
    assert is_free(row.slot, DAY)
    assert reminders.answer(token=token, answer="cancel", at=DAY).request is None


@pytest.mark.parametrize("said", ["cancel", "move"])
def test_within_a_day_the_clinic_is_asked_and_nothing_is_freed(said: str) -> None:
    row = booked(person=patient())
    token = token_of(row)
    near = DAY + timedelta(hours=3)
    for _ in range(2):
        outcome = reminders.answer(token=token, answer=said, at=near, words="Заболела")
        assert outcome.request is not None
    (asked,) = LateRequest.objects.all()
    assert (asked.wish, asked.state, asked.words) == (said, "open", "Заболела")
    assert state(row) == State.BOOKED
    assert not is_free(row.slot, near)


def test_a_move_more_than_a_day_before_is_ones_own_and_the_link_stays_good() -> None:
    row = booked(person=patient())
    token = token_of(row)
    assert reminders.answer(token=token, answer="move", at=DAY).by_oneself
    assert reminders.by_token(token, at=DAY).used_at is None


def test_a_link_ends_with_the_visit() -> None:
    token = token_of(booked(person=patient()))
    with pytest.raises(reminders.LinkOver):
        reminders.answer(token=token, answer="come", at=FAR)


def test_what_fails_leaves_the_link_unused() -> None:
    row = booked(person=patient())
    token = token_of(row)
    near = DAY + timedelta(hours=3)
    actions.ask_late(appointment=row, wish="move", words="", by=row.person.user.actor, at=near)
    with pytest.raises(AlreadyAsked):
        reminders.answer(token=token, answer="cancel", at=near)
    assert reminders.by_token(token, at=near).used_at is None
