"""Booking in the demo: who was at the clinics, who comes, who waits, a day closed.

Citizens' visits are in `visits`, those of people without cabinets in `visitors`.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from oms.domain.accounts.models import User
from oms.domain.booking import actions, days, rebooking, waiting
from oms.domain.booking.models import Appointment, Quota, Slot
from oms.domain.booking.waiting_tasks import tell_booked
from oms.domain.directory.models import Position
from oms.domain.journal.actions import SYSTEM, Actor
from oms.domain.notifications.synthetic import consider_sent
from oms.domain.register.models import InsuredPerson
from oms.faces.demo import visitors
from oms.faces.demo.doctors import RICH
from oms.faces.demo.visits import Stories
from oms.kit.denied import Denied
from oms.law.zones import zone

State = Appointment.State
_CLOCK = zone("77")
_WISHES: Mapping[str, tuple[int, dict[str, Any]]] = {
    "tihonov": (9, {}),
    "uvarova": (5, {"from_hour": 8, "until_hour": 14}),
    "klimova": (3, {"weekdays": "01234"}),
    "efremova": (1, {"weekdays": "135"}),
}
"""Who waits: for how many days, and when a visit would suit."""


def fill(*, citizens: Mapping[str, User], staff: Mapping[str, User], at: datetime) -> None:
    """Bring people to the clinics, unless somebody has been there already."""
    if Appointment.objects.exists():
        return
    desk = staff["mironova"].actor
    with transaction.atomic():
        Stories(citizens, desk, at).play()
        visitors.come(by=desk, at=at)
        _wait(citizens, at=at)
        _close(by=desk, at=at)
        _leave_early(by=desk, at=at)
        _tell_at_once()
        consider_sent(users=citizens.values())


def _wait(citizens: Mapping[str, User], *, at: datetime) -> None:
    """Four wait for a doctor whose week is full; somebody cancels, the first is offered it."""
    place = _position(visitors.FULL)
    until = at.astimezone(_CLOCK).date() + timedelta(days=visitors.FULL_DAYS - 1)
    for code, (ago, wish) in _WISHES.items():
        person = InsuredPerson.objects.filter(user=citizens[code]).first()
        if person is None:
            continue
        with suppress(Denied):  # on New Year's day some have no policy yet: they do not wait
            waiting.join(
                person=person, wishes=waiting.Wishes(until, **wish), by=citizens[code].actor,
                user=citizens[code], at=at - timedelta(days=ago), position=place,
            )  # fmt: skip
    far = Appointment.objects.filter(position=place, state=State.BOOKED, channel=Quota.INTERNET)
    gone = far.filter(starts_at__gt=at + timedelta(days=2)).order_by("starts_at").first()
    if gone is not None:
        actions.cancel(appointment=gone, by=SYSTEM, at=at, because="Позвонили и отменили")


def _close(*, by: Actor, at: datetime) -> None:
    """The ophthalmologist is away on a day: other times are offered to who was booked."""
    visit = Appointment.objects.filter(
        position__clinic=RICH, position__speciality="ophthalmology", state=State.BOOKED,
        person__user__isnull=False, starts_at__gt=at,
    ).select_related("position__clinic").first()  # fmt: skip
    if visit is not None:
        day = visit.starts_at.astimezone(_CLOCK).date()
        reason = "Врач на учёбе"
        found = days.close_day(position=visit.position, day=day, reason=reason, by=by, at=at)
        rebooking.propose(appointments=found, because=reason, by=by, at=at)


def _leave_early(*, by: Actor, at: datetime) -> None:
    """In four days the surgeon works three hours only: who was booked later is to be called."""
    place = (
        Position.objects.filter(clinic=RICH, speciality="surgery").select_related("clinic").get()
    )
    slots = Slot.objects.filter(position=place, starts_at__gt=at + timedelta(days=4))
    slot = slots.order_by("starts_at").first()
    if slot is not None:
        begins = slot.starts_at.astimezone(_CLOCK)
        ends = min(begins + timedelta(hours=3), begins.replace(hour=23, minute=0))
        days.change_day(
            position=place, day=begins.date(), begins=begins.time(), ends=ends.time(),
            reason="Врач на консилиуме", by=by, at=at,
        )  # fmt: skip


def _position(speciality: str) -> Position:
    rows = Position.objects.filter(clinic=RICH, speciality=speciality)
    return rows.select_related("clinic").get()


def _tell_at_once() -> None:
    """Tell of the bookings here and now: no worker is to find them and send what is past."""
    queued = DBTaskResult.objects.filter(
        task_path=tell_booked.module_path, status=TaskResultStatus.READY
    )
    for given in queued.values_list("args_kwargs", flat=True):
        tell_booked.call(*given["args"])
    queued.delete()
