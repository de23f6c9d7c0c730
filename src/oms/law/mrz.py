"""Machine-readable record of the Russian internal passport: two lines of 44 signs.

Source: приказ МВД № 773 от 16.11.2020, приложение 24 (before it приказ ФМС № 211 от 26.03.2010):
letters by «модернизированный клер», one sign for each of the 33, so that a name comes back
exactly; check digits with weights 7, 3, 1 modulo 10. The upper line carries no check digit.
"""

import re
from dataclasses import dataclass
from datetime import date

from oms.law.dates import age
from oms.law.verdict import Invalid

LENGTH = 44
FILLER = "<"
HEAD = "PNRUS"
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"

_CYRILLIC = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
_LATIN = "ABVGDE2JZIQKLMNOPRSTUFHC34WXY9678"
_TO_LATIN = str.maketrans(_CYRILLIC + "- '", _LATIN + "<<<")
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)
_WEIGHTS = (7, 3, 1)
_NAMES = LENGTH - len(HEAD)
_SEXES = {"M": "M", "F": "F"}
_PATRONYMIC = re.compile(r".+(ВИЧ|ВНА|ИЧНА|ИНИЧНА|ЛЬИЧ|МИЧ|ТИЧ|ОГЛЫ|КЫЗЫ)")


@dataclass(frozen=True)
class Passport:
    """What the record says. `is_cut`: the names did not fit, the last one is not whole."""

    family_name: str
    given_name: str
    patronymic: str
    series: str
    number: str
    birth_date: date
    sex: str
    issued_on: date
    department_code: str
    is_cut: bool = False


def letters(name: str) -> str:
    """Return a Russian name in the signs of the record.

    >>> letters("Щербачёв-Юрьев")
    'WERBA32V<7R9EV'
    """
    signs = name.upper().translate(_TO_LATIN)
    return "".join(sign for sign in signs if sign in SIGNS)


def russian(signs: str) -> str:
    """Return the Russian letters of one name, the first of each part a capital.

    >>> russian("WERBA32V<7R9EV")
    'Щербачёв-Юрьев'
    """
    parts = (part.translate(_TO_CYRILLIC) for part in signs.split(FILLER) if part)
    return "-".join(part.capitalize() for part in parts)


def check_digit(signs: str) -> str:
    """Return the check digit: weights 7, 3, 1; fillers count 0, letters 10 to 35.

    >>> check_digit("398012997")
    '8'
    """
    total = sum(_value(sign) * _WEIGHTS[place % len(_WEIGHTS)] for place, sign in enumerate(signs))
    return str(total % 10)


def build(passport: Passport) -> tuple[str, str]:
    """Return the two lines for a passport; names that do not fit are cut as the order says.

    >>> build(Passport("Климова", "Анна", "Викторовна", "45 10", "123456", date(1985, 3, 14),
    ...     "F", date(2012, 5, 1), "770-001"))[1]
    '4511234569RUS8503149F<<<<<<<0120501770001<20'
    """
    series = passport.series.replace(" ", "")
    document = series[:3] + passport.number
    born, issued = (f"{day:%y%m%d}" for day in (passport.birth_date, passport.issued_on))
    more = f"{series[3]}{issued}{passport.department_code.replace('-', '')}{FILLER}"
    lower = f"{document}{check_digit(document)}RUS{born}{check_digit(born)}{passport.sex}"
    lower += FILLER * 7 + more + check_digit(more)
    return HEAD + _names(passport), lower + check_digit(_whole(lower))


def parse(upper: str, lower: str) -> Passport:
    """Read the two lines; raise `Invalid` (`length`, `country`, `check-digit`, `date`, `sex`).

    >>> parse(*build(Passport("Ёлкина", "Юлия", "", "45 10", "123456", date(2001, 1, 2), "F",
    ...     date(2021, 1, 5), "770-001"))).family_name
    'Ёлкина'
    """
    if len(upper) != LENGTH or len(lower) != LENGTH:
        raise Invalid("length", "Машиночитаемая запись: две строки по 44 знака")
    if upper[:5] != HEAD or lower[10:13] != HEAD[2:]:
        raise Invalid("country", "Это не запись паспорта гражданина России")
    if not is_consistent(lower):
        raise Invalid("check-digit", "Контрольные цифры машиночитаемой записи не сходятся")
    if lower[20] not in _SEXES:
        raise Invalid("sex", "В машиночитаемой записи не указан пол")
    issued = _date(lower[29:35], century=2000)
    family_name, given_name, patronymic = _split(upper[5:])
    return Passport(
        family_name=family_name,
        given_name=given_name,
        patronymic=patronymic,
        series=f"{lower[:2]} {lower[2]}{lower[28]}",
        number=lower[3:9],
        birth_date=_born(lower[13:19], issued),
        sex=lower[20],
        issued_on=issued,
        department_code=f"{lower[35:38]}-{lower[38:41]}",
        is_cut=not upper.endswith(FILLER),
    )


def is_consistent(lower: str) -> bool:
    """Tell whether the lower line has its digits in their places and all check digits right.

    >>> is_consistent("4511234569RUS8503149F<<<<<<<0120501770001<20")
    True
    """
    digits = lower[:10] + lower[13:20] + lower[28:41] + lower[42:]
    return (
        len(lower) == LENGTH
        and digits.isascii()
        and digits.isdigit()
        and lower[9] == check_digit(lower[:9])
        and lower[19] == check_digit(lower[13:19])
        and lower[42] == check_digit(lower[28:42])
        and lower[43] == check_digit(_whole(lower[:43]))
    )


def _whole(lower: str) -> str:
    """The signs that the last check digit covers: without country and sex."""
    return lower[:10] + lower[13:20] + lower[21:43]


def _value(sign: str) -> int:
    return 0 if sign == FILLER else int(sign, 36)


def _names(passport: Passport) -> str:
    family, given = letters(passport.family_name), letters(passport.given_name)
    text = FILLER.join((f"{family}<<{given}", letters(passport.patronymic))).rstrip(FILLER)
    return text[:_NAMES].ljust(_NAMES, FILLER)


def _split(signs: str) -> tuple[str, str, str]:
    """Return surname, given name, patronymic. Parts of a double given name end as a patronymic."""
    family, _, rest = signs.strip(FILLER).partition("<<")
    parts = [part for part in rest.split(FILLER) if part]
    last = parts[-1].translate(_TO_CYRILLIC) if parts else ""
    has_patronymic = len(parts) == 2 or (len(parts) > 2 and _PATRONYMIC.fullmatch(last))
    given = parts[:-1] if has_patronymic else parts
    patronymic = russian(parts[-1]) if has_patronymic else ""
    return russian(family), russian(FILLER.join(given)), patronymic


def _date(signs: str, *, century: int) -> date:
    try:
        return date(century + int(signs[:2]), int(signs[2:4]), int(signs[4:]))
    except ValueError:
        raise Invalid("date", "В машиночитаемой записи нет такой даты") from None


def _born(signs: str, issued: date) -> date:
    """The century is not written: nobody gets a passport before 14."""
    try:
        recent = _date(signs, century=2000)
    except Invalid:  # 29 February of 1900's common years
        return _date(signs, century=1900)
    old_enough = recent < issued and age(recent, on=issued) >= 14
    return recent if old_enough else _date(signs, century=1900)
