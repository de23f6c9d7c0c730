"""Dates as Russian readers write and read them.

Age: a person reaches an age on the birthday; born on 29 February, on 1 March of a common year
(a term of months that lacks the day ends on the last day of February: ГК РФ ст. 192 ч. 3).
"""

import re
from datetime import date, timedelta

from oms.law.typed import NBSP
from oms.law.verdict import Invalid

MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip

_NOMINATIVE = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip

_ISO = re.compile(r"(?P<y>\d{4})[-./](?P<m>\d{1,2})[-./](?P<d>\d{1,2})")
_RUSSIAN = re.compile(r"(?P<d>\d{1,2})[-./\s]+(?P<m>\d{1,2})[-./\s]+(?P<y>\d{4})")
_SOLID = re.compile(r"(?P<d>\d{2})(?P<m>\d{2})(?P<y>\d{4})")
_WORDS = re.compile(r"(?P<d>\d{1,2})\s*(?P<word>[а-я]+)\.?\s*(?P<y>\d{4})")


def long(day: date) -> str:
    """Return the date in words, held together by no-break spaces.

    >>> long(date(2026, 11, 22)).replace(NBSP, " ")
    '22 ноября 2026 г.'
    """
    return NBSP.join((str(day.day), MONTHS[day.month - 1], str(day.year), "г."))


def short(day: date) -> str:
    """Return the date as ДД.ММ.ГГГГ.

    >>> short(date(2026, 11, 5))
    '05.11.2026'
    """
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


def parse(text: str) -> date:
    """Read a date typed in any usual way; raise `Invalid` (codes `format`, `no-such-day`).

    Two-digit years are refused: 26 may be 1926.

    >>> {parse(t) for t in ("5.11.2026", "05112026", "5 ноября 2026 г.", "2026-11-05")}
    {datetime.date(2026, 11, 5)}
    """
    plain = " ".join(text.lower().replace("−", "-").replace("–", "-").split())
    plain = re.sub(r"\s*(г\.|г|года)$", "", plain)
    plain = re.sub(r"\s*([-./])\s*", r"\1", plain)
    for pattern in (_ISO, _RUSSIAN, _SOLID, _WORDS):
        if plain.isascii() or pattern is _WORDS:
            found = pattern.fullmatch(plain)
            if found:
                return _day(found.groupdict())
    raise Invalid("format", "Укажите дату в виде ДД.ММ.ГГГГ, например 05.11.2026")


def _day(parts: dict[str, str]) -> date:
    month = int(parts["m"]) if "m" in parts else _month(parts["word"])
    try:
        return date(int(parts["y"]), month, int(parts["d"]))
    except ValueError:
        raise Invalid("no-such-day", "Такой даты нет в календаре. Проверьте день и месяц") from None


def _month(word: str) -> int:
    """Return the month's number by its genitive, nominative or short name («нояб»); 0 if none."""
    for number, (genitive, nominative) in enumerate(zip(MONTHS, _NOMINATIVE, strict=True), 1):
        if word == genitive or (len(word) >= 3 and nominative.startswith(word)):
            return number
    return 0


def age(birth: date, *, on: date) -> int:
    """Return full years of age on the day.

    >>> age(date(2008, 2, 29), on=date(2026, 2, 28)), age(date(2008, 2, 29), on=date(2026, 3, 1))
    (17, 18)
    """
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def birthday(birth: date, *, years: int) -> date:
    """Return the day on which the person reaches the age in years.

    >>> birthday(date(2008, 2, 29), years=18)
    datetime.date(2026, 3, 1)
    """
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return date(birth.year + years, 3, 1)


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month; its last day where it lacks that one (ГК РФ ст. 192).

    >>> months_after(date(2026, 1, 31), 1), months_after(date(2026, 11, 5), 12)
    (datetime.date(2026, 2, 28), datetime.date(2027, 11, 5))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
