"""The reference books the portal knows (НСИ ФФОМС), and the reading of a row of a simple one.

A simple book is a list of codes with names and days in force. The rows of organisations
(F001, F002, F003, F032) are read in `organizations`.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from oms.domain.directory.reading import Heading, Record, Unreadable
from oms.law import dates
from oms.law.verdict import Invalid

ALWAYS = date(1900, 1, 1)  # first day of a row that names none
MAX_PROBLEMS = 10_000


@dataclass(frozen=True)
class Book:
    """A book: its code and title, the fields that tell it from others, where code and name are."""

    code: str
    title: str
    marks: frozenset[str]
    key: str
    pattern: str
    key_words: str
    name: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    organizations: str = ""  # kind of organisation, when the rows are organisations


def _book(code: str, title: str, marks: str, *, key: str, pattern: str, says: str,
          name: str = "", extra: str = "", organizations: str = "") -> Book:  # fmt: skip
    return Book(
        code,
        title,
        frozenset(marks.split()),
        key,
        pattern,
        says,
        tuple(name.split()),
        tuple(extra.split()),
        organizations,
    )


# The order matters: a book whose marks include another's stands before it.
_BOOKS = (
    _book("F002", "Страховые медицинские организации", "smocod",
          key="smocod", pattern=r"\d{5}", says="пять цифр", organizations="insurer"),
    _book("F032", "Медицинские организации, новый перечень", "mcod idmo",
          key="mcod", pattern=r"\d{6}", says="шесть цифр", organizations="clinic"),
    _book("F003", "Медицинские организации", "mcod",
          key="mcod", pattern=r"\d{6}", says="шесть цифр", organizations="clinic"),
    _book("F001", "Территориальные фонды ОМС", "tf_kod",
          key="tf_kod", pattern=r"\d{2}", says="две цифры", organizations="fund"),
    _book("F010", "Субъекты Российской Федерации", "kod_tf kod_okato",
          key="kod_tf", pattern=r"\d{2}", says="две цифры", name="subname",
          extra="kod_okato okrug"),
    _book("F011", "Документы, удостоверяющие личность", "iddoc docser",
          key="iddoc", pattern=r"\d{1,2}", says="одна или две цифры", name="docname",
          extra="docser docnum"),
    _book("F008", "Виды полисов ОМС", "iddoc",
          key="iddoc", pattern=r"\d{1,2}", says="одна или две цифры", name="docname"),
    _book("F009", "Статусы застрахованных лиц", "idstatus",
          key="idstatus", pattern=r"\d{1,2}", says="одна или две цифры", name="statusname"),
    _book("F012", "Ошибки форматного контроля", "kod opis",
          key="kod", pattern=r"\d{1,4}", says="до четырёх цифр", name="opis", extra="dopinfo"),
    _book("V005", "Пол", "idpol",
          key="idpol", pattern=r"\d", says="одна цифра", name="polname"),
    _book("O001", "Страны мира", "alfa3",
          key="alfa3", pattern=r"[A-Z]{3}", says="три латинские буквы", name="name11 name12",
          extra="kod alfa2 name12"),
)  # fmt: skip

BOOKS = {book.code: book for book in _BOOKS}
TITLES = {book.code: book.title for book in _BOOKS}


class RowRefusedError(Exception):
    """A row has no key one could use: it is left out and told of."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


@dataclass
class Problems:
    """What was wrong with rows: at most `MAX_PROBLEMS` are told in full, all are counted."""

    told: list[dict[str, object]] = field(default_factory=list)
    refused: int = 0
    warned: int = 0

    def refuse(self, row: int, code: str, wrong: RowRefusedError) -> None:
        """Note a row left out."""
        self.refused += 1
        self._tell("refused", row, code, wrong.field, wrong.reason)

    def warn(self, row: int, code: str, field: str, reason: str) -> None:
        """Note a doubtful value left out of a row that was taken."""
        self.warned += 1
        self._tell("warning", row, code, field, reason)

    def _tell(self, kind: str, row: int, code: str, field: str, reason: str) -> None:
        if len(self.told) < MAX_PROBLEMS:
            said = {"row": row, "code": code[:32], "field": field, "reason": reason}
            self.told.append({"kind": kind, **said})


