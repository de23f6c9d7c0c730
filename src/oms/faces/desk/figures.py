"""Charts and tables of the report: numbers made into columns, bars and rows. No query."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from oms.cases import queries
from oms.catalog.catalogue import SERVICES
from oms.law import dates
from oms.law.typed import NBSP

BY_DAYS = 14
"""Longest period drawn by days; a longer one is drawn by weeks."""
HIGH = 120
"""Height of the tallest column, in units of the drawing."""
_PLACE, _COLUMN, _GAP = 40, 15, 3


@dataclass(frozen=True)
class Stretch:
    """A day or a week of work."""

    title: str
    submitted: int
    decided: int
    rejected: int
    late: int


@dataclass(frozen=True)
class Column:
    """One column of the drawing, in its units; `part` names its colour."""

    x: int
    height: int
    part: str

    @property
    def y(self) -> int:
        """Its upper end: the drawing counts from above."""
        return HIGH - self.height


@dataclass(frozen=True)
class Flow:
    """What came and what was decided: a drawing, and the rows beside it, latest first."""

    width: int
    columns: Sequence[Column]
    rows: Sequence[Stretch]

    @property
    def begins(self) -> str:
        """What stands under the left end of the drawing."""
        return self.rows[-1].title

    @property
    def ends(self) -> str:
        """What stands under its right end."""
        return self.rows[0].title


@dataclass(frozen=True)
class LoadRow:
    """How a service or a clerk stands, as a row of a table."""

    name: str
    load: queries.Load
    width: int
    in_time: str


def flow(days: Sequence[queries.DayOfWork]) -> Flow:
    """Draw days, or weeks of a longer period."""
    parts = _weeks(days) if len(days) > BY_DAYS else [([one], _day(one.on)) for one in days]
    rows = [_stretch(some, title) for some, title in parts]
    largest = max((max(row.submitted, row.decided) for row in rows), default=0) or 1
    columns = [one for n, row in enumerate(rows) for one in _columns(row, n, largest)]
    return Flow(len(rows) * _PLACE, columns, rows[::-1])


def loads(rows: Iterable[queries.Load], *, by_service: bool = False) -> list[LoadRow]:
    """Return rows with a bar of what is open and the share decided in time."""
    found = list(rows)
    largest = max((row.open for row in found), default=0) or 1
    return [
        LoadRow(
            _service(row.name) if by_service else row.name,
            row,
            round(row.open * 1000 / largest),
            share(row.decided - row.late, row.decided),
        )
        for row in found
    ]


def share(part: int, whole: int) -> str:
    """Return a share in per cent, a dash where there is nothing to share.

    >>> share(2, 3).replace(NBSP, " "), share(3, 3).replace(NBSP, " "), share(0, 0)
    ('66,7 %', '100 %', '—')
    """
    if not whole:
        return "—"
    return f"{part * 100 / whole:.1f}".replace(".", ",").removesuffix(",0") + f"{NBSP}%"


def _columns(row: Stretch, n: int, largest: int) -> list[Column]:
    """What came, what was decided, and over it the part decided too late."""
    left = n * _PLACE + (_PLACE - 2 * _COLUMN - _GAP) // 2
    right = left + _COLUMN + _GAP
    drawn = (
        (left, row.submitted, "came"),
        (right, row.decided, "decided"),
        (right, row.late, "late"),
    )
    return [Column(x, _height(many, largest), part) for x, many, part in drawn if many]


def _height(many: int, largest: int) -> int:
    return max(round(many * HIGH / largest), 2)


def _weeks(days: Sequence[queries.DayOfWork]) -> list[tuple[list[queries.DayOfWork], str]]:
    """Days by calendar weeks; the first and the last may be parts of one."""
    found = [list(some) for _, some in groupby(days, key=_monday)]
    return [(some, _span(some[0].on, some[-1].on)) for some in found]


def _span(first: date, last: date) -> str:
    return _day(first) if first == last else f"{_day(first)}\N{EN DASH}{_day(last)}"


def _monday(one: queries.DayOfWork) -> date:
    return one.on - timedelta(days=one.on.weekday())


def _day(on: date) -> str:
    return dates.short(on)[:5]


def _stretch(days: Sequence[queries.DayOfWork], title: str) -> Stretch:
    return Stretch(
        title,
        sum(one.submitted for one in days),
        sum(one.decided for one in days),
        sum(one.rejected for one in days),
        sum(one.late for one in days),
    )


def _service(code: str) -> str:
    return SERVICES[code].title if code in SERVICES else code
