"""Names by millions: a hundred thousand surnames, and how often each is borne.

The common names are common ones; the long tail of surnames is put together from syllables, so
that a large register has as many distinct surnames as a real one. Shares follow Zipf's law: the
first surname is borne by seven in a thousand, the last by two in a million.
"""

from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np
from faker.providers.person.ru_RU import Provider
from numpy.typing import NDArray

from oms.law.names import fold

Words = NDArray[np.object_]
Shares = NDArray[np.float64]
SURNAMES = 100_000

_MEN = (
    "Александр Александров|Сергей Сергеев|Дмитрий Дмитриев|Андрей Андреев|Алексей Алексеев|"
    "Максим Максимов|Евгений Евгеньев|Иван Иванов|Михаил Михайлов|Владимир Владимиров|"
    "Николай Николаев|Артём Артёмов|Роман Романов|Павел Павлов|Виктор Викторов|Денис Денисов|"
    "Антон Антонов|Никита Никитич|Игорь Игорев|Кирилл Кириллов|Юрий Юрьев|Олег Олегов|"
    "Анатолий Анатольев|Илья Ильич|Константин Константинов|Даниил Даниилов|Егор Егоров|"
    "Вячеслав Вячеславов|Виталий Витальев|Валерий Валерьев|Руслан Русланов|Василий Васильев|"
    "Владислав Владиславов|Матвей Матвеев|Тимофей Тимофеев|Григорий Григорьев|Пётр Петров|"
    "Фёдор Фёдоров|Геннадий Геннадьев|Леонид Леонидов|Борис Борисов|Станислав Станиславов|"
    "Вадим Вадимов|Глеб Глебов|Степан Степанов|Георгий Георгиев|Ярослав Ярославов|Тимур Тимуров|"
    "Артур Артуров|Марк Марков|Лев Львов|Семён Семёнов|Арсений Арсеньев|Богдан Богданов|"
    "Эдуард Эдуардов|Захар Захаров|Марат Маратов|Рустам Рустамов|Эльдар Эльдаров|Ринат Ринатов|"
    "Ильдар Ильдаров|Альберт Альбертов|Аркадий Аркадьев|Филипп Филиппов|Святослав Святославов|"
    "Магомед Магомедов|Ахмед Ахмедов|Ренат Ренатов|Тихон Тихонов|Родион Родионов|Савелий Савельев|"
    "Герман Германов|Арслан Арсланов|Айдар Айдаров|Яков Яковлев|Демьян Демьянов|Макар Макаров|"
    "Платон Платонов|Всеволод Всеволодов|Мирон Миронов|Назар Назаров|Прохор Прохоров"
)
_WOMEN = (
    "Елена Ольга Наталья Анна Татьяна Ирина Екатерина Мария Светлана Анастасия Юлия Галина Марина "
    "Людмила Валентина Надежда Виктория Любовь Дарья Оксана Александра Нина Ксения Вера Алёна "
    "Лариса Полина Тамара Евгения Алина Елизавета София Кристина Валерия Яна Зинаида Маргарита "
    "Варвара Антонина Раиса Диана Арина Лидия Вероника Карина Ульяна Алиса Жанна Инна Ангелина "
    "Милана Лилия Эльвира Зоя Василиса Ева Гульнара Римма Альбина Алла Наталия Майя Эльмира Динара "
    "Регина Ника Кира Снежана Клавдия Таисия Злата Камила Марьям Патимат Зульфия Аида Роза Фаина "
    "Агата Мирослава Пелагея Эмилия Стефания Серафима Анфиса Лада Злата Айгуль Лейла Амина"
)
_ONSETS = (
    *"БВГДЖЗКЛМНПРСТХЧШЩ", "Бр", "Вл", "Гр", "Др", "Кл", "Кр", "Пл", "Пр", "Ст", "Тр", "Сл", "Св",
    "Гл", "Хр",
)  # fmt: skip
_MIDDLES = (*"бвгджзклмнпрстхчш", "рк", "лг", "нд", "рт", "ст", "рш", "мб", "льч")
_LASTS = ("", "", "ак", "ун", "ел", "ар", "иш", "ал", "он", "ей", "ан", "оч")
_ENDINGS = (
    *("ов",) * 10, *("ев",) * 5, *("ин",) * 7, *("ский",) * 4, *("енко",) * 3,
    *("ук", "ян", "аев", "иев", "швили", "дзе", "ых", "ич", "ёв", "ко"),
)  # fmt: skip
_FOLDED = str.maketrans("ЁЙ", "ЕИ")
_FEMININE = {"ский": "ская", "цкий": "цкая"}
_TAKES_A = ("ов", "ев", "ёв", "ин", "ын")


@dataclass(frozen=True)
class Names:
    """Words with what search makes of them; `upto` is the running sum of the shares."""

    men: Words
    men_folded: Words
    women: Words
    women_folded: Words
    upto: Shares


@cache
def surnames() -> Names:
    """Return the surnames, commonest first, as men and women bear them."""
    men = list(_surnames())
    return _names(men, [_of_a_woman(one) for one in men], _zipf(len(men), shift=8, power=0.9))


@cache
def given() -> tuple[Names, Names]:
    """Return the names of men and of women (each in both columns), commonest first."""
    men = [pair.split()[0] for pair in _MEN.split("|")]
    women = list(dict.fromkeys(_WOMEN.split()))
    found = (_names(one, one, _zipf(len(one), shift=4, power=1.15)) for one in (men, women))
    first, second = found
    return first, second


@cache
def patronymics() -> Names:
    """Return the patronymics by father's name: the places are those of the names of men."""
    stems = [pair.split()[1] for pair in _MEN.split("|")]
    men = [stem if stem.endswith("ич") else stem + "ич" for stem in stems]
    women = [_of_a_daughter(stem) for stem in stems]
    return _names(men, women, given()[0].upto)


def _names(men: list[str], women: list[str], upto: Shares) -> Names:
    folded = ([word.upper().translate(_FOLDED) for word in words] for words in (men, women))
    man, woman = folded
    return Names(_words(men), _words(man), _words(women), _words(woman), upto)


def _words(words: list[str]) -> Words:
    return np.array(words, dtype=object)


def _zipf(count: int, *, shift: float, power: float) -> Shares:
    shares = (np.arange(1, count + 1) + shift) ** -power
    upto: Shares = np.cumsum(shares / shares.sum())
    return upto


def _surnames() -> dict[str, None]:
    """Common ones first, then syllables in a seeded order; no two are folded alike."""
    random, found = Random("surnames"), dict[str, None]()  # noqa: S311
    known = set()
    for name in dict.fromkeys(Provider.last_names_male):
        if fold(name) not in known:
            known.add(fold(name))
            found[name] = None
    parts = (_ONSETS, "аеиоу", _MIDDLES, _LASTS, _ENDINGS)
    while len(found) < SURNAMES:
        name = "".join(part[int(random.random() * len(part))] for part in parts)
        folded = name.upper().translate(_FOLDED)
        if folded not in known:
            known.add(folded)
            found[name] = None
    return found


def _of_a_woman(name: str) -> str:
    if name.endswith(_TAKES_A):
        return name + "а"
    return name[:-4] + _FEMININE[name[-4:]] if name[-4:] in _FEMININE else name


def _of_a_daughter(stem: str) -> str:
    """Never shorter than custom has it: Никитична, Ильинична."""
    if stem.endswith("ич"):
        return {"Ильич": "Ильинична"}.get(stem, stem + "на")
    return stem + "на"
