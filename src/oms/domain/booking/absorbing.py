"""Visits of a person whose record was merged into another: they go on with the one left.

Nobody is in two places at one time: of two visits that overlap the one booked first stays, the
other is cancelled and the person told. Taken back, what can be is given back: a cancelled visit
only while its time is free and ahead.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from oms.domain.booking import telling, waiting
from oms.domain.booking.changing import cancel
from oms.domain.booking.holding import let_go
from oms.domain.booking.journaling import tell_journal
from oms.domain.booking.models import Appointment, CalendarFeed, WaitingEntry
from oms.domain.booking.refused import Taken
from oms.domain.booking.schedule_models import FOR_GOOD
from oms.domain.booking.taking import take
from oms.domain.booking.visiting import fulfil
from oms.domain.journal.actions import SYSTEM
from oms.domain.register.followers import Follower
from oms.domain.register.models import InsuredPerson

State = Appointment.State
_BECAUSE = "Записи реестра объединены: на это время есть другой приём"
_LEFT = "Запись в реестре объединена с основной"


def _follow(kept: InsuredPerson, other: InsuredPerson, at: datetime) -> dict[str, Any]:
    let_go(list(other.appointments.filter(state=State.HELD)), at=at)
    cancelled = [_cancel(*pair, at=at) for pair in _doubles(kept, other)]
    rows = list(other.appointments.order_by("pk").values_list("pk", flat=True))
    Appointment.objects.filter(pk__in=rows).update(person=kept)
    return {"visits": rows, "cancelled": [pk for pk in cancelled if pk]}


def _restore(
    kept: InsuredPerson, other: InsuredPerson, moved: dict[str, Any], at: datetime
) -> list[str]:
    Appointment.objects.filter(pk__in=moved["visits"], person=kept).update(person=other)
    found = Appointment.objects.filter(pk__in=moved["cancelled"], state=State.CANCELLED)
    rows = found.select_related("slot", "position").order_by("pk")
    return [
        f"Запись к врачу {row.number} отменена при объединении и не вернулась: время занято"
        for row in rows
        if not _book_again(row, at=at)
    ]


def _doubles(kept: InsuredPerson, other: InsuredPerson) -> list[tuple[Appointment, Appointment]]:
    """Return pairs that overlap: the visit that goes, the visit that stays."""
    standing = Appointment.objects.filter(state__in=Appointment.KEPT).select_related(
        "position__clinic", "position__doctor", "slot", "person__user"
    )
    pairs = []
    for one in standing.filter(person=other):
        at_that_time = {"starts_at__lt": one.ends_at, "ends_at__gt": one.starts_at}
        for two in standing.filter(person=kept, **at_that_time):
            last, first = sorted((one, two), key=_came_first)
            pairs.append((last, first))
    return pairs


def _came_first(row: Appointment) -> tuple[bool, float]:
    """Put last who is at the clinic already, else who booked earlier."""
    return row.state == State.ARRIVED, -(row.booked_at or row.made_at).timestamp()


def _cancel(goes: Appointment, stays: Appointment, *, at: datetime) -> int | None:
    """Cancel a visit in favour of another; return it unless it was over already."""
    goes.refresh_from_db(fields=["state"])
    if goes.state == State.ARRIVED:  # both came: the doctor has seen them
        fulfil(appointment=goes, by=SYSTEM, at=at)
        return None
    if goes.state != State.BOOKED:
        return None
    telling.doubled(goes, kept=stays, at=at)
    cancel(appointment=goes, by=SYSTEM, at=at, because=_BECAUSE)
    return goes.pk


def _book_again(row: Appointment, *, at: datetime) -> bool:
    try:
        with transaction.atomic():
            take(slot_id=row.slot_id, until=FOR_GOOD, at=at)
            row.state, row.ended_at, row.ended_because = State.BOOKED, None, ""
            row.sequence += 1
            row.save(update_fields=["state", "ended_at", "ended_because", "sequence"])
            tell_journal("book", row, by=SYSTEM, at=at, again=True)
    except (Taken, IntegrityError):
        return False
    return True


def _follow_waiting(kept: InsuredPerson, other: InsuredPerson, at: datetime) -> dict[str, Any]:
    """Hand the places over; of two for one speciality the earlier stays."""
    theirs = {one.speciality: one for one in _standing(kept)}
    left = []
    for one in _standing(other):
        twin = theirs.get(one.speciality)
        if twin:
            later = max(one, twin, key=lambda entry: (entry.joined_at, entry.pk))
            waiting.leave(entry=later, by=SYSTEM, at=at, because=_LEFT)
            left.append(later.pk)
    rows = list(other.waiting.order_by("pk").values_list("pk", flat=True))
    WaitingEntry.objects.filter(pk__in=rows).update(person=kept)
    return {"places": rows, "left": left}


def _restore_waiting(
    kept: InsuredPerson, other: InsuredPerson, moved: dict[str, Any], _at: datetime
) -> list[str]:
    WaitingEntry.objects.filter(pk__in=moved["places"], person=kept).update(person=other)
    return [
        "В очереди к врачу осталось одно место из двух"
        for pk in moved["left"]
        if not _wait_again(pk)
    ]


def _standing(person: InsuredPerson) -> list[WaitingEntry]:
    return list(person.waiting.filter(state__in=WaitingEntry.STANDING).select_related("person"))


def _wait_again(pk: int) -> bool:
    """Give a place back at its old turn, unless the person has joined anew meanwhile."""
    left = WaitingEntry.objects.filter(pk=pk, state=WaitingEntry.State.LEFT)
    try:
        with transaction.atomic():
            return bool(left.update(state=WaitingEntry.State.WAITING))
    except IntegrityError:
        return False


def _follow_feeds(kept: InsuredPerson, other: InsuredPerson, _at: datetime) -> list[int]:
    """Hand calendars over; who reads both keeps the one of the record left."""
    known = kept.calendar_feeds.values("user")
    rows = list(other.calendar_feeds.exclude(user__in=known).values_list("pk", flat=True))
    CalendarFeed.objects.filter(pk__in=rows).update(person=kept)
    return rows


def _restore_feeds(
    kept: InsuredPerson, other: InsuredPerson, moved: list[int], _at: datetime
) -> list[str]:
    CalendarFeed.objects.filter(pk__in=moved, person=kept).update(person=other)
    return []


FOLLOWERS = (
    Follower(
        code="visits",
        title="Записи к врачу",
        models=frozenset({"booking.Appointment"}),
        count=lambda person: person.appointments.count(),
        follow=_follow,
        restore=_restore,
    ),
    Follower(
        code="waiting",
        title="Очередь к врачу",
        models=frozenset({"booking.WaitingEntry"}),
        count=lambda person: person.waiting.count(),
        follow=_follow_waiting,
        restore=_restore_waiting,
    ),
    Follower(
        code="calendars",
        title="Календари записей",
        models=frozenset({"booking.CalendarFeed"}),
        count=lambda person: person.calendar_feeds.count(),
        follow=_follow_feeds,
        restore=_restore_feeds,
    ),
)
