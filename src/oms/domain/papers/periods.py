"""The period a certificate is about: written as an ISO 8601 interval, said in Russian.

Both days are inside. A period of the past never becomes untrue, so each is certified apart.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from oms.domain.papers.refused import WrongScope
from oms.law import dates
from oms.law.typed import NBSP

EARLIEST = date(2011, 1, 1)
"""326-ФЗ is in force since that day: the register knows nothing of the time before."""
MONTHS = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip


@dataclass(frozen=True)
class Days:
    """The days from `begins` to `ends`, both inside."""

    begins: date
    ends: date

    def __post_init__(self) -> None:
        if self.ends < self.begins:
            raise WrongScope

    @property
    def scope(self) -> str:
        """As the paper's row keeps it.

        >>> year(2025, until=date(2026, 5, 1)).scope
        '2025-01-01/2025-12-31'
        """
        return f"{self.begins.isoformat()}/{self.ends.isoformat()}"

    @property
    def words(self) -> str:
        """In Russian, as short as it can be said.

        >>> year(2025, until=date(2026, 5, 1)).words.replace(NBSP, " ")
        '2025 год'
        >>> month(2025, 2, until=date(2026, 5, 1)).words.replace(NBSP, " ")
        'февраль 2025 года'
        >>> year(2026, until=date(2026, 5, 1)).words.replace(NBSP, " ")
        'с 1 января 2026 г. по 1 мая 2026 г.'
        """
        first, last = self.begins, self.ends
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            if first.year == last.year:
                return f"{first.year}{NBSP}год"
        elif first.day == 1 and last == _end_of_month(first):
            return f"{MONTHS[first.month - 1]} {first.year}{NBSP}года".replace(" ", NBSP)
        return f"с{NBSP}{dates.long(first)} по{NBSP}{dates.long(last)}"


def read(scope: str) -> Days:
    """Read a scope; raise `WrongScope`."""
    first, _, last = scope.partition("/")
    try:
        return Days(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        raise WrongScope from None


def year(number: int, *, until: date) -> Days:
    """A year, or what has passed of it by `until`; raise `WrongScope` for a later one."""
    return Days(date(number, 1, 1), min(date(number, 12, 31), until))


def month(year_number: int, number: int, *, until: date) -> Days:
    """A month, or what has passed of it by `until`; raise `WrongScope` for a later one."""
    first = date(year_number, number, 1)
    return Days(first, min(_end_of_month(first), until))


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def gaps(spans: list[Days], *, within: Days) -> list[Days]:
    """The stretches of `within` that no span covers, in order.

    >>> days = Days(date(2025, 1, 1), date(2025, 12, 31))
    >>> [g.scope for g in gaps([Days(date(2025, 2, 1), date(2025, 12, 31))], within=days)]
    ['2025-01-01/2025-01-31']
    """
    found, next_day, one = list[Days](), within.begins, timedelta(days=1)
    for span in sorted(spans, key=lambda days: days.begins):
        if span.begins > next_day:
            found.append(Days(next_day, span.begins - one))
        next_day = max(next_day, span.ends + one)
    if next_day <= within.ends:
        found.append(Days(next_day, within.ends))
    return found


def clipped(begins: date, ends: date | None, *, within: Days) -> Days | None:
    """What of a stretch lies within; None when nothing does. `ends` is inside, None: no end."""
    first, last = max(begins, within.begins), min(ends or within.ends, within.ends)
    return Days(first, last) if first <= last else None
