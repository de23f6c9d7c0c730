"""How people and days are written in questions and answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Asked:
    """The person a register is asked about."""

    family_name: str
    given_name: str
    patronymic: str
    birth_date: date

    @property
    def plain(self) -> dict[str, str]:
        """As JSON carries it."""
        return {
            "family_name": self.family_name,
            "given_name": self.given_name,
            "patronymic": self.patronymic,
            "birth_date": self.birth_date.isoformat(),
        }


def agreed(answer: Mapping[str, Any], *names: str) -> dict[str, bool]:
    """Return field → whether it agrees, for those of `names` the register compared."""
    told = answer.get("fields")
    if not isinstance(told, Mapping):
        return {}
    return {name: told[name] is True for name in names if name in told}


def day(value: Any) -> date | None:
    """Return a day of an answer, None for anything that is not one."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
