"""Slots made ahead of the schedule: what is wanted is added, what is not wanted goes if free.

Booked, held and offered slots stay as they are; `shifts.conflicts` tells which no longer fit.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from oms.domain.booking import planning
from oms.domain.booking.planning import Planned, Schedule
from oms.domain.booking.schedule_models import Slot
from oms.domain.directory.models import Doctor, Position
from oms.domain.journal.actions import SYSTEM, Actor, record
from oms.kit import bulk
from oms.law.visits import RULES

BATCH = 100
"""Doctors of one transaction: some thirty thousand slots of a fortnight."""
_DAY = timedelta(days=1)
_TRIES = 5
_TOLD = ("ends_at", "service", "quota", "room", "doctor")
"""What a free slot takes over from the schedule."""


class _Known(NamedTuple):
    """A slot that is there; a region has a million, read every few hours."""

    pk: int
    position_id: int
    doctor_id: int
    starts_at: datetime
    ends_at: datetime
    service: str
    quota: str
    room: str
    is_open: bool
    taken_until: datetime

    def is_as(self, plan: Planned) -> bool:
        """Whether it is open and says what is planned for its time."""
        told = (self.doctor_id, self.ends_at, self.service, self.quota, self.room)
        planned = (plan.doctor, plan.ends_at, plan.service, plan.quota, plan.room)
        return self.is_open and told == planned


def make(
    *, positions: Iterable[Position], since: date, until: date, at: datetime, by: Actor = SYSTEM
) -> int:
    """Bring the slots of positions for some days (both with) to what is planned.

    Returns how many were added or opened anew. Asked twice, it does nothing the second time. Only
    slots that begin after `at` are touched, and only free ones. A transaction for each hundred
    doctors, so that a worker that was stopped goes on where it was.
    """
    by_doctor: dict[int, list[int]] = defaultdict(list)
    for one in positions:
        by_doctor[one.doctor_id].append(one.pk)
    doctors = sorted(by_doctor)
    added = 0
    for start in range(0, len(doctors), BATCH):
        some = doctors[start : start + BATCH]
        keys = [key for doctor in some for key in by_doctor[doctor]]
        added += _make_some(doctors=some, positions=keys, since=since, until=until, at=at, by=by)
    return added


def extend_horizon(*, at: datetime) -> int:
    """Bring the slots of everybody at work to what is planned for the days people may book."""
    today = localdate(at)
    working = Position.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today))
    until = today + _DAY * RULES.ahead_days
    return make(positions=working.iterator(), since=today, until=until, at=at)


@dataclass
class _Work:
    """What is to be done to come from the slots that are to those that are planned."""

    new: list[Slot] = field(default_factory=list)
    changed: list[Slot] = field(default_factory=list)
    unwanted: list[int] = field(default_factory=list)
    reopened: list[int] = field(default_factory=list)
    opened: int = 0
    """How many of the changed were closed."""

    @property
    def touched(self) -> list[int]:
        """Keys of the free slots that must still be free when they are written."""
        return [*(one.pk for one in self.changed), *self.unwanted]


@transaction.atomic
def _make_some(
    *, doctors: list[int], positions: list[int], since: date, until: date, at: datetime, by: Actor
) -> int:
    # Makers of the same doctor take turns; takers of slots are not kept waiting.
    locked = Doctor.objects.select_for_update(no_key=True).filter(pk__in=doctors).order_by("pk")
    list(locked.values_list("pk"))
    schedule = planning.read(positions=positions, since=since, until=until)
    for _ in range(_TRIES):
        work = _compare(doctors, schedule, since, until, at)
        if _are_free(work.touched, at):
            break
    else:
        raise RuntimeError("slots were taken again and again while they were made")
    _write(work)
    added = len(work.new) + len(work.reopened) + work.opened
    if work.new or work.touched or work.reopened:
        details = {
            "positions": positions, "since": since, "until": until, "new": len(work.new),
            "changed": len(work.changed), "dropped": len(work.unwanted),
        }  # fmt: skip
        subject = f"position:{positions[0]}" if len(positions) == 1 else "booking:slots"
        record(act="slots.made", subject=subject, by=by, at=at, details=details)
    return added


def _compare(
    doctors: Sequence[int], schedule: Schedule, since: date, until: date, at: datetime
) -> _Work:
    """Put what is beside what is planned; a query."""
    bounds = {one: schedule.bounds(one, since, until) for one in schedule.positions}
    known: dict[int, list[_Known]] = defaultdict(list)
    if bounds:
        first, last = min(one[0] for one in bounds.values()), max(one[1] for one in bounds.values())
        rows = Slot.objects.filter(
            doctor__in=doctors, starts_at__gt=first - _DAY, starts_at__lt=last + _DAY
        )
        for slot in map(_Known._make, rows.values_list(*_Known._fields).iterator()):
            known[slot.doctor_id].append(slot)
    wanted: dict[int, list[Planned]] = defaultdict(list)
    for position in bounds:
        for plan in schedule.slots(position, since, until):
            if plan.starts_at > at:
                wanted[plan.doctor].append(plan)
    work = _Work()
    for doctor in doctors:
        _compare_one(known[doctor], wanted[doctor], bounds, at, work)
    return work


def _compare_one(
    known: Iterable[_Known],
    wanted: Iterable[Planned],
    bounds: Mapping[int, tuple[datetime, datetime]],
    at: datetime,
    work: _Work,
) -> None:
    """One doctor's slots: `fixed` ones hold their time, the planned ones take what is left."""
    fixed: list[tuple[datetime, datetime]] = []
    ours: dict[tuple[int, datetime], _Known] = {}
    plans = {(plan.position, plan.starts_at): plan for plan in wanted}
    for slot in sorted(known, key=lambda one: not one.is_open):
        inside = slot.position_id in bounds and _within(slot.starts_at, bounds[slot.position_id])
        if inside and slot.starts_at > at and slot.taken_until <= at:
            ours[slot.position_id, slot.starts_at] = slot
            continue
        plan = plans.pop((slot.position_id, slot.starts_at), None)
        span = (slot.starts_at, slot.ends_at)
        if slot.is_open:
            fixed.append(span)
        elif plan is not None and plan.ends_at == slot.ends_at and not _meets(span, fixed):
            work.reopened.append(slot.pk)  # the day is open again, its visit still stands
            fixed.append(span)
    for plan in _fitting(plans.values(), fixed):
        old = ours.pop((plan.position, plan.starts_at), None)
        if old is None:
            work.new.append(_slot(plan))
        elif not old.is_as(plan):
            work.changed.append(_slot(plan, pk=old.pk))
            work.opened += not old.is_open
    work.unwanted += [slot.pk for slot in ours.values() if slot.is_open]


