"""ЕНП, the 16-digit number of a policy of compulsory medical insurance.

Source: the ТФОМС register software's rule (REFERENCE section 1): two digits of the territorial
fund, month, reversed year and day with sex (each digit stored as 9 minus itself), five digits of
sequence, and a check digit «HL7 mod 10», which is the Luhn digit.
An ENP tells birth date and sex: keep it out of logs, addresses and file names.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stdnum import luhn

from oms.law import dates
from oms.law.typed import NBSP, compact, digits
from oms.law.verdict import Invalid, Verdict, explained

MALE, FEMALE = "M", "F"
SEX_WORDS = {MALE: "мужской", FEMALE: "женский"}
EXAMPLE = NBSP.join(("7756", "4108", "3599", "9915"))

POLICY_KINDS = {
    "С": "Полис старого образца",
    "В": "Временное свидетельство на бланке",
    "Е": "Временное свидетельство, электронное",
    "П": "Бумажный полис",
    "Э": "Полис в виде пластиковой карты",
    "К": "Полис в составе УЭК",
    "Ц": "Цифровой полис",
    "Х": "На учёте без полиса",
    "М": "На учёте через МФЦ",
}


class NumberKind(StrEnum):
    """What kind of policy number was typed."""

    ENP = "enp"
    TEMPORARY = "temporary"
    OLD = "old"


@dataclass(frozen=True)
class Enp:
    """What an ENP says; `birth_date` is None when its digits make no day of the calendar."""

    region: str
    birth_date: date | None
    sex: str
    sequence: int
    check: int


def normalize(text: str) -> str:
    """Return the 16 digits; raise `Invalid` (codes `letters`, `length`, `check-digit`, `region`).

    >>> normalize("7756 4108-3599 9915")
    '7756410835999915'
    """
    number = compact(text).lstrip("№")
    if not digits(number):
        raise Invalid("letters", f"Номер полиса: только 16 цифр, например {EXAMPLE}")
    if len(number) != 16:
        raise Invalid("length", f"Номер полиса: 16 цифр, вы указали {len(number)}")
    if not luhn.is_valid(number):
        raise Invalid("check-digit", "Контрольная цифра не сходится. Проверьте номер полиса")
    if number.startswith("00"):
        raise Invalid("region", "Номер полиса не начинается с 00. Проверьте первые две цифры")
    return number


def parse(text: str) -> Enp:
    """Read an ENP; raise `Invalid` as `normalize` does.

    >>> parse("5047700868999920")
    Enp(region='50', birth_date=datetime.date(1992, 12, 31), sex='F', sequence=99992, check=0)
    """
    number = normalize(text)
    month, year, day = (_complement(number[a:b]) for a, b in ((2, 4), (4, 8), (8, 10)))
    male = int(day) > 50
    return Enp(
        region=number[:2],
        birth_date=_birth_date(month=int(month), year=int(year[::-1]), day=int(day) - 50 * male),
        sex=MALE if male else FEMALE,
        sequence=int(number[10:15]),
        check=int(number[15]),
    )


def build(*, region: str, birth_date: date, sex: str, sequence: int) -> str:
    """Return the ENP for a fund's two digits, a birth date, sex (`M` or `F`) and 0..99999.

    Raises ValueError for arguments that no ENP can carry: that is a mistake of the caller.

    >>> build(region="77", birth_date=date(1985, 3, 14), sex="M", sequence=99991)
    '7756410835999915'
    """
    if not 0 <= sequence <= 99_999:
        raise ValueError("sequence is 0..99999")
    prefix = beginning(region=region, birth_date=birth_date, sex=sex)
    return with_check(f"{prefix}{sequence:05}")


def beginning(*, region: str, birth_date: date, sex: str) -> str:
    """Return the first ten digits, which region, birth date and sex tell; raise as `build` does.

    >>> beginning(region="77", birth_date=date(1985, 3, 14), sex="M")
    '7756410835'
    """
    if not (digits(region) and len(region) == 2 and region != "00"):
        raise ValueError("region: two digits, not 00")
    if sex not in SEX_WORDS:
        raise ValueError("sex is M or F")
    month = birth_date.month + _century(birth_date.year)
    day = birth_date.day + (50 if sex == MALE else 0)
    year = f"{birth_date.year:04}"[::-1]
    return region + _complement(f"{month:02}{year}{day:02}")


def with_check(body: str) -> str:
    """Return fifteen digits of an ENP and the sixteenth, which checks them.

    >>> with_check("775641083599991")
    '7756410835999915'
    """
    return body + str(luhn.calc_check_digit(body))


def explain(text: str) -> Verdict:
    """Say in words whether the ENP is right and what it tells.

    >>> explain("7756410835999915").text
    'Номер построен верно'
    """
    if kind(text) is NumberKind.TEMPORARY:
        return Verdict(False, compact(text), "Это временное свидетельство: 9 цифр. ЕНП: 16 цифр")
    return explained(text, normalize, _describe)


def disagreement(
    enp: Enp, *, birth_date: date | None, sex: str | None, region: str | None
) -> tuple[str, ...]:
    """Return warnings where the number tells another thing than the data (None is not compared).

    Old numbers that differ are found in real registers, so this never refuses.

    >>> disagreement(parse("7756410835999915"), birth_date=None, sex="F", region="77")
    ('Номер полиса: пол мужской, в данных женский',)
    """
    warnings = []
    if enp.birth_date is None:
        warnings.append("Номер полиса не содержит верной даты рождения")
    elif birth_date is not None and enp.birth_date != birth_date:
        inside, known = dates.short(enp.birth_date), dates.short(birth_date)
        warnings.append(f"Номер полиса: дата рождения {inside}, в данных {known}")
    if sex is not None and sex != enp.sex:
        known = SEX_WORDS.get(sex, sex)
        warnings.append(f"Номер полиса: пол {SEX_WORDS[enp.sex]}, в данных {known}")
    if region is not None and region != enp.region:
        warnings.append(f"Номер полиса: регион {enp.region}, в данных {region}")
    return tuple(warnings)


def group(text: str) -> str:
    """Return 16 digits in fours held by no-break spaces; anything else as it was.

    >>> group("7756410835999915").replace(NBSP, " ")
    '7756 4108 3599 9915'
    """
    number = compact(text)
    if len(number) != 16 or not digits(number):
        return text
    return NBSP.join(number[i : i + 4] for i in range(0, 16, 4))


def kind(text: str) -> NumberKind | None:
    """Tell an ENP from a temporary certificate (9 digits) and an old policy (series and number).

    >>> kind("123456789"), kind("МО-12 345678"), kind("")
    (<NumberKind.TEMPORARY: 'temporary'>, <NumberKind.OLD: 'old'>, None)
    """
    number = compact(text).replace("№", "")
    if digits(number) and len(number) in (9, 16):
        return NumberKind.ENP if len(number) == 16 else NumberKind.TEMPORARY
    return NumberKind.OLD if _looks_old(number) else None


def _looks_old(number: str) -> bool:
    return number.isalnum() and 4 <= len(number) <= 40 and any(c.isdecimal() for c in number)


def _complement(text: str) -> str:
    return "".join(str(9 - int(digit)) for digit in text)


def _century(year: int) -> int:
    if year <= 1950:
        return 20
    return 40 if year <= 2000 else 0


def _birth_date(*, month: int, year: int, day: int) -> date | None:
    try:
        return date(year, month - _century(year), day)
    except ValueError:
        return None


def _describe(number: str) -> Verdict:
    enp = parse(number)
    born = dates.short(enp.birth_date) if enp.birth_date else "не читается"
    text = "Номер построен верно" if enp.birth_date else "Номер верный, но дата в нём не читается"
    facts = (
        ("Номер", group(number)),
        ("Территориальный фонд", enp.region),
        ("Дата рождения", born),
        ("Пол", SEX_WORDS[enp.sex]),
        ("Порядковый номер", f"{enp.sequence:05}"),
        ("Контрольная цифра", str(enp.check)),
    )
    return Verdict(True, number, text, facts)
