"""Days without a doctor: looked at before, closed in one act, and who answered what after.

Closing offers everybody concerned another time at once (`rebooking`); nobody is left untold.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Prefetch

from oms.domain.booking import days, rebooking
from oms.domain.booking.closing_tasks import propose_rest
from oms.domain.booking.conflicts import conflicts
from oms.domain.booking.models import Appointment, DayChange, Offer
from oms.domain.directory.models import MedicalOrganization, Position
from oms.domain.journal.actions import Actor
from oms.domain.journal.models import Entry
from oms.kit.denied import Denied

CHANGED = "Изменилось расписание врача"
AT_ONCE = 200
"""Visits a page proposes for itself: two seconds' work; the worker takes the rest in such parts."""
LONGEST = timedelta(days=31)
_ACTS = ("schedule.close", "schedule.change")


class TooLong(Denied):
    """More days than one act closes."""

    status = 422
    text = "За один раз можно изменить не больше месяца. Сократите срок."


class Backwards(Denied):
    """The last day is before the first."""

    status = 422
    text = "Последний день раньше первого. Исправьте даты."


@dataclass(frozen=True)
class Wish:
    """What is to differ: which days of whom, closed or with other hours, and why."""

    clinic: MedicalOrganization
    since: date
    until: date
    reason: str
    position: Position | None = None
    begins: time | None = None
    ends: time | None = None

    @property
    def dates(self) -> list[date]:
        """The days, first to last. Raises `Backwards`, `TooLong`."""
        if self.until < self.since:
            raise Backwards
        if self.until - self.since >= LONGEST:
            raise TooLong
        number = (self.until - self.since).days + 1
        return [self.since + timedelta(days=one) for one in range(number)]


class _LookedAt(Exception):  # noqa: N818  it ends a look, it is no error
    """Carries what was found out of a transaction that is taken back."""

    def __init__(self, found: list[Appointment]) -> None:
        super().__init__()
        self.found = found


def preview(*, wish: Wish, by: Actor, at: datetime) -> list[Appointment]:
    """Return the visits that would be concerned, changing nothing. Raises as `change` does."""
    try:
        with transaction.atomic():
            raise _LookedAt(_change(wish, by=by, at=at))
    except _LookedAt as looked:
        return looked.found


@transaction.atomic
def change(*, wish: Wish, by: Actor, at: datetime) -> list[DayChange]:
    """Close the days or give them other hours, and offer everybody concerned another time.

    Raises `TooLong`, `Backwards` and the noes of `days`.
    """
    concerned = _change(wish, by=by, at=at)
    _propose(concerned, because=wish.reason, by=by, at=at)
    rows = DayChange.objects.filter(clinic=wish.clinic, position=wish.position)
    return list(rows.filter(day__range=(wish.since, wish.until)).order_by("day"))


@transaction.atomic
def propose_unfit(*, position: Position, by: Actor, at: datetime) -> int:
    """Offer another time to everybody whose visit the doctor's shifts no longer fit.

    Returns how many visits that was. Raises `NotYours`.
    """
    days.refuse_others(position.clinic_id, by)
    found = conflicts(positions=[position], at=at)
    _propose(found, because=CHANGED, by=by, at=at)
    return len(found)


def _propose(visits: Sequence[Appointment], *, because: str, by: Actor, at: datetime) -> None:
    """Offer other times to the first here and now, to the others by the worker at once after."""
    rebooking.propose(appointments=visits[:AT_ONCE], because=because, by=by, at=at)
    for start in range(AT_ONCE, len(visits), AT_ONCE):
        keys = [one.pk for one in visits[start : start + AT_ONCE]]
        propose_rest.enqueue(keys, because, asdict(by))


def _change(wish: Wish, *, by: Actor, at: datetime) -> list[Appointment]:
    found: list[Appointment] = []
    whose = {"position": wish.position} if wish.position else {"clinic": wish.clinic}
    for day in wish.dates:
        if wish.begins is None or wish.ends is None:
            found += days.close_day(day=day, reason=wish.reason, by=by, at=at, **whose)
        else:
            found += days.change_day(
                day=day, begins=wish.begins, ends=wish.ends, reason=wish.reason, by=by, at=at,
                **whose,
            )  # fmt: skip
    return found


def change_of(*, pk: int, clinic: MedicalOrganization) -> DayChange | None:
    """Return one changed day of the clinic. One query."""
    rows = DayChange.objects.filter(clinic=clinic).select_related("position__doctor", "clinic")
    return rows.filter(pk=pk).first() if pk < 2**63 else None


def answers(change: DayChange) -> list[Appointment]:
    """Return the visits the change concerned, as they stand now, with the times offered.

    The journal of the schedule keeps which they were: a visit that moved tells it no more. Three
    queries.
    """
    subject = f"position:{change.position_id}" if change.position_id else None
    rows = Entry.objects.filter(subject=subject or f"clinic:{change.clinic_id}", act__in=_ACTS)
    told = rows.values_list("payload__data", flat=True)
    keys: set[int] = set()
    for data in told:
        if data and data.get("day") == change.day.isoformat():
            keys.update(data.get("appointments", ()))
    return _as_they_stand(sorted(keys))


def _as_they_stand(keys: Sequence[int]) -> list[Appointment]:
    offers = Prefetch(
        "offers", queryset=Offer.objects.select_related("slot__position__doctor").order_by("-pk")
    )
    rows = Appointment.objects.filter(pk__in=keys).select_related(
        "person__user", "position__doctor", "position__clinic", "slot"
    )
    return list(rows.prefetch_related(offers).order_by("starts_at", "pk"))
