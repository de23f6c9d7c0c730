"""How files of the exchange are named: `i77001_01_26112301.xml`, and the answers to them.

A letter of the kind, the insurer's code (SMOCOD), the place of issue (PRZCOD), a number of the
insurer's own. Source: order 79; that the letter is followed by SMOCOD is uncertain.
"""

import re
from dataclasses import dataclass

from oms.kit.denied import Denied

SUFFIX = ".xml"
_NAME = re.compile(r"(?P<kind>[ipfsk])(?P<insurer>\d{5})_(?P<point>[0-9A-Z]{1,8})_([0-9A-Z]{1,16})")


class BadName(Denied):
    """The file is not named as files of the exchange are."""

    status = 422
    text = "Назовите файл по образцу «i77001_01_26112301.xml»: код СМО, пункт выдачи, номер."


@dataclass(frozen=True)
class FileName:
    """A name taken apart; `stem` is FILENAME, without the suffix."""

    stem: str
    kind: str
    insurer: str
    point: str


def parse(name: str) -> FileName:
    """Return the parts of a file's name; raise `BadName`.

    >>> parse("I77001_01_261123.XML").stem
    'i77001_01_261123'
    """
    stem = name.rpartition("/")[2]
    if stem.lower().endswith(SUFFIX):
        stem = stem[: -len(SUFFIX)]
    stem = stem[:1].lower() + stem[1:].upper()
    found = _NAME.fullmatch(stem)
    if not found:
        raise BadName
    return FileName(stem, found["kind"], found["insurer"], found["point"])


def answer_name(stem: str, kind: str) -> str:
    """Return the name of the protocol: the first letter changed.

    >>> answer_name("i77001_01_261123", "p")
    'p77001_01_261123'
    """
    return kind + stem[1:]
