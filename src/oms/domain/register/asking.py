"""One box of text understood: a number, a name or its beginning, a birth date."""

import re
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from oms.domain.register import bearers
from oms.domain.register.data import DocumentData, blank_key, document_key
from oms.domain.register.models import InsuredPerson
from oms.law import dates
from oms.law.identity_documents import KINDS
from oms.law.names import fold
from oms.law.typed import compact, digits
from oms.law.verdict import Invalid

_ENP, _SNILS = 16, 11
_HOLDERS = 100  # of one number; more is a number nobody means
_DATE = re.compile(r"(\d{1,2}[-./]\d{1,2}[-./]\d{4}|\d{4}-\d{1,2}-\d{1,2}|\d{1,2} [а-яё]+ \d{4})")
_CYRILLIC = re.compile("[А-Яа-яЁё]")
_SERIES_NUMBER = re.compile(r"(.*?)(\d*)")
_Rows = QuerySet[InsuredPerson]


@dataclass(frozen=True)
class Asked:
    """What the text means: either `number`, or `words` of a name and a `birth_date`."""

    number: str = ""
    words: tuple[str, ...] = ()
    birth_date: date | None = None


def understand(text: str) -> Asked:
    """Read the text; nonsense is an empty question.

    >>> understand("Соколова Анна 04.03.1985").words, understand("112-233-445 95").number
    (('Соколова', 'Анна'), '11223344595')
    """
    rest, birth_date = _without_date(text)
    if any(letter.isdecimal() for letter in rest):
        return Asked(number=compact(text).replace("№", "").upper())
    parted = rest.replace(",", " ") if _CYRILLIC.search(rest) else rest.replace(", ", " ")
    words = tuple(word for word in parted.split() if fold(word))  # a comma may be «б» elsewhere
    return Asked(words=words, birth_date=birth_date)


def answer(asked: Asked, rows: _Rows, *, limit: int) -> tuple[InsuredPerson, ...]:
    """Return at most `limit` of `rows` that the question means exactly or by beginning."""
    if asked.number:
        return _by_number(asked.number, rows, limit)
    if asked.birth_date:
        rows = rows.filter(birth_date=asked.birth_date)
    if not asked.words:
        return tuple(rows.order_by("name_key", "pk")[:limit]) if asked.birth_date else ()
    found = tuple(_beginning(rows, asked.words)[:limit])
    if found or len(asked.words) == 1:
        return found
    return tuple(_beginning(rows, (*asked.words[-1:], *asked.words[:-1]))[:limit])


def _without_date(text: str) -> tuple[str, date | None]:
    found = _DATE.search(text.lower())
    if not found:
        return text, None
    try:
        day = dates.parse(found[0])
    except Invalid:
        return text, None
    return text[: found.start()] + " " + text[found.end() :], day


def _beginning(rows: _Rows, words: tuple[str, ...]) -> _Rows:
    """Rows whose name begins so. A range, not LIKE: one index serves it on every database."""
    key = " ".join(fold(word) for word in words)
    after = key[:-1] + chr(ord(key[-1]) + 1)
    return rows.filter(name_key__gte=key, name_key__lt=after).order_by("name_key", "pk")


def _by_number(number: str, rows: _Rows, limit: int) -> tuple[InsuredPerson, ...]:
    """Find the holders first, then what the user may see of them: two sure entries by index."""
    holders = set(bearers.standing(_holders(number)).values())
    return tuple(rows.filter(pk__in=holders).order_by("name_key", "pk")[:limit])


def led_on(asked: Asked) -> set[int]:
    """Return who is found only by the number of a record merged into theirs. Queries as `answer`.

    >>> led_on(Asked(words=("Соколова",)))
    set()
    """
    if not asked.number:
        return set()
    stands = bearers.standing(_holders(asked.number))
    own = {person for person, to in stands.items() if person == to}
    return set(stands.values()) - own


def _holders(number: str) -> set[int]:
    if digits(number) and len(number) == _SNILS:
        found: tuple[bearers.Rows, ...] = (bearers.by_snils([number]),)
    elif digits(number) and len(number) == _ENP:
        found = bearers.by_enp([number])
    else:
        documents = bearers.by_document(_document_keys(number))
        found = (bearers.by_blank([blank_key(number)]), documents)
    return {person for rows in found for _, person in rows[:_HOLDERS]}


def _document_keys(number: str) -> set[str]:
    """The document's key for each kind of F011: the box does not ask which kind."""
    split = _SERIES_NUMBER.fullmatch(number)
    series, tail = (split[1], split[2]) if split else ("", number)
    return {
        document_key(DocumentData(kind=str(kind), series=series, number=tail)) for kind in KINDS
    }
