"""One part of the invented people, as columns: families first, then those recorded twice.

A part is drawn from the seed and its own number, so parts may be made in any order and by
several processes, and come out the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oms.domain.register.data import name_key
from oms.domain.register.masses import names, twice
from oms.domain.register.masses.twice import Told, Truth

PART = 25_000
"""People in a part."""
RECORDED_TWICE = 0.02
REGIONS = ("77", "50", "66")
_SHARES = (0.5, 0.8)  # upper ends of the shares of the first regions
_DOUBLE, _NO_PATRONYMIC, _FIRST_OF_JANUARY, _ALONE = 0.004, 0.012, 0.003, 0.3
_YEAR = 365.25
_NOBODY = -1
_REGISTER_BEGAN = date(2005, 3, 1).toordinal()
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.object_]


@dataclass
class Crowd:
    """People of one part: the same place in every column is the same person."""

    number: int
    index: Numbers
    region: Numbers
    female: Flags
    born: Numbers
    family: Words
    given: Words
    patronymic: Words
    key: Words
    maiden: Words
    maiden_key: Words
    married: Numbers
    entered: Numbers
    address: Words
    moved_from: Words
    snils_kept: Flags
    snils_slip: Numbers
    document_slip: Numbers
    truths: tuple[Truth, ...]

    def __len__(self) -> int:
        return len(self.index)


@dataclass
class _Families:
    """Five columns a family: father, mother, three children. `there` tells who is."""

    there: Flags
    born: Numbers
    female: Flags
    surname: Numbers
    maiden: Numbers
    married: Numbers
    given: Numbers
    father: Numbers
    home: Numbers
    region: Numbers


def crowd(*, number: int, size: int, seed: int, on: date) -> Crowd:
    """Return the part of that number, `size` people as they stand on the day."""
    random = np.random.default_rng((seed, number))
    again = int(size * RECORDED_TWICE)
    one = _people(random, number, size - again, on.toordinal())
    if not again:
        return one
    return _with_doubles(random, one, again, on)


def _people(random: np.random.Generator, number: int, size: int, today: int) -> Crowd:
    families = _families(random, size, today)
    chosen = np.flatnonzero(families.there.ravel())[:size]
    assert len(chosen) == size
    flat = {name: value.ravel()[chosen] for name, value in vars(families).items()}
    female = flat["female"]
    surnames, (men, women), fathers = names.surnames(), names.given(), names.patronymics()
    family = np.where(female, surnames.women[flat["surname"]], surnames.men[flat["surname"]])
    folded = np.where(
        female, surnames.women_folded[flat["surname"]], surnames.men_folded[flat["surname"]]
    )
    given, given_folded = (
        np.where(female, hers[flat["given"] % len(hers)], his[flat["given"] % len(his)])
        for hers, his in ((women.women, men.men), (women.women_folded, men.men_folded))
    )
    patronymic, father_folded = (
        np.where(female, hers[flat["father"]], his[flat["father"]])
        for hers, his in (
            (fathers.women, fathers.men),
            (fathers.women_folded, fathers.men_folded),
        )
    )
    key = folded + " " + given_folded + " " + father_folded
    was = flat["maiden"]
    maiden = unless(was == _NOBODY, surnames.women[was])
    maiden_key = surnames.women_folded[was] + " " + given_folded + " " + father_folded
    people = Crowd(
        number=number,
        index=number * PART + np.arange(size),
        region=flat["region"],
        female=female,
        born=flat["born"],
        family=family,
        given=given,
        patronymic=patronymic,
        key=key,
        maiden=maiden,
        maiden_key=unless(was == _NOBODY, maiden_key),
        married=flat["married"],
        entered=_entered(random, flat["born"], today),
        address=_addresses(flat["home"]),
        moved_from=_moved_from(random, size),
        snils_kept=random.random(size) > 0.03,
        snils_slip=np.zeros(size, dtype=np.int64),
        document_slip=np.zeros(size, dtype=np.int64),
        truths=(),
    )
    _unusual(random, people, today)
    return people


def _families(random: np.random.Generator, size: int, today: int) -> _Families:
    """Draw more families than `size` people need: a couple or somebody alone, and children."""
    count = size // 2 + 1_000
    shape = (count, 5)
    born = np.empty(shape, dtype=np.int64)
    born[:, 0] = today - _ages(random, count)
    born[:, 1] = np.minimum(
        born[:, 0] + random.normal(700, 1000, count).astype(int), today - int(18.5 * _YEAR)
    )
    alone = random.random(count) < _ALONE
    father_there = ~alone | (random.random(count) < 0.45)
    mother_there = ~alone | ~father_there
    there = np.zeros(shape, dtype=bool)
    there[:, 0], there[:, 1] = father_there, mother_there
    _children(random, born, there, today)
    female = random.random(shape) < 0.5
    female[:, 0], female[:, 1] = False, True
    families = _Families(
        there=there,
        born=born,
        female=female,
        surname=np.repeat(_draw(random, names.surnames().upto, (count, 1)), 5, axis=1),
        maiden=np.full(shape, _NOBODY),
        married=np.zeros(shape, dtype=np.int64),
        given=np.where(
            female,
            _draw(random, names.given()[1].upto, shape),
            _draw(random, names.given()[0].upto, shape),
        ),
        father=_draw(random, names.patronymics().upto, shape),
        home=np.repeat(random.integers(0, 2**40, (count, 1)), 5, axis=1),
        region=np.repeat(np.searchsorted(_SHARES, random.random((count, 1))), 5, axis=1),
    )
    _kin(random, families, today)
    return families


def _ages(random: np.random.Generator, count: int) -> Numbers:
    """Days of age of heads of families: more at 30 to 45 and at 55 to 68, few above 85."""
    years = np.arange(19, 97)
    weight = np.exp(-(((years - 38) / 13.0) ** 2)) + 0.8 * np.exp(-(((years - 62) / 11.0) ** 2))
    weight += np.where(years < 85, 0.18, 0.05)
    upto = np.cumsum(weight / weight.sum())
    drawn = (years[_draw(random, upto, count)] + random.random(count)) * _YEAR
    return drawn.astype(np.int64)


def _children(random: np.random.Generator, born: Numbers, there: Flags, today: int) -> None:
    """Up to three, of a mother of 19 to 38; three in a hundred come with the one before."""
    count = len(born)
    wanted = random.choice(4, count, p=(0.25, 0.33, 0.32, 0.10))
    after = born[:, 1] + (random.integers(19 * 365, 30 * 365, count))
    for place in (2, 3, 4):
        twin = (random.random(count) < 0.03) & (place > 2)
        born[:, place] = np.where(twin, born[:, place - 1], after)
        there[:, place] = (wanted > place - 2) & there[:, 1] & (born[:, place] < today - 40)
        after = born[:, place] + random.integers(400, 2_000, count)


def _kin(random: np.random.Generator, families: _Families, today: int) -> None:
    """Children bear the father's names; wives took his surname; grown daughters theirs."""
    shape = families.there.shape
    father = families.given[:, :1]
    families.father[:, 2:] = father
    namesake = ~families.female[:, 2:] & (random.random((shape[0], 3)) < 0.02)
    families.given[:, 2:] = np.where(namesake, father, families.given[:, 2:])
    wedding = families.born + random.integers(19 * 365, 28 * 365, shape)
    other = _draw(random, names.surnames().upto, shape)
    past = wedding < today
    wife = random.random(shape) < 0.75
    took = families.female & past & wife
    took[:, 0] = False
    own = took.copy()  # whose surname now is that of the family: the mother's
    own[:, 2:] = False
    families.maiden = np.where(took, np.where(own, other, families.surname), _NOBODY)
    families.married = np.where(took, wedding, 0)
    families.surname = np.where(took & ~own, other, families.surname)
    unmarried = families.female[:, 1] & ~took[:, 1]
    families.surname[:, 1] = np.where(unmarried, other[:, 1], families.surname[:, 1])
    grown = (families.born[:, 2:] < today - 25 * 365) & (random.random((shape[0], 3)) < 0.6)
    apart = random.integers(0, 2**40, (shape[0], 3))
    families.home[:, 2:] = np.where(grown, apart, families.home[:, 2:])


