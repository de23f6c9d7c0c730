"""What a request to represent somebody says, and how it is kept."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from oms.domain.register.data import DocumentData, document_key

CERTIFICATE, ACT = "certificate", "act"


@dataclass(frozen=True)
class Ward:
    """The child or ward as the representative names them."""

    family_name: str
    given_name: str
    birth_date: date
    sex: int
    patronymic: str = ""
    birth_place: str = ""
    citizenship: str = "RUS"
    snils: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """The values by profile field; what was not told is left out."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Certificate:
    """A birth certificate: `kind` of F011, and as whom the parent stands in it."""

    kind: int
    series: str
    number: str
    issued_on: date
    issued_by: str
    parent: str = ""
    named_as: str = ""

    @property
    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {**asdict(self), "type": CERTIFICATE, "issued_on": self.issued_on.isoformat()}


@dataclass(frozen=True)
class Act:
    """A decision of a court or an act of the guardianship office; `until` is its last day."""

    number: str
    issued_on: date
    issued_by: str
    until: date | None = None

    @property
    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        until = self.until.isoformat() if self.until else ""
        return {
            **asdict(self),
            "type": ACT,
            "issued_on": self.issued_on.isoformat(),
            "until": until,
        }


def document_of(basis: Mapping[str, Any]) -> DocumentData | None:
    """Return the certificate of a basis as the register takes documents; None for an act."""
    if basis.get("type") != CERTIFICATE:
        return None
    return DocumentData(
        kind=str(basis["kind"]),
        series=basis["series"],
        number=basis["number"],
        issued_on=date.fromisoformat(basis["issued_on"]),
        issued_by=basis["issued_by"],
    )


def same_paper(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two bases are one and the same birth certificate."""
    a, b = document_of(one), document_of(other)
    return a is not None and b is not None and document_key(a) == document_key(b)


def act_until(basis: Mapping[str, Any]) -> date | None:
    """Return the last day of an act, if it has one."""
    until = basis.get("until")
    return date.fromisoformat(until) if until else None
