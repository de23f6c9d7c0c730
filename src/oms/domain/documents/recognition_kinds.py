"""How each kind of document is read: passport, СНИЛС, policy, birth certificate."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

import numpy
import zxingcpp

from oms.domain.documents import recognition_engine as engine
from oms.domain.documents import recognition_fields as fields
from oms.domain.documents import recognition_mrz
from oms.domain.documents.quality_sheet import Colour, Grey, greyed
from oms.domain.documents.recognition_engine import Word
from oms.domain.documents.recognition_fields import Found
from oms.law import enp, identity_documents, mrz, names, policy_barcode, snils
from oms.law.typed import cyrillic
from oms.law.verdict import Invalid

T = TypeVar("T")
Source = Literal["mrz", "ocr", "barcode"]
CHECKED, AGREED, ALONE, DOUBTED = 0.99, 0.97, 0.85, 0.6
_CERTIFICATE = re.compile(r"(\S{1,7})\s?[-–—]\s?(\S{2})\s*(?:№|N[oо°e]|Ме|Хо)?\s*(\d{6})\b")
_LABELS = ("фамилия", "имя", "отчество", "пол", "дата", "место", "рождения")
_NAMES = (("family_name", "фамилия"), ("given_name", "имя"), ("patronymic", "отчество"))
_ROMANS = str.maketrans({"П": "II", "Ш": "III", "Т": "I", "Г": "I", "Н": "II", "|": "I", "У": "V"})


@dataclass(frozen=True)
class Suggestion:
    """A value in its normal form (dates ISO), how sure we are, what it was read from."""

    value: str
    confidence: float
    source: Source


@dataclass(frozen=True)
class Page:
    """A page ready to be read, and the words on it."""

    picture: Colour
    dark: Grey
    words: Sequence[Word]
    place: str


Reader = Callable[[Page], dict[str, Suggestion]]


def passport(page: Page) -> dict[str, Suggestion]:
    """Machine-readable lines first; the printed words confirm them, or stand in for them."""
    seen = _printed_person(page.words)
    seen |= _printed_passport(page)
    record = recognition_mrz.read(page.dark, place=page.place)
    return seen if record is None else seen | _from_record(record, seen)


def insurance_number(page: Page) -> dict[str, Suggestion]:
    """СНИЛС: a number with check digits; names under each other beside «Ф.И.О.»."""
    found = _printed_person(page.words)
    for row in fields.rows(page.words):
        for match in re.finditer(r"(?<!\d)\d{3}\D?\d{3}\D?\d{3}\D{0,3}\d{2}(?!\d)", row.text):
            number = _valid(snils.normalize, re.sub(r"\D", "", match.group()))
            if number:
                found["snils"] = Suggestion(number, AGREED, "ocr")
    lines = fields.below(page.words, "Ф.И.О.", count=3)
    for (name, _), line in zip(_NAMES, lines, strict=False):
        value = fields.name(line)
        if value and name not in found:
            found[name] = _ocr(value.text, value.confidence)
    return found


def policy(page: Page) -> dict[str, Suggestion]:
    """The barcode first: it cannot be misread; else the printed number and words."""
    found = _printed_person(page.words)
    for row in fields.rows(page.words):
        for match in re.finditer(r"(?<!\d)(?:\d{4}\s?){4}(?!\d)", row.text):
            number = _valid(enp.normalize, re.sub(r"\D", "", match.group()))
            if number:
                found["enp"] = Suggestion(number, _enp_confidence(number, found), "ocr")
    return found | _barcodes(page.picture)


def birth_certificate(page: Page) -> dict[str, Suggestion]:
    """The child's names, day of birth, the certificate's series and number."""
    found = _printed_person(page.words)
    for label, letter in (("родился", "M"), ("родилась", "F")):
        places = [word for word in fields.find(page.words, label) if _is_word(word, label)]
        if places:
            found["sex"] = _ocr(letter, places[0].confidence)
            born = fields.day(fields.beside(page.words, label))
            if born:
                found["birth_date"] = _ocr(born[0].isoformat(), born[1])
    issued = fields.day(fields.beside(page.words, "дата выдачи"))
    if issued and _after_birth(issued[0], found):
        found["issued_on"] = _ocr(issued[0].isoformat(), issued[1])
    return found | _series(page.words)


READERS: dict[str, Reader] = {
    "passport": passport,
    "snils": insurance_number,
    "policy": policy,
    "birth-certificate": birth_certificate,
}


# Printed words ------------------------------------------------------------------------


def _printed_person(words: Sequence[Word]) -> dict[str, Suggestion]:
    found: dict[str, Suggestion] = {}
    for key, label in _NAMES:
        name = fields.name(fields.beside(words, label, stops=_LABELS))
        if name:
            found[key] = _ocr(name.text, name.confidence)
    sex = fields.sex(fields.beside(words, "пол", stops=_LABELS))
    if sex:
        found["sex"] = _ocr(sex.text, sex.confidence)
    for label in ("дата рождения", "дата и место рождения"):
        born = fields.day(fields.beside(words, label))
        if born:
            found["birth_date"] = _ocr(born[0].isoformat(), born[1])
    return found


def _printed_passport(page: Page) -> dict[str, Suggestion]:
    found: dict[str, Suggestion] = {}
    issued = fields.day(fields.beside(page.words, "дата выдачи", stops=("код",)))
    if issued:
        found["issued_on"] = _ocr(issued[0].isoformat(), issued[1])
    code = fields.beside(page.words, "код подразделения")
    match = re.search(r"\d{3}\s?[-–—]\s?\d{3}", code.text) if code else None
    if code and match:
        found["department_code"] = _ocr(
            identity_documents.normalize_department_code(match.group()), code.confidence
        )
    number = _red_number(page)
    if number:
        text, sure = number
        found["series"] = _ocr(text[:5], sure)
        found["number"] = _ocr(text[6:], sure)
    return found


def _red_number(page: Page) -> tuple[str, float] | None:
    """The number that runs down the right edge of both pages: equal twice, it is sure."""
    if not engine.has(page.place, engine.LATIN):
        return None
    edge = page.dark[:, int(page.dark.shape[1] * 0.86) :]
    upright = numpy.ascontiguousarray(numpy.rot90(edge, 1))
    digits = "".join(engine.lines(upright, place=page.place, signs="0123456789"))
    if len(digits) not in (10, 20):
        return None
    text = _valid(identity_documents.normalize_passport, digits[-10:])
    if text is None:
        return None
    return text, fields.SURE if digits[:10] == digits[-10:] and len(digits) == 20 else DOUBTED


def _series(words: Sequence[Word]) -> dict[str, Suggestion]:
    """Roman numeral, two letters, six digits: Tesseract reads Ⅱ as П and Ⅲ as Ш."""
    for row in fields.rows(words):
        match = re.search(
            r"(\S{1,7})\s?[-–—]\s?(\S{2})\s*(?:№|Nо|N[oо°]|Ме|Ne)?\s*(\d{6})\b", row.text
        )
        if not match:
            continue
        roman = cyrillic(match[1]).translate(_ROMANS)
        try:
            document = identity_documents.normalize(
                identity_documents.BIRTH_CERTIFICATE_RF,
                series=f"{roman}-{match[2]}",
                number=match[3],
            )
        except Invalid:
            continue
        sure = min(word.confidence for word in row.words)
        return {
            "series": _ocr(document.series, sure),
            "number": _ocr(document.number, sure),
        }
    return {}


# What codes say -----------------------------------------------------------------------


def _from_record(record: mrz.Passport, seen: dict[str, Suggestion]) -> dict[str, Suggestion]:
    """Check digits vouch for the lower line; for names, that they are printed just so."""
    told = {
        "birth_date": record.birth_date.isoformat(),
        "sex": record.sex,
        "series": record.series,
        "number": record.number,
        "issued_on": record.issued_on.isoformat(),
        "department_code": record.department_code,
    }
    found = {key: Suggestion(value, CHECKED, "mrz") for key, value in told.items()}
    for key, _ in _NAMES:
        name = getattr(record, key)
        if not _is_name(name) or (record.is_cut and key == _last_name(record)):
            continue
        printed = seen.get(key)
        if printed is None:
            found[key] = Suggestion(name, ALONE, "mrz")
        elif names.fold(printed.value) == names.fold(name):
            found[key] = Suggestion(printed.value, AGREED, "mrz")
        else:  # both were read from one page: the printed one has no look-alike digits in it
            found[key] = Suggestion(printed.value, DOUBTED, "ocr")
    return found


def _last_name(record: mrz.Passport) -> str:
    return "patronymic" if record.patronymic else "given_name"


def _barcodes(picture: Colour) -> dict[str, Suggestion]:
    grey = greyed(picture)
    for code in zxingcpp.read_barcodes(grey):
        try:
            record = policy_barcode.parse(bytes(code.bytes))
        except Invalid:
            number = _code_number(code)
            if number:
                return {"enp": Suggestion(number, CHECKED, "barcode")}
            continue
        told = {
            "enp": record.enp,
            "family_name": _capitals(record.family_name),
            "given_name": _capitals(record.given_name),
            "patronymic": _capitals(record.patronymic),
            "sex": record.sex,
            "birth_date": record.birth_date.isoformat(),
        }
        return {key: Suggestion(value, CHECKED, "barcode") for key, value in told.items() if value}
    return {}


def _code_number(code: zxingcpp.Barcode) -> str | None:
    """The ENP of a record of another make, or of a code that holds just the number."""
    number = _valid(policy_barcode.policy_number, bytes(code.bytes))
    if number:
        return number
    match = re.fullmatch(r"\D{0,20}(\d{16})\D{0,20}", code.text)
    return _valid(enp.normalize, match[1]) if match else None


# Small things -------------------------------------------------------------------------


def _valid(rule: Callable[[T], str], value: T) -> str | None:
    try:
        return rule(value)
    except Invalid:
        return None


def _enp_confidence(number: str, found: dict[str, Suggestion]) -> float:
    """Sure when the birth date it holds is the one printed."""
    born, told = found.get("birth_date"), enp.parse(number).birth_date
    if born is None or told is None:
        return fields.SURE
    return AGREED if told.isoformat() == born.value else DOUBTED


def _ocr(value: str, confidence: float) -> Suggestion:
    return Suggestion(value, round(min(confidence, fields.SURE), 2), "ocr")


def _capitals(name: str) -> str:
    found = fields.name(Found(name, 1.0))
    return found.text if found else ""


def _is_name(text: str) -> bool:
    return bool(text) and fields.name(Found(text, 1.0)) is not None


def _is_word(word: Word, label: str) -> bool:
    return cyrillic(word.text).strip(" .,:") == cyrillic(label)


def _after_birth(day: date, found: dict[str, Suggestion]) -> bool:
    born = found.get("birth_date")
    return born is None or born.value <= day.isoformat()
