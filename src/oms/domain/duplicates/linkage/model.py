"""The model: fields of a record, levels of agreement, and what each level says in bits.

A level's weight is log2(m / u): how much oftener it is met in two records of one person (m) than
in two of different people (u). The sum with the prior is the pair's weight (Fellegi and Sunter).
How common a name is comes from the register itself (`engine`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import log2
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein

from oms.domain.duplicates.linkage.records import Record

Test = Callable[[Record, Record], bool]
DOUBTFUL = 0.5
"""From this probability on a pair goes to people."""
SURE = 0.999
_TELLING = ("given", "birth", "sex", "snils", "document")
_RARE = 5e-5  # rarer than that nobody counts on: a slip makes a name rare too


@dataclass(frozen=True)
class Level:
    """One way in which a field of two records agrees; the first that holds is taken.

    `sql` says the same to a database, with `_l` and `_r`; `agrees` is full, near or none.
    """

    code: str
    words: str
    agrees: str
    sql: str
    test: Test
    m: float
    u: float


@dataclass(frozen=True)
class Field:
    """A field that is compared. `frequencies`: agreeing on a rare value says more."""

    code: str
    title: str
    levels: tuple[Level, ...]
    frequencies: bool = False


@dataclass(frozen=True)
class Weighed:
    """One field of a compared pair: which level, what it says in bits."""

    field: str
    level: str
    weight: float


@dataclass(frozen=True)
class Likeness:
    """How surely two records are one person, field by field."""

    weight: float
    fields: tuple[Weighed, ...]

    @property
    def probability(self) -> float:
        """Between 0 and 1."""
        return float(1 / (1 + 2.0 ** -max(min(self.weight, 60), -60)))

    @property
    def is_sure(self) -> bool:
        """A number agrees and nothing that tells people apart contradicts: the sure class."""
        levels = {one.field: one.level for one in self.fields}
        by_number = "same" in (levels.get("snils"), levels.get("document"))
        against = any(levels.get(code) == "other" for code in _TELLING)
        return self.probability >= SURE and by_number and not against

    def as_json(self) -> list[dict[str, Any]]:
        """What is kept with a pair."""
        return [
            {"field": one.field, "level": one.level, "weight": round(one.weight, 2)}
            for one in self.fields
        ]


@dataclass(frozen=True)
class Model:
    """Weights in use: `prior` is how often two random records are one person."""

    prior: float = 2e-8
    frequencies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def weigh(self, one: Record, other: Record) -> Likeness:
        """Compare two records."""
        told = tuple(
            found for each in FIELDS if (found := self._weigh_field(each, one, other)) is not None
        )
        return Likeness(log2(self.prior) + sum(part.weight for part in told), told)

    def _weigh_field(self, each: Field, one: Record, other: Record) -> Weighed | None:
        if not getattr(one, each.code) or not getattr(other, each.code):
            return None
        level = next(level for level in each.levels if level.test(one, other))
        u = level.u
        if level.code == "same" and each.frequencies:
            u = self._frequency(each.code, getattr(one, each.code), u)
        return Weighed(each.code, level.code, log2(level.m / u))

    def _frequency(self, code: str, value: str, u: float) -> float:
        known = self.frequencies.get(code)
        return max(known.get(value, _RARE), _RARE) if known else u


def _same(code: str) -> Test:
    return lambda one, other: bool(getattr(one, code) == getattr(other, code))


def _slips(code: str, most: int, shortest: int = 0) -> Test:
    def test(one: Record, other: Record) -> bool:
        a, b = getattr(one, code), getattr(other, code)
        if min(len(a), len(b)) < shortest:
            return False
        return bool(DamerauLevenshtein.distance(a, b, score_cutoff=most) <= most)

    return test


def _slips_sql(code: str, most: int, shortest: int = 0) -> str:
    near = f"damerau_levenshtein({code}_l, {code}_r) <= {most}"
    if shortest:
        near += f" and length({code}_l) >= {shortest} and length({code}_r) >= {shortest}"
    return near


def _level_same(code: str, m: float, u: float) -> Level:
    return Level("same", "Совпадает", "full", f"{code}_l = {code}_r", _same(code), m, u)


def _level_slip(code: str, m: float, u: float, shortest: int = 0, words: str = "") -> Level:
    return Level(
        "slip", words or "Одна описка", "near",
        _slips_sql(code, 1, shortest), _slips(code, 1, shortest), m, u,
    )  # fmt: skip


def _level_slips(code: str, m: float, u: float, shortest: int) -> Level:
    return Level(
        "slips", "Две описки", "near",
        _slips_sql(code, 2, shortest), _slips(code, 2, shortest), m, u,
    )  # fmt: skip


def _level_other(m: float, u: float, words: str = "Другое") -> Level:
    return Level("other", words, "none", "ELSE", lambda one, other: True, m, u)


def _level_swapped(m: float, u: float, words: str) -> Level:
    return Level(
        "swapped", words, "near", "family_l = given_r and given_l = family_r",
        lambda one, other: one.family == other.given and one.given == other.family, m, u,
    )  # fmt: skip


def _is_part(one: Record, other: Record) -> bool:
    long, short = sorted((one.family, other.family), key=len, reverse=True)
    is_longer = len(short) >= 3 and len(long) >= len(short) + 3
    return is_longer and (long.startswith(short) or long.endswith(short))


_PART_SQL = (
    "((length(family_r) >= 3 and length(family_l) >= length(family_r) + 3 and "
    "(left(family_l, length(family_r)) = family_r or "
    "right(family_l, length(family_r)) = family_r)) or "
    "(length(family_l) >= 3 and length(family_r) >= length(family_l) + 3 and "
    "(left(family_r, length(family_l)) = family_l or "
    "right(family_r, length(family_l)) = family_l)))"
)

# A different given name beside the same surname, patronymic and birth date is a twin: all that
# agrees there agrees for one reason, so the name alone has to outweigh it.
FIELDS = (
    Field(
        "family",
        "Фамилия",
        (
            _level_same("family", 0.85, 0.001),
            _level_swapped(0.01, 1e-6, "Переставлена с именем"),
            Level(
                "former",
                "Прежняя фамилия",
                "near",
                "family_l = former_r or former_l = family_r",
                lambda one, other: (
                    one.family == other.former or (bool(one.former) and one.former == other.family)
                ),
                0.01,
                0.0002,
            ),
            Level("part", "Часть двойной фамилии", "near", _PART_SQL, _is_part, 0.01, 0.002),
            _level_slip("family", 0.05, 0.001, shortest=4),
            _level_slips("family", 0.02, 0.002, shortest=7),
            Level(
                "woman",
                "Другая фамилия, женщина",
                "near",
                "sex_l = '2' and sex_r = '2'",
                lambda one, other: one.sex == other.sex == "2",
                0.04,
                0.25,
            ),
            _level_other(0.01, 0.744, "Другая"),
        ),
        frequencies=True,
    ),
    Field(
        "given",
        "Имя",
        (
            _level_same("given", 0.934995, 0.02),
            _level_swapped(0.01, 1e-6, "Переставлено с фамилией"),
            _level_slip("given", 0.04, 0.003, shortest=3),
            _level_slips("given", 0.015, 0.004, shortest=6),
            _level_other(0.000005, 0.973),
        ),
        frequencies=True,
    ),
    Field(
        "patronymic",
        "Отчество",
        (
            _level_same("patronymic", 0.92, 0.02),
            Level(
                "stem",
                "Другая форма",
                "near",
                "stem_l = stem_r",
                lambda one, other: one.stem == other.stem,
                0.02,
                0.015,
            ),
            _level_slip("patronymic", 0.04, 0.003, shortest=4),
            _level_slips("patronymic", 0.01, 0.003, shortest=7),
            _level_other(0.01, 0.959),
        ),
        frequencies=True,
    ),
    Field(
        "birth",
        "Дата рождения",
        (
            _level_same("birth", 0.927, 0.00004),
            Level(
                "swapped",
                "День и месяц переставлены",
                "near",
                "birth_l = birth_swapped_r",
                lambda one, other: one.birth == other.birth_swapped,
                0.03,
                0.00003,
            ),
            _level_slip("birth", 0.04, 0.0014, words="Одна цифра другая"),
            _level_other(0.003, 0.99853, "Другая"),
        ),
    ),
    Field(
        "sex",
        "Пол",
        (_level_same("sex", 0.995, 0.5), _level_other(0.005, 0.5, "Другой")),
    ),
    Field(
        "snils",
        "СНИЛС",
        (
            _level_same("snils", 0.7998, 1e-6),
            _level_slip("snils", 0.2, 1e-6, words="Одна цифра другая"),
            _level_other(0.0002, 0.999998, "Другой"),
        ),
    ),
    Field(
        "document",
        "Документ",
        (
            _level_same("document", 0.6, 1e-6),
            _level_slip("document", 0.05, 0.001, words="Один знак другой"),
            _level_other(0.35, 0.998999, "Другой"),
        ),
    ),
    Field(
        "phone",
        "Телефон",
        (_level_same("phone", 0.5, 0.01), _level_other(0.5, 0.99, "Другой")),
    ),
)
LEVELS = {f"{each.code}.{level.code}": level for each in FIELDS for level in each.levels}
TITLES = {each.code: each.title for each in FIELDS}
