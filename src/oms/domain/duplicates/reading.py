"""Persons of the register as the model compares them: one, two, or all of them in a stream."""

from collections.abc import Iterable, Iterator

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from oms.domain.duplicates.linkage.records import Record, record
from oms.domain.register.models import FormerName, IdentityDocument, InsuredPerson

_COLUMNS = ("pk", "name_key", "birth_date", "sex", "snils", "phone", "region_id", "paper", "bore")
_TOLD = ("pk", "key", "birth_date", "sex", "snils", "phone", "region", "document", "former_key")
_PASSPORT = "14"
State = InsuredPerson.State
ON_RECORD = (State.ACTIVE, State.SUSPENDED)


def everybody(*, since: int = 0) -> Iterator[Record]:
    """Yield the records on record in the order of their keys; memory does not grow with them."""
    rows = _rows(InsuredPerson.objects.filter(state__in=ON_RECORD, pk__gt=since))
    for row in rows.order_by("pk").values_list(*_COLUMNS).iterator(chunk_size=10_000):
        yield _record(row)


def records_of(keys: Iterable[int]) -> dict[int, Record]:
    """Return the records of these persons, whatever their state. One query."""
    rows = _rows(InsuredPerson.objects.filter(pk__in=list(keys)))
    return {row[0]: _record(row) for row in rows.values_list(*_COLUMNS)}


def pair_of_records(left: int, right: int) -> tuple[Record, Record]:
    """Return two records in the order asked for. One query."""
    found = records_of((left, right))
    return found[left], found[right]


def _rows(rows: QuerySet[InsuredPerson]) -> QuerySet[InsuredPerson]:
    """Add the number of the passport, else of another document in force; the last former name."""
    papers = IdentityDocument.objects.filter(person=OuterRef("pk"), valid_until=None)
    first = papers.order_by("-kind").filter(kind=_PASSPORT).values("number_key")[:1]
    any_kind = papers.order_by("kind", "pk").values("number_key")[:1]
    bore = FormerName.objects.filter(person=OuterRef("pk")).order_by("-pk").values("name_key")[:1]
    paper = Coalesce(Subquery(first), Subquery(any_kind))
    return rows.annotate(paper=paper, bore=Subquery(bore))


def _record(row: tuple[object, ...]) -> Record:
    return record(**dict(zip(_TOLD, row, strict=True)))  # type: ignore[arg-type]
