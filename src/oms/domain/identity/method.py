"""What a method of confirming identity is: one declaration, read by menu, actions and levels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from oms.domain.accounts.identifiers import fingerprint
from oms.domain.accounts.models import Level, User


class Part(StrEnum):
    """What a method proves."""

    DATA = "data"  # documents agree with the state's registers
    PHONE = "phone"  # the number in the profile is in the person's hands
    PERSON = "person"  # the one who acts is the one on the document


class Outcome(StrEnum):
    """What became of one field."""

    MATCH = "match"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    DOWN = "down"


@dataclass(frozen=True)
class Field:
    """The result for one field of the profile (`TITLES`): outcome and words for the person.

    `proof` is a keyed hash of the value that was checked (see `proof_of`): with it a right
    answer is remembered and not asked for again.
    """

    name: str
    outcome: Outcome
    text: str = ""
    proof: str = ""
    at: str = ""

    @property
    def title(self) -> str:
        """The field's name for people."""
        return TITLES.get(self.name, self.name)

    @property
    def plain(self) -> dict[str, str]:
        """The field as JSON keeps it."""
        return asdict(self)


@dataclass(frozen=True)
class Availability:
    """Whether the method may be used now; `words` say it, or when it may."""

    now: bool
    words: str = "Доступно сейчас"


NOW = Availability(True)


def always(_user: User, _at: datetime) -> Availability:
    """Say that a method waits for nobody."""
    return NOW


@dataclass(frozen=True)
class Method:
    """One way to confirm who somebody is. `METHOD` of a file in `methods/`.

    `takes` is the expected time in words, `needs` what to have at hand, `page` the name of the
    address where it begins.
    """

    code: str
    title: str
    summary: str
    takes: str
    icon: str
    order: int
    gives: frozenset[Part]
    page: str
    available: Callable[[User, datetime], Availability] = always
    needs: str = ""


TITLES: Mapping[str, str] = {
    "family_name": "Фамилия",
    "given_name": "Имя",
    "patronymic": "Отчество",
    "birth_date": "Дата рождения",
    "sex": "Пол",
    "document": "Паспорт",
    "snils": "СНИЛС",
    "inn": "ИНН",
    "phone": "Телефон",
    "face": "Лицо на видео",
    "certificate": "Сертификат",
}


def level_of(parts: frozenset[Part]) -> Level:
    """Return the level these parts make.

    >>> level_of(frozenset({Part.PHONE})).value, level_of(frozenset({Part.DATA})).value
    ('simple', 'standard')
    >>> level_of(frozenset({Part.DATA, Part.PHONE})).value, level_of(frozenset({Part.PERSON})).value
    ('confirmed', 'confirmed')
    """
    if Part.PERSON in parts or {Part.DATA, Part.PHONE} <= parts:
        return Level.CONFIRMED
    return Level.STANDARD if Part.DATA in parts else Level.SIMPLE


def fields_of(rows: Sequence[Mapping[str, Any]]) -> list[Field]:
    """Return results by field as they were kept."""
    return [
        Field(
            row["name"],
            Outcome(row["outcome"]),
            row.get("text", ""),
            row.get("proof", ""),
            row.get("at", ""),
        )
        for row in rows
    ]


def proof_of(*values: object) -> str:
    """Return a keyed hash that stands for values checked together; they cannot be read from it."""
    return fingerprint("identity:" + "|".join(str(value).strip().upper() for value in values))
