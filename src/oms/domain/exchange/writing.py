"""Writes files of the exchange as a stream of bytes: protocols, corrections, ends of insurance.

Everything is windows-1251; a letter it does not have goes as a character reference.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from html import escape

from oms.domain.exchange.models import Answer, ExchangeFile
from oms.domain.exchange.naming import answer_name
from oms.domain.exchange.reading import ENCODING, RECORDS, ROOTS

VERSION = "1.0"
AT_ONCE = 500
Parts = list["tuple[str, str | int | date | Parts | None]"]
"""Tag and value, or tag and parts, in the order of the schema; None leaves the tag out."""


@dataclass(frozen=True)
class Letter:
    """A file to write: its name without suffix, whose it is, how many records."""

    name: str
    insurer: str
    point: str
    records: int

    @property
    def kind(self) -> str:
        """The letter of the name."""
        return self.name[0]


def write(letter: Letter, records: Iterable[Parts]) -> Iterator[bytes]:
    """Yield the file's bytes; `records` are as many as the letter says."""
    root = ROOTS[letter.kind]
    attributes = {
        "VERS": VERSION,
        "FILENAME": letter.name,
        "SMOCOD": letter.insurer,
        "PRZCOD": letter.point,
        "NRECORDS": letter.records,
    }
    told = "".join(f' {name}="{escape(str(value))}"' for name, value in attributes.items())
    yield _bytes(f'<?xml version="1.0" encoding="{ENCODING}"?>\n<{root}{told}>\n')
    held: list[str] = []
    for record in records:
        held.append(element(RECORDS[letter.kind], record) + "\n")
        if len(held) >= AT_ONCE:
            yield _bytes("".join(held))
            held = []
    yield _bytes("".join(held) + f"</{root}>\n")


def element(tag: str, value: "str | int | date | Parts | None") -> str:
    """Return one element with everything in it.

    >>> element("A", [("B", 1), ("C", None), ("D", "<")])
    '<A><B>1</B><D>&lt;</D></A>'
    """
    if isinstance(value, list):
        inner = "".join(element(*part) for part in value if part[1] is not None)
    else:
        inner = escape(_plain(value))
    return f"<{tag}>{inner}</{tag}>"


def protocol(file: ExchangeFile) -> Iterator[bytes]:
    """Yield the p-file: an answer for each record."""
    rows = file.answers.order_by("place").values_list("number", "place", "code", "comment")
    records: Iterator[Parts] = (
        [("N_REC", number or place), ("CODE_ERP", code), ("COMMENT", comment or None)]
        for number, place, code, comment in rows.iterator(chunk_size=AT_ONCE)
    )
    return write(_answer(file, "p", file.done), records)


def format_control(file: ExchangeFile) -> Iterator[bytes]:
    """Yield the f-file: every fault of form, of the file or of a record."""
    rows = file.answers.filter(code=Answer.Code.REFUSED).exclude(faults=[]).order_by("place")
    count = sum(len(faults) for faults in rows.values_list("faults", flat=True).iterator())
    return write(_answer(file, "f", count + len(file.faults)), _faults(file))


def _faults(file: ExchangeFile) -> Iterator[Parts]:
    for fault in file.faults:
        yield _fault(fault, None)
    rows = file.answers.filter(code=Answer.Code.REFUSED).exclude(faults=[]).order_by("place")
    told = rows.values_list("number", "place", "faults")
    for number, place, faults in told.iterator(chunk_size=AT_ONCE):
        for fault in faults:
            yield _fault(fault, number or str(place))


def _fault(fault: dict[str, object], number: str | None) -> Parts:
    return [
        ("OSHIB", str(fault["error"])),
        ("IM_POL", str(fault["field"]) or None),
        ("BAS_EL", str(fault["within"]) or None),
        ("N_REC", number),
        ("COMMENT", str(fault["comment"])),
    ]


def _answer(file: ExchangeFile, kind: str, records: int) -> Letter:
    return Letter(answer_name(file.name, kind), file.insurer_id, file.point, records)


def _plain(value: "str | int | date | None") -> str:
    text = value.isoformat() if isinstance(value, date) else str(value)
    return "".join(sign for sign in text if sign >= " ")


def _bytes(text: str) -> bytes:
    return text.encode(ENCODING, "xmlcharrefreplace")
