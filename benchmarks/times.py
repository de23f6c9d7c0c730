"""Milliseconds of questions asked in rounds: the middle and what the worst round showed."""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any


def took(ask: Callable[[], Any]) -> float:
    """Milliseconds of one call."""
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1e3


def at(values: list[float], percent: int) -> float:
    """The percentile; what is above 95 of a hundred values is told by five of them."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


class Rounds:
    """Times by subject and kind of time, a list for each round."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[list[float]]] = defaultdict(list)

    def add(self, subject: str, kind: str, values: list[float]) -> None:
        """Take in one round's times."""
        self._found[subject, kind].append(values)

    def middle(self, subject: str, kind: str, percent: int = 50) -> float:
        """The median of the rounds' percentiles."""
        return statistics.median(at(values, percent) for values in self._found[subject, kind])

    def spread(self, subject: str, kind: str, percent: int, digits: int = 2) -> str:
        """Lowest and highest of the rounds' percentiles."""
        found = [at(values, percent) for values in self._found[subject, kind]]
        return f"{min(found):.{digits}f}–{max(found):.{digits}f}"

    def ratio(self, subject: str, kind: str, floor: str, *, of: str = "") -> float:
        """The median of the rounds' ratios of medians; `of` is the floor's subject."""
        pairs = zip(self._found[subject, kind], self._found[of or subject, floor], strict=True)
        return statistics.median(at(mine, 50) / at(bare, 50) for mine, bare in pairs)
