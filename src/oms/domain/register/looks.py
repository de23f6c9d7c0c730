"""Who of the staff looked at a person's data, when and why: the journal told to the person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from oms.domain.accounts.models import User
from oms.domain.journal.models import Entry
from oms.domain.register.models import InsuredPerson

Keys = Sequence[str]
"""Under which keys of the journal the looks at somebody stand: `person:5`, `user:12`."""


@dataclass(frozen=True)
class Look:
    """One look of the staff at a person's data; `number` is the journal entry that keeps it."""

    number: int
    at: datetime
    role: str
    organization: str
    purpose: str


def keys_of_person(person: InsuredPerson) -> Keys:
    """Return the record's key; looks at what was applied for before it stand under the account."""
    return [person.key, *([f"user:{person.user_id}"] if person.user_id else [])]


def keys_of_account(user: User) -> Keys:
    """Return the same for an account, whether or not it has a record. One query."""
    person = InsuredPerson.objects.filter(user=user).first()
    return keys_of_person(person) if person else [user.key]


def newest(
    keys: Keys,
    *,
    organization: str = "",
    since: datetime | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[Look, ...]:
    """Return looks, newest first; `organization` is a key as accounts hold it. One query.

    Ask for one more than shown to learn whether there is a next page; no `limit` returns all.
    """
    rows = _rows(keys)
    if organization:
        rows = rows.filter(organization=organization)
    if since:
        rows = rows.filter(at__gte=since)
    return _looks(rows.order_by("-at", "-pk")[offset : None if limit is None else offset + limit])


def find(keys: Keys, *, number: int) -> Look | None:
    """Return the look with this number, if it is one at these data. One query."""
    return next(iter(_looks(_rows(keys).filter(pk=number))), None) if number < 2**63 else None


def organizations(keys: Keys) -> set[str]:
    """Return the keys of the organisations anybody looked from. One query."""
    return set(_rows(keys).order_by().values_list("organization", flat=True).distinct())


def count(keys: Keys) -> int:
    """Return how many looks there were. One query."""
    return _rows(keys).count()


def _rows(keys: Keys) -> QuerySet[Entry]:
    return Entry.objects.filter(person__in=keys, act="person.read")


def _looks(rows: QuerySet[Entry]) -> tuple[Look, ...]:
    told: Iterable[tuple[int, datetime, str, str, dict[str, str] | None]] = rows.values_list(
        "pk", "at", "role", "organization", "payload__data"
    )
    return tuple(
        Look(number, at, role, organization, (data or {}).get("purpose", ""))
        for number, at, role, organization, data in told
    )