@dataclass(frozen=True)
class EntryRow:
    """A row of a simple book; `ends_on` is its last day in force."""

    row: int
    code: str
    name: str
    extra: dict[str, str]
    begins_on: date
    ends_on: date | None


def recognize(*, heading: Heading, first: Record, asked: str | None) -> Book:
    """Return the book the file holds, judged by its heading and the fields of its first row.

    Raises `Unreadable` when it is none of ours, or not the one `asked` for.
    """
    if asked is not None and asked.upper() not in BOOKS:
        raise Unreadable(f"Справочник «{asked[:16]}» не поддерживается. Есть: {', '.join(BOOKS)}.")
    names = first.names()
    found = next((book for book in _BOOKS if book.marks <= names), None)
    said = BOOKS.get(heading.kind.upper())
    if said and said.key in names:
        found = said
    if found is None:
        raise Unreadable("Справочник не узнан по полям. Есть: " + ", ".join(BOOKS) + ".")
    if asked is None or asked.upper() == found.code:
        return found
    wanted = BOOKS[asked.upper()]
    if wanted.key == found.key and wanted.organizations and not said:
        return wanted  # F003 and F032 look alike; the person knows better
    raise Unreadable(f"В файле справочник {found.code} «{found.title}», а не {wanted.code}.")


def code_of(book: Book, record: Record) -> str:
    """Return the row's code; raise `RowRefusedError` when it is missing or malformed."""
    code = record.get(book.key).upper()
    if not code:
        raise RowRefusedError(book.key, "Код не указан")
    if not re.fullmatch(book.pattern, code, re.ASCII):
        raise RowRefusedError(book.key, f"Код «{code[:16]}» не подходит: {book.key_words}")
    return code


def entry_rows(book: Book, records: Iterator[Record], problems: Problems) -> Iterator[EntryRow]:
    """Yield the rows of a simple book that have a usable key."""
    seen: set[tuple[str, date]] = set()
    for record in records:
        try:
            row = _entry(book, record, problems)
            if (row.code, row.begins_on) in seen:
                raise RowRefusedError(book.key, "Код с этой датой начала уже был в файле")
        except RowRefusedError as wrong:
            problems.refuse(record.number, record.get(book.key), wrong)
            continue
        seen.add((row.code, row.begins_on))
        yield row


def _entry(book: Book, record: Record, problems: Problems) -> EntryRow:
    code = code_of(book, record)
    begins_on = _day(record, "datebeg", "d_begin") or ALWAYS
    ends_on = _day(record, "dateend", "d_end")
    if ends_on and ends_on < begins_on:
        raise RowRefusedError("dateend", "Дата окончания раньше даты начала")
    if book.code == "F010" and not re.fullmatch(r"\d{5}", record.get("kod_okato"), re.ASCII):
        raise RowRefusedError("kod_okato", "Код ОКАТО субъекта должен состоять из пяти цифр")
    name = record.get(*book.name)
    if not name or len(name) > 500:
        problems.warn(record.number, code, book.name[0], "Название не указано или слишком длинное")
    extra = {key: value for key in book.extra if (value := record.get(key))}
    return EntryRow(record.number, code, name[:500] or code, extra, begins_on, ends_on)


def _day(record: Record, *names: str) -> date | None:
    """Return a day that the row cannot do without, or None when it is empty."""
    try:
        return day(record.get(*names))
    except Invalid as wrong:
        raise RowRefusedError(names[0], wrong.text) from None


def day(text: str) -> date | None:
    """Read ДД.ММ.ГГГГ or ISO, with or without a time; empty is None. Raises `Invalid`."""
    if not text:
        return None
    found = dates.parse(text.partition("T")[0])
    if not 1900 <= found.year <= 2999:
        raise Invalid("year", "Проверьте год: он вне 1900–2999")
    return found


def issue_day(heading: Heading) -> date | None:
    """Return the day the file was issued; None when it does not say or says nonsense."""
    with suppress(Invalid):
        return day(heading.issued)
    return None
