"""Reads a file of the exchange as a stream of records, whatever its size.

The files come from outside: nothing in one may reach the network, expand, or fill the memory. A
document type is refused before the parser sees it, so there are no entities to expand; a piece of
64 KB is held at a time. Anything wrong with the file as a whole is `Unreadable`.
"""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from oms.domain.exchange.control import Fault, heading_faults
from oms.domain.exchange.naming import FileName
from oms.kit import strangers_xml
from oms.kit.denied import Denied

MAX_RECORD = 1024 * 1024  # bytes between the ends of two records: a real one is two kilobytes
MAX_DEPTH = 8
ENCODING = "windows-1251"
ROOTS = {"i": "OPLIST", "p": "REPLIST", "f": "FLK_P", "s": "STOPLIST", "k": "RECLIST"}
RECORDS = {"i": "OP", "p": "REP", "f": "PR", "s": "STOP", "k": "REC"}
_ENOUGH = 256  # bytes that surely hold the declaration
_NO_FILE, _NO_ROOT, _CODE = 902, 901, 904


class Unreadable(Denied):
    """The file as a whole is not one of the exchange; `fault` says it as format control does."""

    status = 422
    text = "Файл не читается. Выгрузите его ещё раз."

    def __init__(self, text: str, *, error: int = 903, field: str = "", within: str = "") -> None:
        super().__init__(text)
        self.fault = Fault(error, field, within, text)


@dataclass(frozen=True)
class Heading:
    """What the root says of the file."""

    version: str
    records: int


Items = Iterator[tuple[int, Any]]
"""Place from 1 and the element; it is forgotten when the next is asked for."""


def read(pieces: Iterable[bytes], *, name: FileName) -> tuple[Heading, Items]:
    """Return the heading and the records, read as they are asked for.

    Raises `Unreadable`, while reading the records too: last, when there are not NRECORDS.
    """
    found = _items(pieces, name)
    heading = next(found, None)
    if not isinstance(heading, Heading):
        raise Unreadable("В файле нет корневого элемента.", error=_NO_ROOT)
    return heading, _counted(found, heading)


def check(pieces: Iterable[bytes], *, name: FileName) -> Heading:
    """Read the file to its end and return its heading; raise `Unreadable`."""
    heading, items = read(pieces, name=name)
    for _ in items:
        pass
    return heading


def _counted(items: Iterator[Any], heading: Heading) -> Items:
    count = 0
    for element in items:
        count += 1
        if count > heading.records:
            break
        yield count, element
    if count != heading.records:
        more = "больше" if count > heading.records else "меньше"
        raise Unreadable(
            f"NRECORDS: {heading.records}, а записей в файле {more}. Исправьте число.",
            error=_CODE, field="NRECORDS",
        )  # fmt: skip


def _items(pieces: Iterable[bytes], name: FileName) -> Iterator[Any]:
    """Yield the heading, then the records' elements."""
    stream = _whole_beginning(iter(pieces))
    parser = strangers_xml.parser(ENCODING)
    watch, walk = _Watch(), _Walk(name)
    try:
        for piece in stream:
            watch.look(piece)
            for start in range(0, len(piece), 65536):
                part = piece[start : start + 65536]
                parser.feed(part)
                yield from walk.take(parser, len(part))
        watch.finish()
        parser.close()
        yield from walk.take(parser, 0)
    except etree.LxmlError as broken:
        raise Unreadable(_broken(broken)) from None


def _whole_beginning(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Put the first pieces together until the declaration is there, and judge it."""
    head = b""
    while len(head) < _ENOUGH:
        piece = next(pieces, b"")
        if not piece:
            break
        head += piece
    _judge(head)
    yield head
    yield from pieces


def _judge(head: bytes) -> None:
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not start:
        raise Unreadable("Файл пустой.", error=_NO_FILE)
    if not start.startswith(b"<") or b"\0" in head:
        raise Unreadable("Это не XML. Архивы и таблицы не принимаются.")
    encoding = strangers_xml.declared_encoding(start)
    if encoding not in {ENCODING, "cp1251"} or head.startswith(codecs.BOM_UTF8):
        raise Unreadable("Файл записан не в кодировке windows-1251.")


def _broken(error: etree.LxmlError) -> str:
    if strangers_xml.is_about_letters(error):
        return "Буквы файла не читаются в кодировке windows-1251."
    return f"Файл повреждён или обрывается{strangers_xml.line_of(error)}. Выгрузите его ещё раз."


class _Watch:
    """Looks at the bytes: no document type, and the letters are not those of UTF-8."""

    def __init__(self) -> None:
        self.tail = b""
        self.letters = strangers_xml.Letters()

    def look(self, piece: bytes) -> None:
        if b"<!DOCTYPE" in self.tail + piece or b"<!ENTITY" in self.tail + piece:
            raise Unreadable("В файле есть описание типа документа (DOCTYPE). Уберите его.")
        self.tail = piece[-16:]
        self.letters.look(piece)

    def finish(self) -> None:
        """Refuse Russian text in UTF-8 that calls itself windows-1251: it would read as «Р°Р±»."""
        if self.letters.are_utf8:
            raise Unreadable("Файл записан в UTF-8, а указана кодировка windows-1251.")


class _Walk:
    """Turns the parser's events into the heading and records, and forgets what is read."""

    def __init__(self, name: FileName) -> None:
        self.name = name
        self.root: Any = None
        self.depth = 0
        self.pending = 0

    def take(self, parser: "etree.XMLPullParser", size: int) -> Iterator[Any]:
        self.pending += size
        for event, element in parser.read_events():
            if event == "start":
                yield from self._enter(element)
                continue
            self.depth -= 1
            if self.depth == 1:
                self.pending = 0
                yield element
                strangers_xml.forget(element)
        if self.pending > MAX_RECORD:
            raise Unreadable("В файле есть запись больше одного мегабайта.")

    def _enter(self, element: Any) -> Iterator[Heading]:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("Записи вложены слишком глубоко.", error=_NO_ROOT)
        if self.root is None:
            self.root = element
            yield self._heading(element)

    def _heading(self, root: Any) -> Heading:
        wanted = ROOTS[self.name.kind]
        if root.tag != wanted:
            raise Unreadable(f"Корневой элемент файла — не {wanted}.", error=_NO_ROOT, field=wanted)
        fault = next(iter(heading_faults(root, self.name)), None)
        if fault:
            raise Unreadable(
                fault.comment, error=fault.error, field=fault.field, within=fault.within
            )
        return Heading(root.get("VERS"), int(root.get("NRECORDS")))
