"""A record of the register as the rules see it, read for a whole batch with seven queries.

Rows beside the person are read as bare columns: of thirteen million records a night the making of
whole model rows would be most of the work.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar, cast

from django.db.models import Model, QuerySet
from django.utils.timezone import localdate

from oms.domain.directory.models import Insurer, ReferenceEntry, Region
from oms.domain.register import models as register
from oms.domain.register.actions.insurance import IN_FORCE
from oms.domain.register.models import InsuredPerson
from oms.law import enp as numbers
from oms.law.dates import age
from oms.law.verdict import Invalid

EARLIEST_BIRTH = date(1900, 1, 1)
NAMES = ("family_name", "given_name", "patronymic")
State = InsuredPerson.State
DIED = str(State.DIED)
Row = TypeVar("Row", bound="Version | Document | Address | Policy | Insurance")
Table = TypeVar("Table", bound=Model)
_DENSE = 2
"""Keys of which at least one in so many is wanted are read as a stretch, not named one by one."""


class Version(NamedTuple):
    """The person's own data in force."""

    person_id: int
    data: dict[str, Any]


class Document(NamedTuple):
    """An identity document in force."""

    person_id: int
    kind: str
    series: str
    number: str
    issued_on: date | None
    issued_by: str
    department_code: str
    expires_on: date | None
    valid_from: date


class Address(NamedTuple):
    """An address in force."""

    person_id: int
    text: str


class Policy(NamedTuple):
    """A policy, in force or not."""

    person_id: int
    enp: str
    state: str
    insurer_id: str
    begins_on: date
    ends_on: date | None


class Insurance(NamedTuple):
    """A period of insurance, open or not."""

    person_id: int
    insurer_id: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True)
class Books:
    """Reference data for a run: three queries, once for all batches."""

    insurers: dict[str, Insurer]
    regions: frozenset[str]
    countries: frozenset[str]

    @classmethod
    def read(cls) -> "Books":
        """Read them. Without a book of countries their codes are not judged."""
        return cls(
            {one.pk: one for one in Insurer.objects.all()},
            frozenset(Region.objects.values_list("code", flat=True)),
            frozenset(ReferenceEntry.objects.filter(book="O001").values_list("code", flat=True)),
        )


@dataclass
class Sheet:
    """One person's record with everything beside it on a day. Rows are in the order of their keys.

    `is_doubled`: a record merged into this one, or another under this ENP, holds a policy in force.
    What many rules ask is worked out once: `born` is the birth date when it can be one (others
    judge one that cannot); `age` in full years, None for somebody dead; `names` the parts of the
    name that are not empty; `enp` what the number tells, None where it is wrong in itself;
    `policy` in force, `insurance` open.
    """

    person: InsuredPerson
    at: datetime
    on: date
    books: Books
    version: Version | None = None
    documents: Sequence[Document] = ()
    addresses: Sequence[Address] = ()
    policies: Sequence[Policy] = ()
    insurances: Sequence[Insurance] = ()
    is_doubled: bool = False

    def __post_init__(self) -> None:
        person = self.person
        is_possible = EARLIEST_BIRTH <= person.birth_date <= self.on
        self.born: date | None = person.birth_date if is_possible else None
        is_alive = self.born is not None and person.state != DIED
        self.age: int | None = age(person.birth_date, on=self.on) if is_alive else None
        told = {name: getattr(person, name).strip() for name in NAMES}
        self.names: dict[str, str] = {name: text for name, text in told.items() if text}
        self.enp: numbers.Enp | None = _read_enp(person.enp)
        self.policy: Policy | None = next(
            (one for one in self.policies if one.state in IN_FORCE), None
        )
        self.insurance: Insurance | None = next(
            (one for one in self.insurances if one.valid_until is None), None
        )

    @property
    def insurer(self) -> Insurer | None:
        """Who keeps the policy in force."""
        return self.books.insurers.get(self.policy.insurer_id) if self.policy else None


def read(people: Sequence[InsuredPerson], *, books: Books, at: datetime) -> list[Sheet]:
    """Return a sheet for each person. Seven queries, however many people."""
    keys = [one.pk for one in people]
    versions = _beside(Version, register.PersonVersion, keys, standing=True)
    documents = _beside(Document, register.IdentityDocument, keys, standing=True)
    addresses = _beside(Address, register.Address, keys, standing=True)
    policies = _beside(Policy, register.Policy, keys)
    insurances = _beside(
        Insurance, register.Insurance, keys, order=("valid_from", "recorded_at", "pk")
    )
    doubled, on = _doubled(keys, policies), localdate(at)
    return [
        Sheet(
            one,
            at,
            on,
            books,
            version=next(iter(versions.get(one.pk, ())), None),
            documents=documents.get(one.pk, ()),
            addresses=addresses.get(one.pk, ()),
            policies=policies.get(one.pk, ()),
            insurances=insurances.get(one.pk, ()),
            is_doubled=one.pk in doubled,
        )
        for one in people
    ]


def people(keys: Iterable[int]) -> list[InsuredPerson]:
    """Return the persons, with the record each merged one leads to. One query, two for merged."""
    wanted = set(keys)
    found = [
        one for one in of(InsuredPerson.objects.order_by("pk"), "pk", wanted) if one.pk in wanted
    ]
    merged = {one.merged_into_id for one in found if one.merged_into_id}
    stand = InsuredPerson.objects.in_bulk(merged) if merged else {}
    for one in found:
        if one.merged_into_id:
            one.merged_into = stand[one.merged_into_id]
    return found


def of(rows: QuerySet[Table, Any], name: str, keys: Collection[int]) -> QuerySet[Table, Any]:
    """Return the rows whose column is one of the keys, and others between where keys lie close."""
    if not keys:
        return rows.none()
    first, last = min(keys), max(keys)
    if last - first < _DENSE * len(keys):
        return rows.filter(**{f"{name}__gte": first, f"{name}__lte": last})
    return rows.filter(**{f"{name}__in": keys})


def _read_enp(number: str | None) -> numbers.Enp | None:
    try:
        return numbers.parse(number) if number else None
    except Invalid:
        return None


def _beside(
    kind: type[Row],
    model: type[Model],
    keys: Sequence[int],
    *,
    standing: bool = False,
    order: Sequence[str] = ("pk",),
) -> dict[int, list[Row]]:
    """Return person → the rows of a kind. One query."""
    rows = of(model._default_manager.order_by(*order), "person", keys)
    if standing:
        rows = rows.filter(valid_until=None)
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows.values_list(*kind._fields):
        found[row[0]].append(cast("Row", kind._make(row)))
    return found


def _doubled(keys: Sequence[int], policies: dict[int, list[Policy]]) -> set[int]:
    """Return whose policy in force is not the only one. Two queries, each by an index."""
    found = set(_of_merged(keys))
    wanted = set(keys)
    holders: dict[str, list[int]] = defaultdict(list)
    for key, own in policies.items():
        for one in own:
            if one.enp and one.state in IN_FORCE and key in wanted:
                holders[one.enp].append(key)
    rows = register.Policy.objects.filter(state__in=IN_FORCE, enp__in=list(holders))
    for number, person, into in rows.values_list("enp", "person", "person__merged_into"):
        found.update(key for key in holders[number] if key not in (person, into))
    return found


def _of_merged(keys: Sequence[int]) -> Iterator[int]:
    """Yield into whom records with a policy in force were merged."""
    rows = register.Policy.objects.filter(state__in=IN_FORCE)
    told = of(rows, "person__merged_into", keys).values_list("person__merged_into", flat=True)
    return (key for key in told if key)
