"""The same person told a second time: what people, clerks and keyboards do to names and dates."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from oms.domain.register import comparing
from oms.law.names import fold

STREETS = (
    "ул. Учебная", "ул. Примерная", "ул. Образцовая", "ул. Вымышленная", "ул. Пробная",
    "ул. Тетрадная", "ул. Школьная", "ул. Чистовая", "ул. Набросочная", "ул. Лабораторная",
    "ул. Черновая", "ул. Эскизная", "пр. Показательный", "пр. Опытный", "пер. Дневниковый",
    "пер. Каникулярный", "ул. Контурная", "ул. Линейная", "ул. Переменная", "ул. Урочная",
)  # fmt: skip
SNILS, DOCUMENT = "snils", "document"
_KEYBOARD = ("йцукенгшщзх", "фывапролджэ", "ячсмитьбю")
_PASSPORT_LATIN = dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziiklmnoprstufye", strict=True)) | {
    "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "ie", "ь": "",
    "ю": "iu", "я": "ia",
}  # fmt: skip
_LAYOUT = dict(zip("йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`",
                   strict=True))  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What a person says of themselves; `place` is their place in the part.

    `maiden` is a surname that the register knew them by.
    """

    place: int
    family: str
    given: str
    patronymic: str
    born: date
    female: bool
    maiden: str
    has_snils: bool


@dataclass(frozen=True)
class Truth:
    """Record `index` is the same person as record `same_as`, told anew with this `kind` of slip."""

    index: int
    same_as: int
    kind: str


Change = Callable[[np.random.Generator, Told], Told | None]
"""Returns what is told now; None where the person's data cannot suffer this."""


def choose(
    random: np.random.Generator, tell: Callable[[int], Told], size: int, count: int, *, on: date
) -> list[tuple[Told, str]]:
    """Return `count` of `size` people told anew on the day, the kinds of slip in turn.

    `tell` returns who stands at a place. Nobody is told anew twice; a kind that suits nobody
    else is left out.
    """
    found: list[tuple[Told, str]] = []
    taken: set[int] = set()
    looking = {kind: iter(random.permutation(size).tolist()) for kind in KINDS}
    while len(found) < count:
        for kind in list(looking):
            told = _next(random, kind, (tell(at) for at in looking[kind] if at not in taken), on)
            if told is None:
                del looking[kind]
                continue
            taken.add(told.place)
            found.append((told, kind))
    return found[:count]


def _next(random: np.random.Generator, kind: str, people: Iterator[Told], on: date) -> Told | None:
    for told in people:
        changed = KINDS[kind](random, told)
        if changed is not None and changed.born < on:
            return changed
    return None


def _letter_e(random: np.random.Generator, told: Told) -> Told | None:
    return _in_all(told, lambda word: word.replace("ё", "е").replace("Ё", "Е"))


def _short_i(random: np.random.Generator, told: Told) -> Told | None:
    return _in_all(told, lambda word: word.replace("й", "и"))


def _latin(random: np.random.Generator, told: Told) -> Told | None:
    def written(word: str) -> str:
        return "".join(_PASSPORT_LATIN.get(letter, letter) for letter in word.lower()).capitalize()

    return _in_all(told, written)


def _layout(random: np.random.Generator, told: Told) -> Told | None:
    def typed(word: str) -> str:
        return "".join(_LAYOUT.get(letter, letter) for letter in word.lower())

    changed = _in_all(told, typed)
    words = (changed.family + changed.given + changed.patronymic) if changed else ""
    return changed if words.replace("-", "").isalpha() else None


def _no_patronymic(random: np.random.Generator, told: Told) -> Told | None:
    return replace(told, patronymic="") if told.patronymic else None


def _patronymic_form(random: np.random.Generator, told: Told) -> Told | None:
    """Сергеевич as spoken: Сергеич; Юрьевна as once written: Юриевна."""
    for ending, other in (("еевич", "еич"), ("ьев", "иев"), ("иев", "ьев"), ("ович", "евич"),
                          ("евич", "ович"), ("овна", "евна"), ("евна", "овна")):  # fmt: skip
        if ending in told.patronymic:
            return replace(told, patronymic=told.patronymic.replace(ending, other))
    return None


