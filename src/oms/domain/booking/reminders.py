"""Reminders of visits, and the answers to them without log-in (BKG-3, BEY-15).

The link in a letter is a right: its token is random, only its SHA-256 is kept, it answers once
and ends with the visit. Looking at it changes nothing: mail scanners open links too.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from oms.domain.accounts import wards
from oms.domain.accounts.models import User
from oms.domain.booking import actions, telling
from oms.domain.booking.changing import is_near
from oms.domain.booking.models import Appointment, LateRequest, Reminder
from oms.domain.booking.taking import all_or_nothing
from oms.domain.journal.actions import VISITOR, record
from oms.domain.notifications import wishes
from oms.domain.notifications.models import Preferences
from oms.domain.notifications.reach import Pass
from oms.kit.denied import Denied
from oms.law.visits import RULES

DAY_BEFORE = RULES.near + timedelta(hours=2)
"""Two hours more than a day: who cannot come may still cancel by themselves."""
HOURS_BEFORE = timedelta(hours=2)
PAGE = "/visit/"
AT_ONCE = 1000
State, Kind, Wish = Appointment.State, Reminder.Kind, LateRequest.Wish
_PLACE = ("slot", "position__clinic", "position__doctor", "person__user__message_preferences")


class LinkOver(Denied):
    """Unknown, of a visit that has begun, or of one that was moved or cancelled."""

    status = 404
    text = "Ссылка больше не действует: приём начался или запись изменилась. Войдите в кабинет."


class AnsweredOtherwise(Denied):
    """The link gave another answer before."""

    text = "По этой ссылке уже ответили иначе. Чтобы изменить ответ, войдите в кабинет."


class Answer(StrEnum):
    """What a person says to a reminder."""

    COME = "come"
    CANCEL = "cancel"
    MOVE = "move"


@dataclass(frozen=True)
class Outcome:
    """What an answer came to: the visit as it stands, the request to the clinic if one was made.

    `by_oneself` is true when the person moves the visit in the cabinet, and nothing was done.
    """

    appointment: Appointment
    request: LateRequest | None = None
    by_oneself: bool = False


def due(*, at: datetime) -> list[tuple[Appointment, Reminder.Kind]]:
    """Return visits to remind of now, nearest first. Two queries.

    Two hours before; a day before, unless it was booked later than that. What is due a day before
    and could not go (a night, no worker) goes until two hours before.
    """
    hours = _due(Kind.HOURS, at=at, since=timedelta(0), until=HOURS_BEFORE)
    day = _due(Kind.DAY, at=at, since=HOURS_BEFORE, until=DAY_BEFORE)
    day = day.filter(booked_at__lte=F("starts_at") - DAY_BEFORE)
    return [
        *((row, Kind.HOURS) for row in hours[:AT_ONCE]),
        *((row, Kind.DAY) for row in day[:AT_ONCE]),
    ]


def send(*, at: datetime) -> int:
    """Remind of what is due, each visit in a transaction of its own; return how many.

    Not in the quiet hours of those who read it, unless the visit is within two hours.
    """
    sent = 0
    for row, kind in due(at=at):
        if kind == Kind.HOURS or not _asleep(row, at=at):
            sent += _send(row, kind, at=at)
    return sent


def by_token(token: str, *, at: datetime) -> Reminder:
    """Return the reminder a link belongs to, with its visit; used or not. Raises `LinkOver`."""
    rows = Reminder.objects.select_related(
        "appointment__slot",
        "appointment__person__user",
        "appointment__position__clinic",
        "appointment__position__doctor",
    )
    found = rows.filter(token_digest=_digest(token)).first()
    if found is None or found.starts_at <= at:
        raise LinkOver
    visit = found.appointment
    stands = visit.state == State.BOOKED and visit.starts_at == found.starts_at
    if not stands and found.used_at is None:
        raise LinkOver
    return found


@all_or_nothing
def answer(*, token: str, answer: str, at: datetime, words: str = "") -> Outcome:
    """Do what the person says by the link, once; said again, the same outcome.

    «Cancel» within 24 hours becomes a request that frees nothing before the clinic agrees; «move»
    too, else the person moves the visit in the cabinet and the link stays good. Raises `LinkOver`,
    `AnsweredOtherwise`, `AlreadyAsked`.
    """
    said = Answer(answer)
    reminder = by_token(token, at=at)
    visit = reminder.appointment
    if said == Answer.MOVE and not is_near(visit, at=at) and reminder.used_at is None:
        return Outcome(visit, by_oneself=True)
    unused = Reminder.objects.filter(pk=reminder.pk, used_at=None)
    if not unused.update(used_at=at, answer=said):
        return _again(reminder, said)
    record(
        act="reminder.answer",
        subject=visit.key_of_subject,
        person=visit.person.key,
        by=VISITOR,
        at=at,
        details={"answer": said, "reminder": reminder.kind},
    )
    return _do(visit, said, words=words, at=at)


def _do(visit: Appointment, said: Answer, *, words: str, at: datetime) -> Outcome:
    by = visit.person.user.actor if visit.person.user else VISITOR
    if said == Answer.COME:
        return Outcome(actions.answer_come(appointment=visit, by=by, at=at))
    if not is_near(visit, at=at):
        return Outcome(actions.cancel(appointment=visit, by=by, at=at))
    wish = Wish.CANCEL if said == Answer.CANCEL else Wish.MOVE
    asked = actions.ask_late(appointment=visit, wish=wish, words=words, by=by, at=at)
    return Outcome(visit, asked)


def _again(reminder: Reminder, said: Answer) -> Outcome:
    reminder.refresh_from_db(fields=["answer", "appointment"])
    if reminder.answer != said:
        raise AnsweredOtherwise
    asked = LateRequest.objects.filter(appointment=reminder.appointment_id).order_by("-pk").first()
    return Outcome(reminder.appointment, None if said == Answer.COME else asked)


def _due(
    kind: Reminder.Kind, *, at: datetime, since: timedelta, until: timedelta
) -> QuerySet[Appointment]:
    told = Reminder.objects.filter(
        appointment=OuterRef("pk"), kind=kind, starts_at=OuterRef("starts_at")
    )
    rows = Appointment.objects.filter(
        ~Exists(told),
        state=State.BOOKED,
        starts_at__gt=at + since,
        starts_at__lte=at + until,
        person__user__isnull=False,
    )
    return rows.select_related(*_PLACE).order_by("starts_at", "pk")


@transaction.atomic
def _send(row: Appointment, kind: Reminder.Kind, *, at: datetime) -> bool:
    rows = Appointment.objects.select_for_update(no_key=True)
    stands = rows.filter(pk=row.pk, state=State.BOOKED, starts_at=row.starts_at)
    if not stands.values_list("pk", flat=True):
        return False
    token = secrets.token_urlsafe(32)
    _, new = Reminder.objects.get_or_create(
        appointment=row,
        kind=kind,
        starts_at=row.starts_at,
        defaults={"token_digest": _digest(token), "sent_at": at},
    )
    if new:
        passed = Pass(f"{PAGE}{token}/", row.starts_at)
        telling.reminded(row, kind=kind.value, passed=passed, at=at)
    return new


def _asleep(row: Appointment, *, at: datetime) -> bool:
    assert row.person.user is not None  # of `_due`
    return any(wishes.quiet_until(kept, at=at) for kept in _preferences(row.person.user, at=at))


def _preferences(user: User, *, at: datetime) -> Iterable[Preferences]:
    """Yield how those who read the reminder want to be told; no query for who has a way in."""
    if user.can_sign_in:
        yield getattr(user, "message_preferences", None) or Preferences(user=user)
        return
    for right in wards.of_ward(ward=user, on=at.date()):
        yield wishes.preferences(right.representative)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
