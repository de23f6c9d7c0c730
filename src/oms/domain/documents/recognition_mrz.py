"""The two machine-readable lines of a passport: found, mended by what may stand where, read."""

import re
from itertools import pairwise

from oms.domain.documents import recognition_engine as engine
from oms.domain.documents.quality_sheet import Grey
from oms.law import mrz
from oms.law.verdict import Invalid

_LOWEST = 0.70  # the lines stand in the lowest part of the page
_DIGITS = str.maketrans("OQDILZSGBA", "0001125684")
_LETTERS = str.maketrans("015", "OIS")  # signs that no Russian letter becomes
_HEAD = re.compile(r"^[PF][NMH<][RK][UVO0][S58]")
_LOWER = re.compile(r"(.{9})(.)RU[S58](.{6})(.)([MFN])(.*?)(.{13})(.)(.)(.)")


def read(picture: Grey, *, place: str) -> mrz.Passport | None:
    """Return what the lines say when all check digits agree; None when there are none."""
    if not engine.has(place, engine.LATIN):
        return None
    lowest = picture[int(picture.shape[0] * _LOWEST) :]
    for part in (lowest, picture):
        found = engine.lines(part, place=place, signs=mrz.SIGNS)
        for upper, lower in pairwise(found):
            passport = _passport(upper, lower)
            if passport:
                return passport
    return None


def _passport(upper: str, lower: str) -> mrz.Passport | None:
    if not _HEAD.match(upper) or not _LOWER.fullmatch(lower):
        return None
    try:
        return mrz.parse(mended_upper(upper), mended_lower(lower))
    except Invalid:
        return None


def mended_upper(line: str) -> str:
    """Names as they may be: letters where digits never stand, fillers to the end.

    >>> mended_upper("PNRU5IVANOV<<0LEG<PETROVI3<<<<<<<<KKK")
    'PNRUSIVANOV<<OLEG<PETROVI3<<<<<<<<<<<<<<<<<<'
    """
    names = re.split(r"<{3,}", line[5:])[0].translate(_LETTERS)
    return (mrz.HEAD + names)[: mrz.LENGTH].ljust(mrz.LENGTH, mrz.FILLER)


def mended_lower(line: str) -> str:
    """Digits where digits must stand; the fillers in the middle, however many were seen.

    >>> mended_lower("45I1234569RUS85O3149F<<<<<O12O501770001<20")
    '4511234569RUS8503149F<<<<<<<0120501770001<20'
    """
    found = _LOWER.fullmatch(line)
    if found is None:
        return line
    number, check, born, born_check, sex, _, more, _, more_check, last = found.groups()
    sex = "M" if sex == "N" else sex
    begin = f"{_digits(number)}{_digits(check)}RUS{_digits(born)}{_digits(born_check)}{sex}"
    end = f"{_digits(more)}<{_digits(more_check)}{_digits(last)}"
    return begin + mrz.FILLER * 7 + end


def _digits(text: str) -> str:
    return text.translate(_DIGITS)
