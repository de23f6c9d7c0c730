"""What booking keeps about a person: visits, places in the list, calendars."""

from datetime import datetime
from typing import Any

from oms.domain.accounts.models import User
from oms.domain.accounts.personal_data import Keeper, Portion, rows
from oms.domain.booking import waiting
from oms.domain.booking.models import Appointment, CalendarFeed, Reminder, WaitingEntry
from oms.domain.journal.actions import SYSTEM
from oms.law.specialities import SPECIALITIES

_VISIT = (
    "number", "starts_at", "state", "channel", "made_at", "booked_at", "arrived_at", "ended_at",
    "ended_because", "complaint", "referral",
)  # fmt: skip


def _visits(user: User) -> Portion:
    found = list(
        Appointment.objects.filter(person__user=user)
        .select_related("position__doctor", "position__clinic")
        .order_by("starts_at")
    )
    data: list[dict[str, Any]] = rows(found, *_VISIT)
    for told, visit in zip(data, found, strict=True):
        told["doctor"] = visit.position.doctor.name
        told["clinic"] = visit.position.clinic.short_name
    reminded = Reminder.objects.filter(appointment__person__user=user).order_by("sent_at")
    sent = rows(reminded, "appointment_id", "kind", "sent_at", "answer")
    return Portion({"visits": data, "reminders": sent})


def _places(user: User) -> Portion:
    found = list(WaitingEntry.objects.filter(person__user=user).order_by("joined_at"))
    names = ("joined_at", "state", "weekdays", "from_hour", "until_hour", "until_day")
    data = rows(found, *names)
    for told, entry in zip(data, found, strict=True):
        told["speciality"] = SPECIALITIES[entry.speciality].title
    feeds = rows(CalendarFeed.objects.filter(user=user).order_by("made_at"), "made_at")
    return Portion({"waiting": data, "calendars": feeds})


def _leave(user: User, at: datetime) -> None:
    """Give up places in the list and stop calendars: there is nobody left to tell."""
    standing = WaitingEntry.objects.filter(person__user=user, state__in=WaitingEntry.STANDING)
    for entry in standing:
        waiting.leave(entry=entry, by=SYSTEM, at=at, because="Кабинет закрыт")
    CalendarFeed.objects.filter(user=user).delete()


KEEPERS = (
    Keeper(
        code="visits",
        title="Записи к врачу",
        basis="323-ФЗ, ст. 79",
        order=17,
        count=lambda user: Appointment.objects.filter(person__user=user).count(),
        collect=_visits,
        kept_because="Приём состоится и без кабинета: поликлиника вас ждёт",
    ),
    Keeper(
        code="waiting",
        title="Очередь к врачу и календари",
        basis="Ваша просьба",
        order=18,
        count=lambda user: (
            WaitingEntry.objects.filter(person__user=user).count()
            + CalendarFeed.objects.filter(user=user).count()
        ),
        collect=_places,
        erase=_leave,
    ),
)
