"""The register of civil status (ЕГР ЗАГС): births, deaths, changes of name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from oms.gateways.registers.asking import ask
from oms.gateways.registers.words import Asked, agreed, day

CODE = "civil-status"
FIELDS = ("family_name", "given_name", "patronymic", "birth_date")
PARENT = "parent_"


@dataclass(frozen=True)
class Birth:
    """A record of birth: whether it is there, what agrees of the child and of the parent."""

    found: bool
    child: Mapping[str, bool] = field(default_factory=dict)
    parent: Mapping[str, bool] = field(default_factory=dict)

    @property
    def is_parent(self) -> bool:
        """Whether everything told of the parent agrees with one of the two on record."""
        return bool(self.parent) and all(self.parent.values())


@dataclass(frozen=True)
class NameChange:
    """One change of name: the surname, name and patronymic before, and since when not."""

    family_name: str
    given_name: str
    patronymic: str
    until: date | None


def birth(*, series: str, number: str, child: Asked, parent: Asked) -> Birth:
    """Ask about a birth certificate. Raises `RegisterDown`, `Permanent`.

    Parents are compared with what is told; the register names nobody.
    """
    question = {
        "question": "birth",
        "series": series,
        "number": number,
        **child.plain,
        **{PARENT + name: value for name, value in parent.plain.items()},
    }
    answer = ask(register=CODE, question=question)
    if answer is None:
        return Birth(False)
    of_parent = agreed(answer, *(PARENT + name for name in FIELDS))
    parents = {name.removeprefix(PARENT): same for name, same in of_parent.items()}
    return Birth(True, agreed(answer, *FIELDS), parents)


def death(*, person: Asked) -> date | None:
    """Return the day of death on record. Raises `RegisterDown`, `Permanent`."""
    answer = ask(register=CODE, question={"question": "death", **person.plain})
    return day(answer.get("died_on")) if answer else None


def name_changes(*, person: Asked) -> tuple[NameChange, ...]:
    """Return earlier names, newest first. Raises `RegisterDown`, `Permanent`."""
    answer = ask(register=CODE, question={"question": "names", **person.plain})
    rows = answer.get("names", []) if answer else []
    return tuple(
        NameChange(
            str(row.get("family_name", "")),
            str(row.get("given_name", "")),
            str(row.get("patronymic", "")),
            day(row.get("until")),
        )
        for row in rows
        if isinstance(row, Mapping)
    )
