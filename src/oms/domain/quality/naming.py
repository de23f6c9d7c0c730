"""Surnames, names and patronymics: what letters they are written with."""

import re
from collections.abc import Mapping
from functools import lru_cache

from oms.domain.accounts.models import Sex
from oms.domain.quality.sheet import NAMES
from oms.law import names
from oms.law.typed import cyrillic
from oms.law.verdict import Invalid

PARTS = NAMES
_COMMON = 50_000
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z]")
_MALE, _FEMALE = ("ич",), ("овна", "евна", "ична")
_CYRILLIC = re.compile("[А-Яа-яЁё]")


def mixed(told: Mapping[str, str]) -> bool:
    """Whether a word has both Russian and Latin letters."""
    return any(_fault(text) == "mixed-alphabet" for text in told.values())


def unmixed(told: Mapping[str, str]) -> dict[str, str]:
    """Return the parts whose Latin letters all look like Russian ones, written with those."""
    found = {}
    for name, text in told.items():
        if _fault(text) == "mixed-alphabet":
            russian = _WORD.sub(lambda word: _russian(word[0]), text)
            if not _LATIN.search(russian):
                found[name] = russian
    return found


def latin_among(text: str) -> list[str]:
    """Return the Latin letters of a text that has Russian ones too, each once."""
    return list(dict.fromkeys(_LATIN.findall(text))) if _CYRILLIC.search(text) else []


def strange(told: Mapping[str, str]) -> bool:
    """Whether a part has digits or signs that no name has."""
    return any(_fault(text) == "characters" for text in told.values())


def latin(told: Mapping[str, str]) -> bool:
    """Whether a part is written in Latin letters alone."""
    words = told.values()
    return any(_LATIN.search(text) and not _CYRILLIC.search(text) for text in words)


def shouted(told: Mapping[str, str]) -> bool:
    """Whether a part is all small or all capital letters."""
    return bool(capitalised(told))


def capitalised(told: Mapping[str, str]) -> dict[str, str]:
    """Return the parts written so, with one capital in each word."""
    return {
        name: _WORD.sub(lambda word: word[0].capitalize(), text)
        for name, text in told.items()
        if _fault(text) == "" and (text.islower() or (text.isupper() and len(text) > 1))
    }


def sex_of_patronymic(patronymic: str) -> Sex | None:
    """Return the sex that the ending tells; None for «оглы», «кызы», foreign and missing ones."""
    text = patronymic.strip().lower()
    if text.endswith(_FEMALE):
        return Sex.FEMALE
    return Sex.MALE if text.endswith(_MALE) else None


@lru_cache(maxsize=_COMMON)
def _fault(text: str) -> str:
    """Return the code of what is wrong with a word; a region's names repeat."""
    try:
        names.normalize(text)
    except Invalid as wrong:
        return wrong.code
    return ""


def _russian(word: str) -> str:
    if not (_LATIN.search(word) and _CYRILLIC.search(word)):
        return word
    russian = cyrillic(word)
    return russian.capitalize() if not word.isupper() else russian
