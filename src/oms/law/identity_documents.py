"""Identity documents: kinds and masks of F011, what people type made uniform, plausibility.

Sources: НСИ ФФОМС F011 (masks); passport ages and days of grace: Положение о паспорте
гражданина РФ (ПП РФ 828 as changed by ПП РФ 1205 of 2021-07-15): issued from 14, again at 20 and
45; asked for «не позднее 90 дней после» the birthday, and the passport before serves «не более чем
90 дней после дня» of it. The day after the birthday is so the first of the ninety.
Codes of the tax service and of banks differ: keep the code system beside the code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

from oms.law.dates import age, birthday
from oms.law.refusal import Refusal, refuse
from oms.law.typed import NBSP, compact, cyrillic, digits, tidy
from oms.law.verdict import Invalid, Verdict, explained

PASSPORT_RF, BIRTH_CERTIFICATE_RF, BIRTH_CERTIFICATE_FOREIGN = 14, 3, 24
RESIDENCE_PERMIT, TEMPORARY_RESIDENCE, FOREIGN_PASSPORT, REFUGEE, ASYLUM = 11, 23, 9, 12, 25
PASSPORT_AGE = 14
REISSUE_GRACE_DAYS = 90
BASIS = "Положение о паспорте гражданина Российской Федерации"

_REISSUE_AGES = (20, 45)
_ROMAN = re.compile(r"(?=.)C{0,3}(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")
_TO_ROMAN = str.maketrans("1УХЛСІ", "IVXLCI")


@dataclass(frozen=True)
class DocumentKind:
    """A kind of F011. Masks: R roman numeral, Б Russian capital, S and S1 anything or empty.

    9 is an obligatory digit, 0 an optional one; other signs stand for themselves.
    """

    code: int
    name: str
    series: str
    number: str


@dataclass(frozen=True)
class Document:
    """A document's kind, series and number in normal form."""

    kind: int
    series: str
    number: str


_KINDS = (
    DocumentKind(1, "Паспорт гражданина СССР", "R-ББ", "999999"),
    DocumentKind(2, "Загранпаспорт гражданина СССР", "S", "00000009"),
    DocumentKind(3, "Свидетельство о рождении, Россия", "R-ББ", "999999"),
    DocumentKind(4, "Удостоверение личности офицера", "ББ", "9999999"),
    DocumentKind(5, "Справка об освобождении", "S", "00000009"),
    DocumentKind(6, "Паспорт Минморфлота", "ББ", "999999"),
    DocumentKind(7, "Военный билет", "ББ", "9999990"),
    DocumentKind(8, "Дипломатический паспорт", "99", "9999999"),
    DocumentKind(9, "Паспорт иностранного гражданина", "S", "0000000009"),
    DocumentKind(10, "Свидетельство о ходатайстве беженца", "S", "00000009"),
    DocumentKind(11, "Вид на жительство", "S1", "00000009"),
    DocumentKind(12, "Удостоверение беженца", "S", "00000009"),
    DocumentKind(13, "Временное удостоверение личности", "S", "00000009"),
    DocumentKind(14, "Паспорт гражданина России", "99 99", "999999"),
    DocumentKind(15, "Загранпаспорт гражданина России", "99", "9999999"),
    DocumentKind(16, "Паспорт моряка", "ББ", "9999990"),
    DocumentKind(17, "Военный билет офицера запаса", "ББ", "999999"),
    DocumentKind(18, "Иной документ", "S1", "0000000009"),
    DocumentKind(21, "Документ иностранного гражданина", "S1", "000000000009"),
    DocumentKind(22, "Документ лица без гражданства", "S1", "000000000009"),
    DocumentKind(23, "Разрешение на временное проживание", "S1", "000000000009"),
    DocumentKind(24, "Свидетельство о рождении, другая страна", "S1", "000000000009"),
    DocumentKind(25, "Свидетельство о временном убежище", "99", "9999999"),
)
KINDS: Mapping[int, DocumentKind] = MappingProxyType({kind.code: kind for kind in _KINDS})

_EXAMPLES = {"R-ББ": "II-АК", "ББ": "АК", "99": "64", "99 99": f"45{NBSP}10"}


def normalize(kind: int, *, series: str, number: str) -> Document:
    """Return the document in normal form; KeyError for a kind that F011 lacks.

    Raises `Invalid` with code `series` or `number`: the part that is wrong.

    >>> normalize(3, series="11 ак", number="123 456")
    Document(kind=3, series='II-АК', number='123456')
    """
    rule = KINDS[kind]
    return Document(kind, _series(rule, series), _number(rule, number))


def normalize_passport(text: str) -> str:
    """Return a Russian passport typed in one line as «99 99 999999» with plain spaces.

    >>> normalize_passport("4510№123456")
    '45 10 123456'
    """
    typed = compact(text.replace("№", ""))
    if not digits(typed):
        raise Invalid("letters", f"Паспорт: только цифры, например 45{NBSP}10 123456")
    if len(typed) != 10:
        raise Invalid("length", f"Паспорт: 4 цифры серии и 6 номера, вы указали {len(typed)}")
    document = normalize(PASSPORT_RF, series=typed[:4], number=typed[4:])
    return f"{document.series} {document.number}"


def normalize_department_code(text: str) -> str:
    """Return the code of the issuing department as NNN-NNN; raise `Invalid`.

    >>> normalize_department_code("770 001")
    '770-001'
    """
    code = compact(text)
    if not digits(code) or len(code) != 6:
        raise Invalid("department-code", "Код подразделения: 6 цифр, например 770-001")
    return f"{code[:3]}-{code[3:]}"


