"""«Что болит»: from a complaint in plain words to the doctors people see with it.

The words are those of `law.specialities`; they are compared by their stems, so that «болят уши»
finds «болит ухо». A pain nobody is known for leads to the therapist, a child's to the
paediatrician. A hint leads to a doctor, it is no diagnosis.
"""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from oms.law.specialities import SPECIALITIES, Speciality

_WORD = re.compile(r"[а-я]+")
_LONGEST = 200
_ENDING = re.compile(
    r"(?<=[а-я]{3})(?:иями|ями|ами|ого|его|ому|ему|ыми|ими|ешь|ишь|ает|яет|ают|яют|ует|яю|аю|ть|ет"
    r"|ит|ят|ут|ют|ат|ый|ий|ой|ей|ая|яя|ую|юю|ое|ее|ые|ие|ых|их|ам|ям|ах|ях|ом|ем|ов|ев|ся|сь"
    r"|[аеиоуыьюяй])$"
)
_SMALL_WORDS = (
    "а в во и к ко на о об от по под при с со у за из или не но мне меня мой моя мое мои очень"
    " сильно есть стал стала стало как что это уже второй третий день дня врач доктор"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_PAIN, _CHILD = "бол", "ребенк"
_SAID: Mapping[str, str] = MappingProxyType(
    {
        _PAIN: "боль болел болеет болезн ноет ныл ломит колет ломот заболел",
        _CHILD: "ребенок дет дитя сын дочк дочер дочь доч малыш ребеночек детск внук внучк",
        "ух": "ухо уш уши ушей ушах ушк",
        "глаз": "глазик глазк окулист",
        "голов": "головн",
        "серд": "сердц сердечн",
        "зуб": "зубн зубик зубов",
        "спин": "поясниц спинн шея ше",
        "горл": "горлышк ангин",
        "температур": "жар лихорадк знобит озноб грипп орв",
        "нос": "носик",
        "виж": "вид видит видет",
        "слыш": "слух",
        "кашел": "кашл",
        "давлен": "гипертон",
        "диабет": "диаб",
        "прививк": "прививок вакцин",
        "анализ": "анализов",
    }
)
_SAME = MappingProxyType({said: one for one, all_ in _SAID.items() for said in all_.split()})
"""Stems people use → stems the hints use."""
_FOR_CHILDREN = MappingProxyType(
    {"therapy": "paediatrics", "surgery": "child-surgery", "dentistry": "child-dentistry",
     "dental-surgery": "child-dentistry"}
)  # fmt: skip
_SHARE, _NEAR = 0.5, 0.8


def lead_to(text: str, *, is_child: bool = False) -> list[Speciality]:
    """Return the doctors a complaint leads to, best first; none when no words are known.

    `is_child`: the person has not come of age, be the text silent about it.

    >>> [one.code for one in lead_to("у дочки болят зубы")]
    ['child-dentistry']
    >>> [one.code for one in lead_to("Сильно болит голова")]
    ['neurology']
    >>> lead_to("поликлиника на Учебной")
    []
    """
    said = _stems(text[:_LONGEST])
    of_child = is_child or _CHILD in said
    marks = {code: _mark(said, code) for code in SPECIALITIES}
    best = max(marks.values())
    near = [code for code, mark in marks.items() if mark and mark >= best * _NEAR]
    found = sorted(near, key=lambda code: -marks[code])
    if not found and _PAIN in said:
        found = ["therapy"]
    if of_child:
        found = [_FOR_CHILDREN.get(code, code) for code in found]
    elif any(code not in _FOR_CHILDREN.values() for code in found):
        found = [code for code in found if code not in _FOR_CHILDREN.values()]
    return [SPECIALITIES[code] for code in dict.fromkeys(found)]


def _mark(said: frozenset[str], code: str) -> float:
    """How much of the complaint the best hint of a speciality tells; its own title is a hint."""
    return max(_likeness(said, hint) for hint in _hints(code))


def _likeness(said: frozenset[str], hint: frozenset[str]) -> float:
    """Shared words against all words of both; «болит» alone leads nowhere."""
    shared = said & hint
    if not shared - {_PAIN, _CHILD}:
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
