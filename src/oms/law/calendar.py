"""Working days of Russia, with an editable table of exceptions.

Source: ТК РФ ст. 112 and the yearly decrees on moved days off, as package `holidays` knows them;
regional days and later decrees come as overrides. A year without its decree is guessed from the
law alone: `has_decree` tells, so that the administrator is warned.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, lru_cache
from types import MappingProxyType

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """Working days; `overrides` maps a day to True (working) or False (off) and wins.

    >>> Calendar().is_working(date(2025, 11, 1)), Calendar().is_working(date(2026, 1, 9))
    (True, False)
    """

    overrides: Mapping[date, bool] = field(default_factory=lambda: MappingProxyType({}))

    def is_working(self, day: date) -> bool:
        """Tell whether the day is a working day.

        >>> Calendar({date(2026, 11, 23): False}).is_working(date(2026, 11, 23))
        False
        """
        return self.overrides.get(day, day not in _days_off(day.year))

    def next_working(self, day: date) -> date:
        """Return the day itself if it is working, else the next working day.

        >>> Calendar().next_working(date(2025, 12, 31))
        datetime.date(2026, 1, 12)
        """
        while not self.is_working(day):
            day += _DAY
        return day

    def add_working_days(self, day: date, n: int) -> date:
        """Return the `n`-th working day after `day` (`n` ≥ 0; 0 gives `day` itself).

        >>> Calendar().add_working_days(date(2025, 4, 30), 3)
        datetime.date(2025, 5, 7)
        """
        if n < 0:
            raise ValueError("n is not negative")
        while n:
            day = self.next_working(day + _DAY)
            n -= 1
        return day

    def working_days_between(self, a: date, b: date) -> int:
        """Return the count of working days after `a` up to and with `b`; negative if `b` < `a`.

        >>> Calendar().working_days_between(date(2025, 4, 30), date(2025, 5, 7))
        3
        """
        if b < a:
            return -self.working_days_between(b, a)
        days = (a + _DAY * i for i in range(1, (b - a).days + 1))
        return sum(1 for day in days if self.is_working(day))

    def has_decree(self, year: int) -> bool:
        """Tell whether the decree on days off of the year is known (or typed as overrides).

        >>> Calendar().has_decree(2025), Calendar().has_decree(2090)
        (True, False)
        """
        return year in _decreed() or any(day.year == year for day in self.overrides)


# The package knows the days of the whole world and takes half a second to load: at first use.
@cache
def _decreed() -> frozenset[int]:
    from holidays.countries.russia import RussiaStaticHolidays

    return frozenset(RussiaStaticHolidays.special_public_holidays)


@lru_cache(maxsize=128)
def _days_off(year: int) -> frozenset[date]:
    from holidays import country_holidays

    russia = country_holidays("RU", years=year)
    first = date(year, 1, 1)
    days = (first + _DAY * i for i in range((date(year, 12, 31) - first).days + 1))
    return frozenset(day for day in days if not russia.is_working_day(day))