def _unusual(random: np.random.Generator, people: Crowd, today: int) -> None:
    """Double surnames, no patronymic, dates of birth put at 1 January for want of a better."""
    size = len(people)
    for at in np.flatnonzero(random.random(size) < _FIRST_OF_JANUARY):
        born = date.fromordinal(int(people.born[at])).replace(month=1, day=1).toordinal()
        people.born[at] = min(born, today - 1)
    for at in np.flatnonzero(random.random(size) < _NO_PATRONYMIC):
        people.patronymic[at] = ""
        people.key[at] = _key(people, at)
        if people.maiden[at]:
            people.maiden_key[at] = people.maiden_key[at].rpartition(" ")[0]
    second = names.surnames()
    drawn = _draw(random, second.upto, size)
    for at in np.flatnonzero(random.random(size) < _DOUBLE):
        words = second.women if people.female[at] else second.men
        people.family[at] += "-" + words[drawn[at]]
        people.key[at] = _key(people, at)


def _key(people: Crowd, at: int | np.integer[Any]) -> str:
    return name_key(
        family_name=people.family[at],
        given_name=people.given[at],
        patronymic=people.patronymic[at],
    )


def _with_doubles(random: np.random.Generator, one: Crowd, again: int, on: date) -> Crowd:
    """Add `again` records of people already there, each with what befalls data told anew."""
    size = len(one)
    pairs = twice.choose(random, lambda at: _told(one, at), size, again, on=on)
    origin = np.array([told.place for told, _ in pairs])
    both = replace(one)
    for name, column in vars(one).items():
        if isinstance(column, np.ndarray):
            setattr(both, name, np.concatenate((column, column[origin])))
    both.index = one.number * PART + np.arange(size + again)
    both.maiden[size:], both.maiden_key[size:], both.married[size:] = None, None, 0
    both.moved_from[size:] = None
    both.snils_kept[size:] = False
    for at, (told, kind) in enumerate(pairs, size):
        _write(both, at, told, kind)
    both.truths = tuple(
        Truth(index=int(both.index[at]), same_as=int(both.index[told.place]), kind=kind)
        for at, (told, kind) in enumerate(pairs, size)
    )
    return both


