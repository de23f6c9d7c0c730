"""Busy hours of a doctor as a table: weekdays across, hours down; a number and a tint (BKG-1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from oms.domain.booking.heat import Heat
from oms.faces.portal.booking.words import SHORT_WEEKDAYS, WEEKDAYS
from oms.law.typed import NBSP

LEVELS = ("почти всё свободно", "больше свободно", "больше занято", "почти всё занято")
_ON = ("понедельникам", "вторникам", "средам", "четвергам", "пятницам", "субботам", "воскресеньям")


@dataclass(frozen=True)
class Cell:
    """One hour of one weekday; `level` 0…3 is its tint, -1 where nobody is seen."""

    level: int
    percent: str
    words: str


@dataclass(frozen=True)
class Busy:
    """The table: its columns, its lines, and the advice that follows."""

    days: Sequence[tuple[str, str]]
    lines: Sequence[tuple[str, Sequence[Cell]]]
    advice: str


def busy(heat: Heat) -> Busy | None:
    """Lay busy hours out; None while too little is known."""
    if not heat.shares:
        return None
    days = heat.days
    lines = [(f"{hour}:00", [_cell(heat, day, hour) for day in days]) for hour in heat.hours]
    quiet = heat.quietest
    advice = f"Свободнее всего по{NBSP}{_ON[quiet[0]]} в{NBSP}{quiet[1]}:00." if quiet else ""
    return Busy([(SHORT_WEEKDAYS[day], WEEKDAYS[day]) for day in days], lines, advice)


def _cell(heat: Heat, day: int, hour: int) -> Cell:
    level = heat.level(day, hour)
    if level is None:
        return Cell(-1, "", "приёма нет")
    percent = round(heat.shares[day, hour] * 100)
    return Cell(level, f"{percent}", LEVELS[level])
