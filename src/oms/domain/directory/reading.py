"""Reads an XML reference book as a stream of records, whatever its shape and size.

The files come from outside: nothing in one may reach the network, expand, or fill the memory.
A document type is refused before the parser sees it, so there are no entities to expand; the
parser keeps one record at a time. Anything wrong is `Unreadable`, in words.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, Any

from lxml import etree

from oms.kit import strangers_xml
from oms.kit.denied import Denied

CHUNK = 64 * 1024
MAX_RECORD = 1024 * 1024  # bytes between the ends of two records: a real one is a few kilobytes
MAX_DEPTH = 16
HEADING = "zglv"

_ENCODINGS = {
    "windows-1251": "windows-1251",
    "cp1251": "windows-1251",
    "utf-8": "utf-8",
    "utf8": "utf-8",
}
_ROOT = re.compile(r"root|packet|[fvo]\d{3}")


class Unreadable(Denied):
    """The file is not a reference book that can be read."""

    status = 422
    text = "Файл не читается. Скачайте справочник ещё раз в формате XML."


@dataclass(frozen=True)
class Heading:
    """What a file says of itself; every part may be empty."""

    kind: str = ""
    version: str = ""
    issued: str = ""


@dataclass(frozen=True)
class Record:
    """One row: fields (attributes and plain child elements) and nested parts; lower-case names."""

    tag: str
    number: int
    fields: dict[str, str] = field(default_factory=dict)
    parts: tuple["Record", ...] = ()

    def get(self, *names: str) -> str:
        """Return the first value that is not empty: own fields first, then those of the parts."""
        for name in names:
            if value := self.fields.get(name):
                return value
        return next((value for part in self.parts if (value := part.get(*names))), "")

    def all(self, tag: str) -> list["Record"]:
        """Return the parts with this tag at any depth, in the order of the file."""
        found: list[Record] = []
        for part in self.parts:
            found += [part] if part.tag == tag else part.all(tag)
        return found

    def names(self) -> set[str]:
        """Return the names of all fields at any depth."""
        return set(self.fields).union(*(part.names() for part in self.parts))

    def as_data(self) -> dict[str, Any]:
        """Return everything the row says, as plain data for JSON."""
        data: dict[str, Any] = dict(self.fields)
        for part in self.parts:
            data.setdefault(f"{part.tag}[]", []).append(part.as_data())
        return data


Records = Iterator[Record]


def read(file: IO[bytes]) -> tuple[Heading, Records]:
    """Return the heading and the records, read as they are asked for.

    `file` is at its beginning; windows-1251 and UTF-8 are known. Raises `Unreadable`, while
    reading the records too.
    """
    found = _items(file)
    heading = Heading()
    for item in found:
        if isinstance(item, Record):
            return heading, again(item, _only_records(found))
        heading = item
    raise Unreadable("В файле нет ни одной записи справочника.")


def again(first: Record, rest: Records) -> Records:
    """Put back a record that was looked at."""
    return chain([first], rest)


def _only_records(items: "Iterator[Heading | Record]") -> Records:
    return (item for item in items if isinstance(item, Record))


def _items(file: IO[bytes]) -> "Iterator[Heading | Record]":
    """Yield the heading, if any, and the records."""
    head = file.read(CHUNK)
    encoding = _encoding(head)
    parser = strangers_xml.parser(encoding)
    collector = _Collector()
    watch = _Watch(encoding)
    try:
        for piece in _pieces(head, file):
            watch.look(piece, before_root=collector.root is None)
            parser.feed(piece)
            yield from collector.take(parser, len(piece))
        watch.finish()
        parser.close()
        yield from collector.take(parser, 0)
    except etree.LxmlError as broken:
        raise Unreadable(_broken(broken, encoding)) from None


def _pieces(head: bytes, file: IO[bytes]) -> Iterator[bytes]:
    while head:
        yield head
        head = file.read(CHUNK)


def _encoding(head: bytes) -> str:
    """Return the encoding the file declares (UTF-8 without a declaration), if it is a known one."""
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not start:
        raise Unreadable("Файл пустой. Скачайте справочник ещё раз.")
    if not start.startswith(b"<") or b"\0" in head[:CHUNK]:
        raise Unreadable("Это не XML. Нужен справочник в формате XML, не архив и не таблица.")
    name = strangers_xml.declared_encoding(start)
    if name not in _ENCODINGS:
        raise Unreadable(f"Кодировка «{name}» не поддерживается. Нужна windows-1251 или UTF-8.")
    return _ENCODINGS[name]


def _broken(error: etree.LxmlError, encoding: str) -> str:
    if strangers_xml.is_about_letters(error):
        return f"Буквы файла не читаются в кодировке «{encoding}», указанной в его начале."
    place = strangers_xml.line_of(error)
    return f"Файл повреждён или обрывается{place}. Скачайте справочник ещё раз."


class _Watch:
    """Looks at the bytes: no document type, and the encoding is the declared one."""

    def __init__(self, encoding: str) -> None:
        self.tail = b""
        self.said_other = encoding != "utf-8"
        self.letters = strangers_xml.Letters()

    def look(self, piece: bytes, *, before_root: bool) -> None:
        if before_root and b"<!DOCTYPE" in self.tail + piece:
            raise Unreadable("В файле есть описание типа документа (DOCTYPE). Уберите его.")
        self.tail = piece[-16:]
        if self.said_other:
            self.letters.look(piece)

    def finish(self) -> None:
        """Refuse Russian text in UTF-8 that calls itself windows-1251: it would read as «Р°Р±»."""
        if self.said_other and self.letters.are_utf8:
            raise Unreadable(
                "Файл записан в UTF-8, а указана кодировка windows-1251. Исправьте её."
            )


class _Collector:
    """Turns the parser's events into the heading and records, and forgets what is read."""

    def __init__(self) -> None:
        self.root: Any = None
        self.depth = 0
        self.count = 0
        self.pending = 0

    def take(self, parser: "etree.XMLPullParser", size: int) -> "Iterator[Heading | Record]":
        self.pending += size
        for event, element in parser.read_events():
            if event == "start":
                yield from self._enter(element)
            else:
                self.depth -= 1
                if self.depth == 1:
                    self.pending = 0
                    yield self._item(element)
                    strangers_xml.forget(element)
        if self.pending > MAX_RECORD:
            raise Unreadable("В файле есть запись больше одного мегабайта. Это не справочник.")

    def _enter(self, element: Any) -> "Iterator[Heading | Record]":
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("Записи вложены слишком глубоко. Это не справочник.")
        if self.root is None:
            self.root = element
            if not _ROOT.fullmatch(_name(element.tag)):
                raise Unreadable("Это XML, но не справочник: ожидается корень root или packet.")
            yield _heading(Record(_name(element.tag), 0, _attributes(element)))

    def _item(self, element: Any) -> "Heading | Record":
        if _name(element.tag) == HEADING:
            return _heading(_record(element, 0))
        self.count += 1
        return _record(element, self.count)


def _heading(record: Record) -> Heading:
    said = record.fields
    return Heading(
        kind=said.get("type") or record.tag,
        version=said.get("version", "")[:32],
        issued=said.get("date") or said.get("data", ""),
    )


def _record(element: Any, number: int) -> Record:
    fields, parts = _attributes(element), []
    for child in element:
        if len(child) or child.attrib:
            parts.append(_record(child, number))
        else:
            fields.setdefault(_name(child.tag), " ".join((child.text or "").split()))
    return Record(_name(element.tag), number, fields, tuple(parts))


def _attributes(element: Any) -> dict[str, str]:
    return {_name(key): " ".join(value.split()) for key, value in element.attrib.items()}


def _name(tag: Any) -> str:
    return str(tag).rpartition("}")[2].lower()