def _told(people: Crowd, at: int) -> Told:
    return Told(
        place=at,
        family=people.family[at],
        given=people.given[at],
        patronymic=people.patronymic[at],
        born=date.fromordinal(int(people.born[at])),
        female=bool(people.female[at]),
        maiden=people.maiden[at] if people.married[at] > people.entered[at] else "",
        has_snils=bool(people.snils_kept[at]),
    )


def _write(people: Crowd, at: int, told: Told, kind: str) -> None:
    people.family[at], people.given[at] = told.family, told.given
    people.patronymic[at], people.born[at] = told.patronymic, told.born.toordinal()
    people.key[at] = _key(people, at)
    if kind == twice.SNILS:
        people.snils_slip[at] = told.place + 1
    if kind == twice.DOCUMENT:
        people.document_slip[at] = told.place + 1


def _addresses(homes: Numbers) -> Words:
    """Street, house and flat; the town is that of the region."""
    streets = np.array(twice.STREETS, dtype=object)
    street = streets[homes % len(streets)]
    house, flat = homes // 64 % 140 + 1, homes // 16_384 % 320 + 1
    found: Words = street + ", д. " + _text(house) + ", кв. " + _text(flat)
    return found


def _entered(random: np.random.Generator, born: Numbers, today: int) -> Numbers:
    """The first day on record: a month after birth, or within nine years of the register's."""
    earliest = np.maximum(born + 30, _REGISTER_BEGAN)
    latest = np.maximum(np.minimum(earliest + 3_300, today - 1), earliest)
    found: Numbers = earliest + (random.random(len(born)) * (latest - earliest)).astype(np.int64)
    return found


def _moved_from(random: np.random.Generator, size: int) -> Words:
    before = _addresses(random.integers(0, 2**40, size))
    return unless(random.random(size) >= 0.12, before)


def unless(absent: Flags, words: Words) -> Words:
    """The words, None where they are absent."""
    found = words.copy()
    found[absent] = None
    return found


def _text(numbers: Numbers) -> Words:
    return np.array([str(number) for number in numbers.tolist()], dtype=object)


def _draw(
    random: np.random.Generator, upto: NDArray[np.float64], shape: int | Sequence[int]
) -> Numbers:
    found: Numbers = np.searchsorted(upto[:-1], random.random(shape))
    return found