def _maiden(random: np.random.Generator, told: Told) -> Told | None:
    return replace(told, family=told.maiden) if told.maiden else None


def _new_surname(random: np.random.Generator, told: Told) -> Told | None:
    """A surname that the register has not heard of yet."""
    if not told.female or not told.patronymic or "-" in told.family:
        return None
    other = ("Зарецкая", "Вольская", "Полянская", "Озерова", "Лугова", "Снежина", "Берёзина",
             "Ладожская", "Орлецова", "Тверская")  # fmt: skip
    return replace(told, family=other[int(random.integers(len(other)))])


def _swapped(random: np.random.Generator, told: Told) -> Told | None:
    return replace(told, family=told.given, given=told.family)


def _day_and_month(random: np.random.Generator, told: Told) -> Told | None:
    other = comparing.swapped(told.born)
    return replace(told, born=other) if other else None


def _date_slip(random: np.random.Generator, told: Told) -> Told | None:
    near = [day for day in comparing.slips(told.born) if day.year > 1925]
    return replace(told, born=near[int(random.integers(len(near)))]) if near else None


def _neighbour_key(random: np.random.Generator, told: Told) -> Told | None:
    def hit(word: str, at: int) -> str:
        row = next((row for row in _KEYBOARD if word[at] in row), "")
        if not row:
            return word
        place = row.find(word[at])
        other = row[place + 1] if place + 1 < len(row) else row[place - 1]
        return word[:at] + other + word[at + 1 :]

    return _in_one(random, told, hit)


def _transposed(random: np.random.Generator, told: Told) -> Told | None:
    return _in_one(
        random, told, lambda word, at: word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    )


def _lost_letter(random: np.random.Generator, told: Told) -> Told | None:
    return _in_one(random, told, lambda word, at: word[:at] + word[at + 1 :])


def _half_of_a_double(random: np.random.Generator, told: Told) -> Told | None:
    if "-" not in told.family:
        return None
    return replace(told, family=told.family.split("-")[int(random.integers(2))])


def _two_slips(random: np.random.Generator, told: Told) -> Told | None:
    """A letter wrong and no patronymic."""
    if len(told.family) < 6 or not told.patronymic:
        return None
    return _neighbour_key(random, replace(told, patronymic=""))


def _the_same(random: np.random.Generator, told: Told) -> Told | None:
    return replace(told) if told.has_snils else None


KINDS: dict[str, Change] = {
    "ё written е": _letter_e,
    "й written и": _short_i,
    "latin": _latin,
    "layout": _layout,
    "no patronymic": _no_patronymic,
    "patronymic's form": _patronymic_form,
    "maiden name": _maiden,
    "new surname": _new_surname,
    "swapped fields": _swapped,
    "day and month": _day_and_month,
    "digit of the date": _date_slip,
    "neighbour key": _neighbour_key,
    "transposed letters": _transposed,
    "lost letter": _lost_letter,
    "half of a double": _half_of_a_double,
    "two slips": _two_slips,
    SNILS: _the_same,
    DOCUMENT: _the_same,
}
"""What befalls data told a second time. СНИЛС is missing but for `snils`: there it has a slip."""


def _in_all(told: Told, change: Callable[[str], str]) -> Told | None:
    changed = replace(
        told,
        family=change(told.family),
        given=change(told.given),
        patronymic=change(told.patronymic),
    )
    return changed if changed != told else None


def _in_one(
    random: np.random.Generator, told: Told, change: Callable[[str, int], str]
) -> Told | None:
    """Change one word of five letters or more, not at its ends."""
    parts = [part for part in ("family", "given", "patronymic") if len(getattr(told, part)) > 4]
    if not parts:
        return None
    part = parts[int(random.integers(len(parts)))]
    word = getattr(told, part)
    at = int(random.integers(1, len(word) - 2))
    slipped = change(word, at)
    if fold(slipped) == fold(word):
        return None
    changed: dict[str, Any] = {part: slipped}
    return replace(told, **changed)