def _meets(span: tuple[datetime, datetime], others: list[tuple[datetime, datetime]]) -> bool:
    return any(span[0] < ends and begins < span[1] for begins, ends in others)


def _within(moment: datetime, bounds: tuple[datetime, datetime]) -> bool:
    return bounds[0] <= moment < bounds[1]


def _fitting(plans: Iterable[Planned], fixed: list[tuple[datetime, datetime]]) -> Iterable[Planned]:
    """Those that overlap nothing fixed and none before them: a doctor is in one place."""
    fixed.sort()
    place, busy_until = 0, None
    for plan in sorted(plans, key=lambda one: (one.starts_at, one.position)):
        while place < len(fixed) and fixed[place][1] <= plan.starts_at:
            place += 1
        overlaps = place < len(fixed) and fixed[place][0] < plan.ends_at
        if overlaps or (busy_until is not None and plan.starts_at < busy_until):
            continue
        busy_until = plan.ends_at
        yield plan


def _slot(plan: Planned, *, pk: int | None = None) -> Slot:
    return Slot(
        pk=pk,
        position_id=plan.position,
        doctor_id=plan.doctor,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        service=plan.service,
        quota=plan.quota,
        room=plan.room,
    )


def _are_free(keys: Sequence[int], at: datetime) -> bool:
    """Lock the slots that are to change, if nobody took one since it was read."""
    if not keys:
        return True
    rows = Slot.objects.select_for_update().filter(pk__in=keys, taken_until__lte=at)
    return len(rows.order_by("pk").values_list("pk")) == len(keys)


def _write(work: _Work) -> None:
    """Make room first, then fill it: at no statement do two open slots overlap."""
    if work.touched:
        Slot.objects.filter(pk__in=work.touched).update(is_open=False)
        _drop(work.unwanted)
        Slot.objects.bulk_update(work.changed, [*_TOLD, "is_open"], batch_size=500)
    if work.reopened:
        Slot.objects.filter(pk__in=work.reopened).update(is_open=True)
    bulk.insert(work.new)


def _drop(slots: Sequence[int]) -> None:
    """Delete those that no visit, move or offer ever told of; the others stay closed."""
    rows = Slot.objects.filter(pk__in=slots)
    for told in Slot._meta.related_objects:
        where = {told.field.name: OuterRef("pk")}
        rows = rows.exclude(Exists(told.related_model._base_manager.filter(**where)))
    rows.delete()
