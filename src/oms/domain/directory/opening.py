"""Hours of work as people write them → the half hours of a week, so that a database can ask.

A week is 336 signs, Monday's midnight first: `1` where the house is open. Hours we cannot read
give an empty week: such a house is never said to be open, nor closed.
"""

import re
from collections.abc import Iterator
from datetime import datetime

DAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
HALVES = 48
LENGTH = HALVES * 7
EVENING = range(2 * 19, 2 * 21)
_NAME = "пн|вт|ср|чт|пт|сб|вс"
_PART = re.compile(
    rf"(?P<days>(?:{_NAME})(?:\s*[-–—,и]\s*(?:{_NAME}))*|ежедневно|будни|выходные)?\s*:?\s*"
    r"(?:с\s*)?(?P<from>\d{1,2})(?:[:.](?P<from_m>\d{2}))?\s*(?:[-–—]|до)\s*"
    r"(?P<to>\d{1,2})(?:[:.](?P<to_m>\d{2}))?"
)
_NAMED = {"ежедневно": range(7), "будни": range(5), "выходные": range(5, 7)}


def week(text: str) -> str:
    """Return the week of a text, empty when it cannot be read.

    >>> w = week("Пн–Пт 8:00–20:00, Сб 9:00–15:00")
    >>> w[:48].count("1"), w[5 * 48 : 6 * 48].count("1"), w[6 * 48 :].count("1")
    (24, 12, 0)
    >>> week("Круглосуточно").count("1"), week("по звонку")
    (336, '')
    """
    plain = text.lower().replace("\N{NO-BREAK SPACE}", " ")
    if "круглосуточно" in plain and not any(day in plain for day in DAYS):
        return "1" * LENGTH
    slots = ["0"] * LENGTH
    days: list[int] = []
    for part in _PART.finditer(plain):
        days = list(_days(part["days"])) if part["days"] else days or list(range(7))
        start, end = _half(part["from"], part["from_m"]), _half(part["to"], part["to_m"], up=True)
        if not start < end <= HALVES:
            return ""
        for day in days:
            slots[day * HALVES + start : day * HALVES + end] = ["1"] * (end - start)
    return "".join(slots) if "1" in slots else ""


def slot(at: datetime) -> int:
    """Return the place of a local moment within a week."""
    return at.weekday() * HALVES + at.hour * 2 + at.minute // 30


def _days(said: str) -> Iterator[int]:
    if said in _NAMED:
        yield from _NAMED[said]
        return
    for piece in re.split(r"[,и]", said):
        ends = [DAYS.index(name) for name in re.findall(_NAME, piece)]
        if ends:
            yield from range(ends[0], ends[-1] + 1)


def _half(hours: str, minutes: str | None, *, up: bool = False) -> int:
    """Half hours since midnight; an end within one counts it whole."""
    rest = int(minutes or 0)
    return int(hours) * 2 + ((rest + 29) // 30 if up else rest // 30)
