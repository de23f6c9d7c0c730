"""What every reader of a stranger's XML needs: nothing is fetched, expanded, or kept too long.

For files read piece by piece (`directory.reading`, `exchange.reading`); each room says in its own
words what is wrong with a file.
"""

import codecs
import re
from typing import Any

from lxml import etree

_DECLARATION = re.compile(rb"<\?xml\b[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")


def parser(encoding: str) -> "etree.XMLPullParser":
    """Return a parser for a stranger's file: it fetches nothing and resolves no entity."""
    return etree.XMLPullParser(
        events=("start", "end"),
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )


class Letters:
    """Tells, piece by piece, whether a file has Russian letters and they are those of UTF-8."""

    def __init__(self) -> None:
        self._any = False
        self._utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()

    def look(self, piece: bytes) -> None:
        """Take the next piece."""
        if self._utf8 is None:
            return
        self._any = self._any or not piece.isascii()
        try:
            self._utf8.decode(piece)
        except UnicodeDecodeError:
            self._utf8 = None

    @property
    def are_utf8(self) -> bool:
        """Whether all seen so far is text in UTF-8 and not ASCII alone."""
        return self._any and self._utf8 is not None


def declared_encoding(beginning: bytes) -> str:
    """Return the encoding the XML declaration names, in small letters; UTF-8 without one.

    >>> declared_encoding(b'<?xml version="1.0" encoding="Windows-1251"?>')
    'windows-1251'
    """
    declared = _DECLARATION.match(beginning)
    return declared[1].decode().lower() if declared else "utf-8"


def is_about_letters(error: etree.LxmlError) -> bool:
    """Whether the bytes are none of the declared encoding, not the markup."""
    text = str(error).lower()
    return "encod" in text or "not proper" in text or "invalid bytes" in text


def line_of(error: etree.LxmlError) -> str:
    """Return where the markup breaks, to be put into a sentence: « (строка 7)», or nothing."""
    line = getattr(error, "lineno", 0)
    return f" (строка {line})" if line else ""


def forget(element: Any) -> None:
    """Free a record and what stands before it; its own tail may still be being read."""
    element.clear(keep_tail=True)
    while element.getprevious() is not None:
        del element.getparent()[0]
