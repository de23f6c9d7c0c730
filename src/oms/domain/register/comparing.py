"""How alike two names, birth dates and numbers are: pure functions, no rows.

Names come folded in three parts (surname, name, patronymic). Weights were set on the seeded
truth set of tests/domain/register/test_matching.py.
"""

from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import OSA

Parts = tuple[str, str, str]

WEIGHTS = (0.35, 0.40, 0.25)
SWAPPED = 0.93
CHANGED_SURNAME = 0.75
NO_PATRONYMIC = 0.93
SURNAME_ONLY = 0.7
DAY_AND_MONTH = 0.9
ONE_DIGIT = 0.8
_DIFFERENT_GIVEN_NAME = 0.5
_ALIKE = 0.75
_SURELY_SWAPPED = 0.85


@dataclass(frozen=True)
class NameLikeness:
    """How alike two names are, 0 to 1, and how: in another order, with another surname."""

    score: float
    swapped: bool = False
    other_surname: bool = False


def parts_of(name_key: str) -> Parts:
    """Return surname, name and patronymic of a key of `data.name_key`.

    >>> parts_of("КОРОЛЕВАКИМ МАИЯ")
    ('КОРОЛЕВАКИМ', 'МАИЯ', '')
    """
    family, given, patronymic = (*name_key.split(" "), "", "")[:3]
    return family, given, patronymic


def names(one: Parts, other: Parts, *, female: bool = False) -> NameLikeness:
    """Compare two names; `female` lets a changed surname weigh less.

    A different given name under one surname and patronymic is a brother, a sister or a twin:
    such a pair never scores above one half.

    >>> names(("КЛИМОВА", "АННА", ""), ("КЛИМОВА", "АННА", "ИВАНОВНА")).score
    0.93
    """
    straight = _straight(one, other, female)
    if straight.score >= 0.9:
        return straight
    family, given, patronymic = one
    orders = ((given, family, patronymic), (given, patronymic, family))
    best = max(_straight(order, other, False).score for order in orders)
    if best * SWAPPED > straight.score and best >= _SURELY_SWAPPED:
        return NameLikeness(best * SWAPPED, swapped=True)
    return straight


def word(one: str, other: str) -> float:
    """Compare two folded words, 0 to 1: one slip in a long word costs a tenth.

    >>> word("СОКОЛОВА", "СОКОЛОВА"), word("СОКОЛОВА", "СОКЛООВА"), word("СЕРГЕЕВИЧ", "СЕРГЕИЧ")
    (1.0, 0.9, 0.8)
    """
    if one == other:
        return 1.0
    slips = OSA.distance(one, other)
    length = max(len(one), len(other))
    if slips == 1:
        return 0.9 if length >= 4 else 0.75
    if slips == 2 and length >= 6:
        return 0.8
    return 0.6 * (1 - slips / length)


def dates(one: date, other: date) -> float:
    """Compare two birth dates: same, day and month swapped, one digit wrong, different.

    >>> day = date(1985, 3, 4)
    >>> [dates(day, date(*other)) for other in ((1985, 3, 4), (1985, 4, 3), (1986, 3, 4),
    ...     (1990, 1, 1))]
    [1.0, 0.9, 0.8, 0.0]
    """
    if one == other:
        return 1.0
    if other == swapped(one):
        return DAY_AND_MONTH
    return ONE_DIGIT if one_digit_apart(f"{one:%d%m%Y}", f"{other:%d%m%Y}") else 0.0


def one_digit_apart(one: str, other: str) -> bool:
    """Tell whether two numbers of a length differ in one digit or by two neighbours swapped."""
    return len(one) == len(other) and OSA.distance(one, other) == 1


def swapped(day: date) -> date | None:
    """Return the date with day and month exchanged; None when that is no other date."""
    if day.day > 12 or day.day == day.month:
        return None
    return day.replace(month=day.day, day=day.month)


def slips(day: date) -> tuple[date, ...]:
    """Return the dates that one wrong digit or two swapped neighbours make of this one.

    Some forty; years stay in this century and the last. A year below 1000 is written with its
    zeros, which `strftime` leaves out.

    >>> len(slips(date(1985, 3, 14))), date(1985, 3, 24) in slips(date(1985, 3, 14))
    (38, True)
    """
    digits = f"{day:%d%m}{day.year:04}"
    texts = {digits[:i] + digit + digits[i + 1 :] for i in range(8) for digit in "0123456789"}
    texts |= {digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in range(7)}
    found = {_date(text) for text in texts} - {None, day}
    return tuple(sorted(other for other in found if other and 1900 <= other.year < 2100))


def _date(text: str) -> date | None:
    try:
        return date(int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError:
        return None


def _straight(one: Parts, other: Parts, female: bool) -> NameLikeness:
    if not (one[1] or one[2]):
        return NameLikeness(round(SURNAME_ONLY * word(one[0], other[0]), 4))
    family, given, patronymic = (word(a, b) for a, b in zip(one, other, strict=True))
    missing = not (one[2] and other[2]) and one[2] != other[2]
    other_surname = family < _ALIKE and given >= 0.9 and (patronymic >= 0.9 or missing)
    if other_surname and female:
        family = CHANGED_SURNAME
    score = _weighed(family, given, None if missing else patronymic)
    if given < _ALIKE:
        score = min(score, _DIFFERENT_GIVEN_NAME)
    return NameLikeness(round(score, 4), other_surname=other_surname)


def _weighed(family: float, given: float, patronymic: float | None) -> float:
    if patronymic is None:
        weights = WEIGHTS[0] + WEIGHTS[1]
        return NO_PATRONYMIC * (family * WEIGHTS[0] + given * WEIGHTS[1]) / weights
    return family * WEIGHTS[0] + given * WEIGHTS[1] + patronymic * WEIGHTS[2]
