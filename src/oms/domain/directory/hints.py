"""What in a text may name or reach somebody: shown to who moderates, decided by nobody else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DIGITS = re.compile(r"\+?\d(?:[\s\-()\u00a0]{0,2}\d){5,18}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_SITE = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:ru|рф|com|net|org|su)\b", re.IGNORECASE)
_MESSENGER = re.compile(r"(?<![\w.])@[A-Za-z]\w{3,}")
_PATRONYMIC = re.compile(r"\b[А-ЯЁ][а-яё]+(?:ович|евич|ьич|инич|овн|евн|иничн)[а-яё]{0,3}\b")
_SURNAME = re.compile(
    r"\b[А-ЯЁ][а-яё]+(?:ов|ев|ёв|ин|ын|ск|цк|енко|ук|юк|дзе|швили|ян|их|ых)"
    r"(?:а|ой|у|ым|ому|ого|ий|ая|ую|им|ом|е|ы)?\b"
)
_INITIALS = re.compile(
    r"\b[А-ЯЁ][а-яё]+\s+[А-ЯЁ]\.\s?[А-ЯЁ]?\.?|\b[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё]+"
)
_PLACES = ("Москв", "Росси", "Санкт")
_ENOUGH = 20


@dataclass(frozen=True)
class Hint:
    """One place of a text and what it looks like."""

    what: str
    words: str


def hints(text: str) -> list[Hint]:
    """Return what looks like personal data, in the order of its kinds; at most twenty.

    >>> [(one.what, one.words) for one in hints("Звоните Ивановой А. П.: 8 900 123-45-67")]
    [('телефон', '8 900 123-45-67'), ('фамилия', 'Ивановой А. П.')]
    >>> hints("Приняли быстро, врач всё объяснила. Спасибо!")
    []
    """
    found: dict[str, Hint] = {}
    for hint in _all(text):
        if not any(hint.words in known for known in found):
            found[hint.words] = hint
    return list(found.values())[:_ENOUGH]


def _all(text: str) -> Iterator[Hint]:
    for what, pattern in (("почта", _EMAIL), ("адрес сайта", _SITE), ("имя в сети", _MESSENGER)):
        yield from (Hint(what, one.group().strip()) for one in pattern.finditer(text))
    for one in _DIGITS.finditer(text):
        yield Hint(_number(one.group()), one.group().strip())
    for pattern in (_INITIALS, _PATRONYMIC, _SURNAME):
        for one in pattern.finditer(text):
            if not one.group().startswith(_PLACES) and not _begins_sentence(text, one):
                yield Hint("фамилия" if pattern is not _PATRONYMIC else "отчество", one.group())


def _number(written: str) -> str:
    count = len(re.sub(r"\D", "", written))
    if count == 11:
        return "телефон" if written.lstrip("+")[:1] in "78" else "СНИЛС"
    return "номер полиса" if count == 16 else "длинный номер"


def _begins_sentence(text: str, one: re.Match[str]) -> bool:
    """A lone word with a capital at the beginning of a sentence says little."""
    before = text[: one.start()].rstrip()
    return " " not in one.group() and "." not in one.group() and (
        not before or before[-1] in ".!?\n"
    ) and one.re is _SURNAME  # fmt: skip
