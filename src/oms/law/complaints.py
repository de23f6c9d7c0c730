"""«Что болит»: from a complaint in plain words to the doctors people see with it.

The words are those of `law.specialities`; they are compared by their stems, so that «болят уши»
finds «болит ухо». A hint leads to a doctor, it is no diagnosis.
"""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from oms.law.specialities import SPECIALITIES, Speciality

_WORD = re.compile(r"[а-я]+")
_LONGEST = 200
_ENDING = re.compile(
    r"(?<=[а-я]{3})(?:иями|яю|аю|ями|ами|ого|его|ому|ему|ыми|ими|ешь|ишь|ает|яет|ают|яют|ует|ть|ет|ит|ят"
    r"|ут|ют|ат|ый|ий|ой|ей|ая|яя|ую|юю|ое|ее|ые|ие|ых|их|ам|ям|ах|ях|ом|ем|ов|ев|ся|сь"
    r"|[аеиоуыьюяй])$"
)
_SMALL_WORDS = (
    "а в во и к ко на о об от по под при с со у за из или не но мне меня мой моя мое мои очень"
    " сильно есть стал стала стало как что это уже второй третий день дня"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_SAME: Mapping[str, str] = MappingProxyType(
    {
        said: meant
        for meant, all_said in {
            "бол": "боль болел болеет болел болезн ноет ныл ломит колет ломот",
            "ух": "ухо уш уши ушей ушах ушк",
            "глаз": "глаз глазик зрен",
            "голов": "головн",
            "серд": "сердц сердечн",
            "зуб": "зубн зубик",
            "ребенк": "ребенок ребенк дет дитя сын сыну дочк дочер дочь доч малыш ребеночк",
            "спин": "поясниц спинн",
            "горл": "горлышк",
            "температур": "жар лихорадк знобит озноб",
            "нос": "носик",
            "кашел": "кашл",
            "виж": "видит видет вижу",
            "слыш": "слышит слышу слышат",
        }.items()
        for said in all_said.split()
    }
)
"""Stems people use → stems the hints use."""
_SHARE = 0.5


def lead_to(text: str) -> list[Speciality]:
    """Return the doctors a complaint leads to, best first; none when no words are known.

    >>> [one.code for one in lead_to("у дочки болят зубы")][:1]
    ['child-dentistry']
    >>> [one.code for one in lead_to("Сильно болит голова")]
    ['neurology']
    >>> lead_to("поликлиника на Учебной")
    []
    """
    said = _stems(text[:_LONGEST])
    if not said:
        return []
    marks = {code: _mark(said, one) for code, one in SPECIALITIES.items()}
    best = max(marks.values())
    near = [code for code, mark in marks.items() if mark and mark >= best * 0.8]
    return [SPECIALITIES[code] for code in sorted(near, key=lambda code: -marks[code])]


def _mark(said: frozenset[str], one: Speciality) -> float:
    """How much of the complaint the best hint of a speciality tells; its own title is a hint."""
    return max(_likeness(said, hint) for hint in _hints(one.code))


def _likeness(said: frozenset[str], hint: frozenset[str]) -> float:
    """Shared words against all words of both; «болит» alone leads nowhere."""
    shared = said & hint
    if not shared - {"бол", "ребенк"}:
        return 0
    share = len(shared) / len(hint)
    return 0 if share < _SHARE else share * len(shared) / len(said | hint)


@cache
def _hints(code: str) -> tuple[frozenset[str], ...]:
    one = SPECIALITIES[code]
    return tuple(_stems(words) for words in (*one.hints, one.title, one.service))


def _stems(text: str) -> frozenset[str]:
    words = _WORD.findall(text.lower().replace("ё", "е"))
    return frozenset(_stem(word) for word in words if word not in _SMALL)


def _stem(word: str) -> str:
    stem = _ENDING.sub("", word)
    return _SAME.get(word, _SAME.get(stem, stem))
