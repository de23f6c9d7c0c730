"""One box of text understood: a number, a name or its beginning, a birth date."""

import re
from dataclasses import dataclass
from datetime import date
from itertools import chain

from django.db.models import QuerySet

from oms.domain.register.data import DocumentData, blank_key, document_key
from oms.domain.register.models import InsuredPerson
from oms.law import dates
from oms.law.identity_documents import KINDS
from oms.law.names import fold
from oms.law.typed import compact, digits
from oms.law.verdict import Invalid

_ENP, _SNILS, _TEMPORARY = 16, 11, 9
_DATE = re.compile(r"(\d{1,2}[-./]\d{1,2}[-./]\d{4}|\d{4}-\d{1,2}-\d{1,2}|\d{1,2} [а-яё]+ \d{4})")
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
    words = tuple(word for word in rest.replace(",", " ").split() if fold(word))
    return Asked(words=words, birth_date=birth_date)


def answer(asked: Asked, rows: _Rows, *, limit: int) -> tuple[InsuredPerson, ...]:
    """Return at most `limit` of `rows` that the question means exactly or by beginning."""
    if asked.number:
        return _unique(_by_number(asked.number, rows), limit)
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


def _by_number(number: str, rows: _Rows) -> list[_Rows]:
    if digits(number) and len(number) == _SNILS:
        return [rows.filter(snils=number)]
    if digits(number) and len(number) == _ENP:
        return [rows.filter(enp=number), rows.filter(policies__enp=number)]
    if digits(number) and len(number) == _TEMPORARY:
        return [rows.filter(policies__blank_number=number), _by_document(number, rows)]
    return [_by_document(number, rows), rows.filter(policies__blank_number=blank_key(number))]


def _by_document(number: str, rows: _Rows) -> _Rows:
    """Rows with the document, whatever its kind: one key for each kind of F011."""
    split = _SERIES_NUMBER.fullmatch(number)
    series, tail = (split[1], split[2]) if split else ("", number)
    keys = {
        document_key(DocumentData(kind=str(kind), series=series, number=tail)) for kind in KINDS
    }
    return rows.filter(identity_documents__number_key__in=keys)


def _unique(queries: list[_Rows], limit: int) -> tuple[InsuredPerson, ...]:
    found = {row.pk: row for row in chain.from_iterable(query[:limit] for query in queries)}
    return tuple(found.values())[:limit]
