"""Numbers of cases and papers that people can read aloud: 26-004-117-3.

Two digits of the year, a sequence in threes, one check digit by Damm's algorithm: it catches
every single wrong digit and every swap of neighbours (H. M. Damm, 2004).
"""

import re
from dataclasses import dataclass

from stdnum import damm

from oms.law.typed import compact, cyrillic, digits
from oms.law.verdict import Invalid

_ALPHABET = "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ"


@dataclass(frozen=True)
class CaseNumber:
    """A read number: full year, sequence within the year, and its normal form."""

    year: int
    sequence: int
    text: str


@dataclass(frozen=True)
class PaperNumber:
    """A read number of a paper; `series` is one Russian letter."""

    series: str
    year: int
    sequence: int
    text: str


def build(*, year: int, sequence: int) -> str:
    """Return the number for a year (2000..2099) and a sequence from 1, which may grow freely.

    >>> build(year=2026, sequence=4117), build(year=2026, sequence=1_004_117)
    ('26-004-117-3', '26-1-004-117-9')
    """
    return _grouped(_body(year, sequence), prefix="")


def parse(text: str) -> CaseNumber:
    """Read a number typed with any spaces and dashes; raise `Invalid`.

    Codes: `format`, `length`, `check-digit`.

    >>> parse("№ 26 004117 3")
    CaseNumber(year=2026, sequence=4117, text='26-004-117-3')
    """
    number = compact(text).lstrip("№N")
    if not digits(number):
        raise Invalid(
            "format", f"Укажите номер цифрами, например {build(year=2026, sequence=4117)}"
        )
    year, sequence = _read(number, prefix="")
    return CaseNumber(year, sequence, build(year=year, sequence=sequence))


def paper_number(*, series: str, year: int, sequence: int) -> str:
    """Return the number of a paper: a Russian letter of its series, then as for a case.

    The check digit depends on the letter too.

    >>> paper_number(series="В", year=2026, sequence=4117)
    'В-26-004-117-4'
    """
    return f"{series}-" + _grouped(_body(year, sequence), prefix=_letter(series))


def parse_paper(text: str) -> PaperNumber:
    """Read a paper's number; Latin look-alikes count as Russian letters. Raises `Invalid`.

    >>> parse_paper("b26004117 4").text == paper_number(series="В", year=2026, sequence=4117)
    True
    """
    found = re.fullmatch(r"([А-Я])([0-9]+)", cyrillic(compact(text)).lstrip("№"))
    if not found or found[1] not in _ALPHABET:
        raise Invalid("format", "Укажите номер с буквой в начале, как на документе")
    year, sequence = _read(found[2], prefix=_letter(found[1]))
    number = paper_number(series=found[1], year=year, sequence=sequence)
    return PaperNumber(found[1], year, sequence, number)


def _body(year: int, sequence: int) -> str:
    if not 2000 <= year <= 2099 or sequence < 1:
        raise ValueError("year is 2000..2099, sequence from 1")
    return f"{year % 100:02}{sequence:06}"


def _letter(series: str) -> str:
    """Return two digits for the letter; they take part in the check digit only."""
    if len(series) != 1 or series not in _ALPHABET:
        raise ValueError("series is one Russian capital letter")
    return f"{_ALPHABET.index(series) + 1:02}"


def _grouped(body: str, *, prefix: str) -> str:
    sequence, groups = body[2:], list[str]()
    while sequence:
        sequence, last = sequence[:-3], sequence[-3:]
        groups.insert(0, last)
    return "-".join((body[:2], *groups, damm.calc_check_digit(prefix + body)))


def _read(number: str, *, prefix: str) -> tuple[int, int]:
    grown = number[2:-1]
    if len(grown) < 6 or (len(grown) > 6 and grown[0] == "0") or not grown.strip("0"):
        raise Invalid("length", "В номере не хватает цифр или есть лишние. Проверьте его")
    if damm.calc_check_digit(prefix + number[:-1]) != number[-1]:
        raise Invalid("check-digit", "Номер с опечаткой: контрольная цифра не сходится")
    return 2000 + int(number[:2]), int(grown)
