"""Who may be meant: the ways into the register by index, each bounded, none reads it whole.

A way returns keys of persons with what it knows of them beside their row; `matching` judges.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any, cast

from django.db import connection
from django.db.models import Q, QuerySet

from oms.domain.accounts.models import Sex
from oms.domain.register import comparing, spelling
from oms.domain.register.comparing import Parts
from oms.domain.register.entries import words_near
from oms.domain.register.models import FormerName, InsuredPerson, NameSpelling
from oms.law import snils
from oms.law.names import fold

WORTH_SHOWING = 0.6
_ALIKE = 0.75
_PAIRS = 12  # of a surname and a name alike that are looked for without a birth date
_PAIRS_BEFORE = 3  # of them looked for among former names too
_OF_A_PAIR = 100
_AT_ONCE = 4  # of the pairs that one query looks for
_ENOUGH = 200
_OF_A_PATRONYMIC, _SURER = 3, 1.01  # letters that narrow a pair
Part = NameSpelling.Part
Rows = QuerySet[InsuredPerson]


@dataclass(frozen=True)
class Reading:
    """A name as it may have been meant: `spelled` for people, folded `parts`, what was done."""

    spelled: Parts
    parts: Parts
    how: str = ""

    @cached_property
    def key(self) -> str:
        """The parts as `name_key` keeps them."""
        return " ".join(self.parts).rstrip()


@dataclass
class Found:
    """Candidates, and what is known of each beside their row."""

    keys: set[int] = field(default_factory=set)
    former: dict[int, list[tuple[str, date]]] = field(default_factory=dict)
    near_document: set[int] = field(default_factory=set)
    led_on: set[int] = field(default_factory=set)
    """Those found by the number of a record that was merged into theirs."""

    def add(self, other: "Found") -> None:
        """Take over what another way found."""
        self.keys |= other.keys
        self.near_document |= other.near_document
        self.led_on |= other.led_on
        for pk, borne in other.former.items():
            self.former.setdefault(pk, []).extend(borne)

    def bore(self, rows: Iterable[tuple[int, str, date]]) -> None:
        """Add persons by names they bore before."""
        for pk, key, born in rows:
            self.keys.add(pk)
            self.former.setdefault(pk, []).append((key, born))


def readings(spelled: Parts) -> tuple[Reading, ...]:
    """Return the name as typed, then as the other keyboard layout and Latin letters mean it.

    >>> [one.parts[0] for one in readings(("Cjrjkjdf", "Fktyf", ""))][:2]
    ['CJRJKJDF', 'СОКОЛОВА']
    """
    found = [_reading(spelled, "")]
    meant = tuple(spelling.from_layout(word) or word for word in spelled)
    found.append(_reading((meant[0], meant[1], meant[2]), "layout"))
    latin = tuple((*spelling.from_latin(word), word)[0] for word in spelled)
    found.append(_reading((latin[0], latin[1], latin[2]), "latin"))
    return tuple({one.parts: one for one in reversed(found)}.values())[::-1]


def namesakes(asked: Iterable[Reading], born: date | None, limit: int) -> Found:
    """Find who bears the name exactly, with that birth date or one a slip parts from it.

    Without a birth date, who bore it too; with one, `alike` looks among former names.
    """
    found = Found()
    keys = [one.key for one in asked if one.key]
    if not keys:
        return found
    rows = InsuredPerson.objects.filter(name_key__in=keys)
    if born:
        rows = rows.filter(birth_date__in=[born, *comparing.slips(born)])
    else:
        former = FormerName.objects.filter(name_key__in=keys)
        found.bore(former.values_list("person", "name_key", "birth_date")[:limit])
    found.keys.update(rows.values_list("pk", flat=True)[:limit])
    return found


def alike(asked: tuple[Reading, ...], born: date, limit: int) -> Found:
    """Find the best of those born that day, or with day and month exchanged, by any name borne.

    Some hundreds in the largest region; an index alone answers.
    """
    days = [day for day in (born, comparing.swapped(born)) if day]
    now = InsuredPerson.objects.filter(birth_date__in=days)
    before = FormerName.objects.filter(birth_date__in=days)
    found = Found()
    found.keys.update(pk for pk, _ in _best(asked, now.values_list("pk", "name_key", "sex"), limit))
    bore = [(pk, key, Sex.FEMALE) for pk, key in before.values_list("person", "name_key")]
    best = dict(reversed(_best(asked, bore, limit)))
    rows = before.filter(person__in=best).values_list("person", "name_key", "birth_date")
    found.bore(row for row in rows if row[1] == best[row[0]])
    return found


def near_snils(number: str) -> list[str]:
    """Return the СНИЛС with right check digits that one slip parts from this one: few of 109."""
    if len(number) != 11 or not number.isdecimal():
        return []
    return [one for one in spelling.one_slip(number) if _has_right_check_digits(one)]


def near_document(document: str) -> list[str]:
    """Return the keys of documents that one slip in the digits parts from this one."""
    head = document.rstrip("0123456789")
    digits = document[len(head) :]
    return [head + one for one in spelling.one_slip(digits)] if digits else []


def by_words(asked: tuple[Reading, ...], rows: Rows, limit: int) -> Found:
    """Find by surname and name without a birth date, each with a slip or in another order.

    The word book names the words alike; the likeliest pairs are ranges of the name's index.
    """
    found, seen = Found(), dict[int, tuple[int, str, int]]()
    ranges = [_beginning(one) for one in _beginnings(asked)]
    now = [rows.filter(one).values_list("pk", "name_key", "sex") for one in ranges]
    while now and len(seen) < _ENOUGH:
        seen |= {row[0]: row for row in _united(now[:_AT_ONCE])}
        del now[:_AT_ONCE]
    columns = ("person", "name_key", "birth_date")
    before = (FormerName.objects.filter(one) for one in ranges[:_PAIRS_BEFORE])
    found.bore(_united([one.values_list(*columns) for one in before]))
    found.keys.update(pk for pk, _ in _best(asked, seen.values(), limit))
    return found


def _beginning(key: str) -> Q:
    """Say that a name begins so: a range of the index."""
    return Q(name_key__gte=key, name_key__lt=key[:-1] + chr(ord(key[-1]) + 1))


def _united(parts: list[Any]) -> Iterable[Any]:
    """Return the first rows of each: one query where the database limits parts of a union."""
    parts = [one.order_by("name_key")[:_OF_A_PAIR] for one in parts]
    if len(parts) > 1 and connection.features.supports_slicing_ordering_in_compound:
        return cast(Iterable[Any], parts[0].union(*parts[1:], all=True))
    return chain.from_iterable(parts)


def _has_right_check_digits(number: str) -> bool:
    return snils.check_digits(number[:9]) == number[9:]


def _reading(spelled: Parts, how: str) -> Reading:
    family, given, patronymic = (fold(word) for word in spelled)
    return Reading(spelled, (family, given, patronymic), how)


def _best(
    asked: tuple[Reading, ...], rows: Iterable[tuple[int, str, int]], limit: int
) -> list[tuple[int, str]]:
    """Return the keys of persons and names worth showing, the likest `limit` of them."""
    words = {word for one in asked for word in one.parts if word}
    promising: dict[str, bool] = {}
    scored = []
    for pk, key, sex in rows:
        parts = comparing.parts_of(key)
        given = parts[1]
        if given not in promising:
            promising[given] = _promises(given, words)
        if promising[given]:
            score = likest(asked, parts, female=sex == Sex.FEMALE)[1].score
            if score >= WORTH_SHOWING:
                scored.append((score, pk, key))
    return [(pk, key) for _, pk, key in heapq.nlargest(limit, scored)]


def likest(
    asked: tuple[Reading, ...], parts: Parts, *, female: bool
) -> tuple[Reading, comparing.NameLikeness]:
    """Return the reading most like the name, and how like; of a Latin name its Russian reading."""
    names = [parts]
    if parts[0].isascii():
        names += [one.parts for one in readings(parts)[1:]]
    told = [
        (one, comparing.names(one.parts, name, female=female)) for name in names for one in asked
    ]
    return max(told, key=lambda pair: pair[1].score)


def _promises(given: str, words: set[str]) -> bool:
    """Whether a name can be worth showing: no score reaches that with quite another given name."""
    if given.isascii() or len(words) == 1:
        return True
    return any(comparing.word(given, word) >= _ALIKE for word in words)


def _beginnings(asked: tuple[Reading, ...]) -> Iterator[str]:
    pairs: dict[str, float] = {}
    near = words_near({word for one in asked for word in (*_surnames(one), *one.parts[:2]) if word})
    for one in asked:
        family, given, patronymic = one.parts
        orders = [(_surnames(one), given)]
        if given:
            orders.append(({given}, family))
        for first, second in orders:
            for key, score in _pairs(first, second, near):
                pairs[key] = max(score, pairs.get(key, 0))
                if given and patronymic:  # before the pair alone, which may have thousands
                    pairs[f"{key} {patronymic[:_OF_A_PATRONYMIC]}"] = score * _SURER
    likeliest = heapq.nlargest(_PAIRS, pairs.items(), key=lambda pair: pair[1])
    yield from (key for key, _ in likeliest)


def _surnames(one: Reading) -> set[str]:
    """The surname, and the halves of a double one."""
    return {one.parts[0], *(fold(half) for half in one.spelled[0].split("-"))} - {""}


def _pairs(
    surnames: set[str], given: str, near: dict[Part, dict[str, set[str]]]
) -> Iterator[tuple[str, float]]:
    families = _alike(surnames, near[Part.FAMILY])
    names = _alike({given}, near[Part.GIVEN]) if given else {}
    for surname, like in families.items():
        if not given:
            yield surname, like
        for name, likeness in names.items():
            yield f"{surname} {name}", like * likeness


def _alike(words: set[str], near: dict[str, set[str]]) -> dict[str, float]:
    """Words of the register alike to one of these, and how alike; a half of a double counts."""
    found = {}
    for known in set[str]().union(*(near[word] for word in words)):
        score = max(comparing.word(word, known) for word in words)
        half = any(known.startswith(word) or known.endswith(word) for word in words)
        if score >= _ALIKE or half:
            found[known] = max(score, _ALIKE if half else 0)
    return found
