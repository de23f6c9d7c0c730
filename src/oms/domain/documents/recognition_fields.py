"""Values found by the words printed beside them, wherever on the page they stand."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz

from oms.domain.documents.recognition_engine import Word
from oms.law import dates, names
from oms.law.typed import cyrillic
from oms.law.verdict import Invalid

SURE = 0.9  # of what no check digit confirms nothing is surer than this
_ALIKE = 84
_DATE = re.compile(r"(?<!\d)(\d{1,2})[.,](\d{1,2})[.,](\d{4})(?!\d)")
_DATE_IN_WORDS = re.compile(r"(?<!\d)(\d{1,2})\s*([А-Яа-я]{3,8})\s*(\d{4})(?!\d)")
_FIRST_YEAR = 1900


@dataclass(frozen=True)
class Found:
    """A text read, and how sure its least sure word is."""

    text: str
    confidence: float


@dataclass(frozen=True)
class Row:
    """Words that stand on one line, from left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words with single spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return sum(word.middle for word in self.words) / len(self.words)

    @property
    def height(self) -> float:
        """How high its words are, the highest left out."""
        heights = sorted(word.height for word in self.words)
        return float(heights[len(heights) // 2])


def rows(words: Iterable[Word]) -> list[Row]:
    """Put words into lines, from top to bottom."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda one: one.middle):
        for line in reversed(lines[-4:]):
            last = line[-1]
            if abs(last.middle - word.middle) < 0.55 * min(last.height, word.height):
                line.append(word)
                break
        else:
            lines.append([word])
    ordered = (tuple(sorted(line, key=lambda one: one.left)) for line in lines)
    return [Row(line) for line in ordered]


def beside(words: Sequence[Word], label: str, *, stops: Sequence[str] = ()) -> Found | None:
    """Return what stands to the right of a label, as far as the next of `stops` on that line."""
    for place in find(words, label):
        reach = 1.3 * place.height
        right = [
            word
            for word in words
            if word.left > place.right - 2 and abs(word.middle - place.middle) < reach
        ]
        value = _until(sorted(right, key=lambda one: one.left), stops)
        if value:
            return _found(value)
    return None


def below(words: Sequence[Word], label: str, *, count: int) -> list[Found]:
    """Return so many lines that stand beside and below a label, in its value's column."""
    places = find(words, label)
    if not places:
        return []
    place = places[0]
    column = [
        word
        for word in words
        if word.left > place.right and word.middle > place.middle - 1.3 * place.height
    ]
    return [_found(row.words) for row in rows(column)[:count]]


def find(words: Sequence[Word], label: str) -> list[Word]:
    """Return the places where a label of one or more words is printed, as single words."""
    parts = label.split()
    found = []
    for first in words:
        if not _same(first.text, parts[0]):
            continue
        chain = [first]
        for part in parts[1:]:
            following = [word for word in words if _follows(chain[-1], word)]
            fit = next((word for word in following if _same(word.text, part)), None)
            if fit is None:
                break
            chain.append(fit)
        if len(chain) == len(parts):
            found.append(_joined(chain))
    return found


def day(found: Found | None) -> tuple[date, float] | None:
    """Return the first date in a text: 14.03.1985 or 14 марта 1985."""
    for one in days([found] if found else []):
        return one
    return None


def days(texts: Iterable[Found]) -> list[tuple[date, float]]:
    """Return all dates in texts that may be dates of a living person's papers."""
    result = [
        (text, found.confidence)
        for found in texts
        for pattern, joint in ((_DATE, "."), (_DATE_IN_WORDS, " "))
        for text in (joint.join(match.groups()) for match in pattern.finditer(found.text))
    ]
    read = ((_parsed(text), confidence) for text, confidence in result)
    return [(one, sure) for one, sure in read if one and one.year >= _FIRST_YEAR]


def name(found: Found | None) -> Found | None:
    """Return a name as people write it, if it can be one."""
    if found is None:
        return None
    text = cyrillic(found.text).strip(" .,:;-'\"|_—")
    if not re.fullmatch(r"[А-ЯЁ]+(?:[- ][А-ЯЁ]+)?", text) or len(text) < 2:
        return None
    try:
        kept = names.normalize(text)
    except Invalid:
        return None
    parts = re.split(r"([ -])", kept)
    return Found("".join(part.capitalize() for part in parts), found.confidence)


def sex(found: Found | None) -> Found | None:
    """Return M or F for a word that begins as «мужской» or «женский»."""
    for begin, letter in (("МУЖ", "M"), ("ЖЕН", "F")):
        if found and cyrillic(found.text).lstrip(" .").startswith(begin):
            return Found(letter, found.confidence)
    return None


def _parsed(text: str) -> date | None:
    try:
        return dates.parse(text)
    except Invalid:
        return None


def _same(text: str, part: str) -> bool:
    plain, wanted = text.lower().strip(" .,:;№"), part.lower().strip(" .")
    if len(wanted) <= 4:
        return plain == wanted
    return fuzz.ratio(plain, wanted) >= _ALIKE


def _follows(before: Word, word: Word) -> bool:
    """To the right on the line, or below as the label's second line."""
    height = max(before.height, word.height)
    is_right = 0 < word.left - before.right < 2.5 * height and (
        abs(word.middle - before.middle) < 0.9 * height
    )
    is_below = 0 < word.top - before.top < 3 * height and abs(word.left - before.left) < height
    return is_right or is_below


def _joined(chain: Sequence[Word]) -> Word:
    """The label as one word; the first line of it is where its value stands."""
    first = chain[0]
    return Word(
        " ".join(word.text for word in chain),
        min(word.confidence for word in chain),
        first.left,
        first.top,
        max(word.right for word in chain),
        first.bottom,
    )


def _until(words: Sequence[Word], stops: Sequence[str]) -> list[Word]:
    value: list[Word] = []
    for word in words:
        if any(_same(word.text, stop) for stop in stops):
            break
        if word.confidence > 0.25:
            value.append(word)
    return value


def _found(words: Sequence[Word]) -> Found:
    confidence = min(word.confidence for word in words)
    return Found(" ".join(word.text for word in words), min(confidence, SURE))
