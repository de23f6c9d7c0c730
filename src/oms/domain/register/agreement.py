"""Whether a current row still says what its versions say, and how fresh it is (REG-6).

Pages read the current row. Versions, the open insurance and the policy in force are what was
recorded; where the row differs from them, the row is wrong.
"""

from datetime import date, datetime
from typing import Any, Protocol

from oms.domain.register.data import OWN_FIELDS, name_key
from oms.domain.register.models import Insurance, InsuredPerson, PersonVersion
from oms.kit import freshness


def is_stale(person: InsuredPerson, *, at: datetime) -> bool:
    """Tell whether the row was last known to be true too long ago."""
    return freshness.is_stale(person.synced_at, kind=freshness.ROW, at=at)


def version_of(person: InsuredPerson) -> PersonVersion | None:
    """Return the version in force. One query."""
    return person.versions.filter(valid_until=None).first()


def insurance_of(person: InsuredPerson) -> Insurance | None:
    """Return the open period of insurance. One query."""
    return person.insurances.filter(valid_until=None).select_related("insurer").first()


class Recorded(Protocol):
    """A version: the person's own data as recorded."""

    @property
    def data(self) -> dict[str, Any]:
        """The fields told, dates as ISO text."""


class Insuring(Protocol):
    """A period of insurance."""

    @property
    def insurer_id(self) -> str:
        """Who insures."""


class Numbered(Protocol):
    """A policy."""

    @property
    def enp(self) -> str:
        """The number, empty where it has none."""


def disagreements(
    person: InsuredPerson,
    *,
    version: Recorded | None,
    insurance: Insuring | None,
    policy: Numbered | None,
) -> dict[str, Any]:
    """Return field of the row → what it has to be, for fields that are wrong. No query.

    Empty without a version: then there is nothing to trust more than the row.
    """
    if version is None:
        return {}
    told = {name: version.data[name] for name in OWN_FIELDS if name in version.data}
    wanted = {name: _read(person, name, value) for name, value in told.items()}
    named = {
        name: wanted.get(name, getattr(person, name))
        for name in ("family_name", "given_name", "patronymic")
    }
    wanted["name_key"] = name_key(**named)
    wanted["insurer_id"] = insurance.insurer_id if insurance else None
    if policy is not None and policy.enp:
        wanted["enp"] = policy.enp
    return {name: value for name, value in wanted.items() if getattr(person, name) != value}


def _read(person: InsuredPerson, name: str, value: Any) -> Any:
    is_day = isinstance(value, str) and name in ("birth_date", "died_on")
    return date.fromisoformat(value) if is_day and value else value