def display(document: Document) -> str:
    """Return series and number for reading, held by no-break spaces.

    >>> display(Document(14, "45 10", "123456")).replace(NBSP, " ")
    '45 10 № 123456'
    """
    parts = (*document.series.split(), "№", document.number)
    return NBSP.join(parts)


def explain(text: str) -> Verdict:
    """Say in words whether a Russian passport's series and number are well formed.

    >>> explain("4510 12345").text
    'Паспорт: 4 цифры серии и 6 номера, вы указали 9'
    """
    return explained(text, normalize_passport, _describe)


def plausible(
    kind: int,
    *,
    birth_date: date,
    issued_on: date | None,
    on: date,
    valid_until: date | None = None,
    grace_days: int = REISSUE_GRACE_DAYS,
) -> tuple[Refusal, ...]:
    """Return what speaks against the document proving identity on the day.

    Only the gravest is told. Checked: dates in order, `valid_until` (its last day), passport not
    before 14 and re-issued after 20 and 45 (with `grace_days`), no Russian birth certificate
    from 14 on.

    >>> [r.code for r in plausible(14, birth_date=date(2000, 5, 1), issued_on=date(2014, 6, 1),
    ...     on=date(2026, 1, 1))]
    ['document-expired']
    """
    ended = valid_until is not None and valid_until < on
    overdue = _reissue_overdue(kind, birth_date, issued_on, on, grace_days)
    return (
        _impossible_dates(kind, birth_date, issued_on, on)
        or _wrong_age(kind, birth_date, issued_on, on)
        or ((_refusal("document-expired", kind, "issued_on"),) if ended or overdue else ())
    )


def reissue_due_on(*, birth_date: date, issued_on: date) -> date | None:
    """Return the birthday (20 or 45) that ends a Russian passport; None: it has no end.

    >>> reissue_due_on(birth_date=date(2000, 5, 1), issued_on=date(2014, 6, 1))
    datetime.date(2020, 5, 1)
    """
    ends = (birthday(birth_date, years=years) for years in _REISSUE_AGES)
    return next((day for day in ends if issued_on < day), None)


def grace_ends_on(reached: date, *, days: int = REISSUE_GRACE_DAYS) -> date:
    """Return the last day on which the paper before serves; `reached` is the birthday.

    >>> grace_ends_on(date(2026, 9, 1))
    datetime.date(2026, 11, 30)
    """
    return reached + timedelta(days=days)


def _refusal(code: str, kind: int, field: str) -> Refusal:
    return refuse(code, about=KINDS[kind].name, field=field, basis=BASIS)


def _impossible_dates(
    kind: int, birth: date, issued_on: date | None, on: date
) -> tuple[Refusal, ...]:
    if issued_on is None or birth <= issued_on <= on:
        return ()
    return (_refusal("document-date-impossible", kind, "issued_on"),)


def _wrong_age(kind: int, birth: date, issued_on: date | None, on: date) -> tuple[Refusal, ...]:
    if kind == PASSPORT_RF and age(birth, on=min(issued_on or on, on)) < PASSPORT_AGE:
        return (_refusal("document-too-early", kind, "kind"),)
    if kind == BIRTH_CERTIFICATE_RF and age(birth, on=on) >= PASSPORT_AGE:
        return (_refusal("document-too-late", kind, "kind"),)
    return ()


def _reissue_overdue(
    kind: int, birth: date, issued_on: date | None, on: date, grace_days: int
) -> bool:
    if kind != PASSPORT_RF or issued_on is None:
        return False
    due = reissue_due_on(birth_date=birth, issued_on=issued_on)
    return due is not None and grace_ends_on(due, days=grace_days) < on


def _series(rule: DocumentKind, text: str) -> str:
    typed = compact(text).replace("№", "")
    if rule.series.startswith("S"):
        return tidy(text).upper()
    series = _with_mask(rule.series, typed)
    if series is None:
        example = _EXAMPLES[rule.series]
        raise Invalid("series", f"{rule.name}: серия по образцу {example}")
    return series


def _with_mask(mask: str, typed: str) -> str | None:
    """Return the series as its mask writes it, None when it does not fit."""
    if mask == "R-ББ":
        roman, letters = cyrillic(typed[:-2]).translate(_TO_ROMAN), cyrillic(typed[-2:])
        return f"{roman}-{letters}" if _ROMAN.fullmatch(roman) and _capitals(letters) else None
    if mask == "ББ":
        letters = cyrillic(typed)
        return letters if _capitals(letters) else None
    if not digits(typed) or len(typed) != mask.count("9"):
        return None
    return f"{typed[:2]} {typed[2:]}".strip()


def _capitals(letters: str) -> bool:
    return re.fullmatch("[А-ЯЁ]{2}", letters) is not None


def _number(rule: DocumentKind, text: str) -> str:
    typed = compact(text).replace("№", "")
    if _digits_of(rule.number).fullmatch(typed):
        return typed
    least, most = rule.number.count("9"), len(rule.number)
    if least == most:
        wanted = f"{most} цифр"
    else:
        wanted = f"от {least} до {most} цифр" if least > 1 else f"не больше {most} цифр"
    raise Invalid("number", f"{rule.name}: в номере {wanted}")


@cache
def _digits_of(mask: str) -> re.Pattern[str]:
    return re.compile(f"[0-9]{{{mask.count('9')},{len(mask)}}}")


def _describe(value: str) -> Verdict:
    series, number = value[:5], value[6:]
    facts = (("Серия", series.replace(" ", NBSP)), ("Номер", number))
    return Verdict(True, value, "Серия и номер паспорта записаны верно", facts)
