"""The registrar's schedule: shifts saved and ended, days that differ, visits that no longer fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Q

from oms.domain.booking import slots
from oms.domain.booking.conflicts import conflicts
from oms.domain.booking.days import change_day, close_day, open_day, refuse_others
from oms.domain.booking.models import Quota, Shift
from oms.domain.booking.planning import hours
from oms.domain.directory.models import Doctor, Position
from oms.domain.journal.actions import Actor, record
from oms.kit.denied import Denied
from oms.law import dates
from oms.law.shift import Hours, how_many
from oms.law.visits import RULES, SERVICES
from oms.law.zones import zone

__all__ = [
    "BadShift",
    "Said",
    "change_day",
    "close_day",
    "conflicts",
    "end_shift",
    "open_day",
    "save_shift",
    "shifts_of",
]
DAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")


class BadShift(Denied):
    """A shift that cannot be worked; `field` names what to mend."""

    status = 422

    def __init__(self, text: str, *, field: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Said:
    """A shift as the registrar says it; see `Shift` for what each means."""

    weekday: int
    begins: time
    ends: time
    minutes: int
    from_day: date
    weeks: str = "every"
    break_begins: time | None = None
    break_ends: time | None = None
    service: str = "visit"
    room: str = ""
    quotas: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    on_holidays: bool = False
    until_day: date | None = None


@transaction.atomic
def save_shift(
    *, position: Position, said: Said, by: Actor, at: datetime, shift: Shift | None = None
) -> Shift:
    """Add a shift or change one, and make its slots; booked visits stay (see `conflicts`).

    Said again as it is, nothing changes. Raises `BadShift`, `NotYours`.
    """
    refuse_others(position.clinic_id, by)
    Doctor.objects.select_for_update(no_key=True).get(pk=position.doctor_id)
    row = Shift(position=position) if shift is None else _own(shift, position)
    before = _told(row) if row.pk else {}
    for name, value in _fields(said).items():
        setattr(row, name, value)
    _refuse_wrong(row)
    if before == _told(row):
        return row
    row.save()
    _journal(row, before, by=by, at=at)
    _remake(position, at=at, by=by)
    return row


@transaction.atomic
def end_shift(*, shift: Shift, last_day: date, by: Actor, at: datetime) -> Shift:
    """Let a shift end with a day; before its first day: it never was. Slots follow.

    Ended so already, nothing changes. Raises `NotYours`.
    """
    position = Position.objects.select_related("clinic").get(pk=shift.position_id)
    refuse_others(position.clinic_id, by)
    Doctor.objects.select_for_update(no_key=True).get(pk=position.doctor_id)
    row = Shift.objects.filter(pk=shift.pk).first()
    if row is None or row.until_day == last_day:
        return shift
    before = _told(row)
    row.until_day = last_day
    if last_day < row.from_day:
        row.delete()
        row.pk = shift.pk
    else:
        row.save(update_fields=["until_day"])
    _journal(row, before, by=by, at=at)
    _remake(position, at=at, by=by)
    return row


def shifts_of(*, position: Position, on: date) -> list[Shift]:
    """Shifts in force on the day or later, by weekday and hour; 1 query."""
    rows = Shift.objects.filter(Q(until_day=None) | Q(until_day__gte=on), position=position)
    return list(rows.order_by("weekday", "begins", "from_day", "pk"))


def _own(shift: Shift, position: Position) -> Shift:
    """The row as it is now; another position's shift is not this one's to change."""
    return Shift.objects.get(pk=shift.pk, position=position)


def _fields(said: Said) -> dict[str, Any]:
    told: dict[str, Any] = vars(said) | {"room": said.room.strip()}
    told["quotas"] = {code: count for code, count in said.quotas.items() if count}
    return told


def _told(row: Shift) -> dict[str, Any]:
    """What the journal keeps of a shift."""
    return {name: getattr(row, name) for name in Said.__dataclass_fields__}


def _journal(row: Shift, before: dict[str, Any], *, by: Actor, at: datetime) -> None:
    details = {"shift": row.pk, "before": before, "now": _told(row)}
    record(
        act="schedule.shift",
        subject=f"position:{row.position_id}",
        by=by,
        at=at,
        details=details,
    )


def _remake(position: Position, *, at: datetime, by: Actor) -> None:
    today = at.astimezone(zone(position.clinic.region_id)).date()
    until = today + timedelta(days=RULES.ahead_days)
    slots.make(positions=[position], since=today, until=until, at=at, by=by)


def _refuse_wrong(row: Shift) -> None:
    """Say what is wrong, the first thing only."""
    if row.begins >= row.ends:
        raise BadShift("Смена кончается раньше, чем начинается. Исправьте часы.", field="ends")
    if not 5 <= row.minutes <= 240:
        raise BadShift("Длина приёма: от 5 до 240 минут.", field="minutes")
    if row.service not in SERVICES:
        raise BadShift("Такого приёма нет в списке. Выберите другой.", field="service")
    if (row.break_begins is None) != (row.break_ends is None):
        raise BadShift("У перерыва укажите начало и конец.", field="break_begins")
    if row.break_begins is not None and row.break_ends is not None:
        _refuse_break(row, row.break_begins, row.break_ends)
    if row.until_day and row.until_day < row.from_day:
        raise BadShift("Последний день раньше первого. Исправьте даты.", field="until_day")
    _refuse_quotas(row)
    _refuse_second_place(row)


def _refuse_break(row: Shift, begins: time, ends: time) -> None:
    if not row.begins < begins < ends < row.ends:
        raise BadShift("Перерыв должен быть внутри смены.", field="break_begins")


def _refuse_quotas(row: Shift) -> None:
    total = how_many(hours(row))
    if not total:
        raise BadShift("В смену не входит ни один приём. Сделайте её длиннее.", field="ends")
    if set(row.quotas) - set(Quota.values) or any(count < 0 for count in row.quotas.values()):
        raise BadShift("В квоте укажите число: ноль или больше.", field="quotas")
    if sum(row.quotas.values()) > total:
        raise BadShift(f"В смене {total} приёмов: квот больше. Уменьшите их.", field="quotas")


def _refuse_second_place(row: Shift) -> None:
    """A doctor is in one place at a time: two shifts of theirs never meet on one day."""
    mine = hours(row)
    others = Shift.objects.filter(position__doctor=row.position.doctor_id, weekday=row.weekday)
    for one in others.exclude(pk=row.pk).select_related("position__clinic"):
        if _meet(mine, hours(one)):
            raise BadShift(
                f"Врач уже занят: {DAYS[one.weekday]}, {one.begins:%H:%M}–{one.ends:%H:%M},"
                f" {one.position.clinic.short_name}"
                f"{f', до {dates.short(one.until_day)}' if one.until_day else ''}."
                " Измените часы или ту смену.",
                field="begins",
            )


def _meet(one: Hours, two: Hours) -> bool:
    """Whether two shifts of a weekday are worked on one day at one time."""
    if {one.weeks, two.weeks} == {"odd", "even"}:
        return False
    days = max(one.from_day, two.from_day) <= min(
        one.until_day or date.max, two.until_day or date.max
    )
    return days and one.begins < two.ends and two.begins < one.ends
