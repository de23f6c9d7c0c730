"""Rules applied to a batch of records; findings opened, kept, closed. Idempotent."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from oms.domain.quality import sheet as sheets
from oms.domain.quality.catalogue import RULES
from oms.domain.quality.declaration import Rule
from oms.domain.quality.models import Finding
from oms.domain.quality.sheet import Books, Sheet, State
from oms.domain.register.models import InsuredPerson

CLOSED = (State.MERGED, State.ANNULLED)


@dataclass(frozen=True)
class Changed:
    """What a check did: findings opened and closed."""

    opened: int = 0
    gone: int = 0

    def __add__(self, other: "Changed") -> "Changed":
        return Changed(self.opened + other.opened, self.gone + other.gone)


def broken(sheet: Sheet) -> Iterator[tuple[Rule, str]]:
    """Yield the rules that the record breaks, with what is wrong. No query."""
    closed = sheet.person.state in CLOSED
    for rule in RULES.values():
        if closed and not rule.closed:
            continue
        text = rule.check(sheet)
        if text:
            yield rule, text


def check(keys: Iterable[int], *, books: Books, at: datetime) -> Changed:
    """Bring the findings of these records in line with the rules. Nine queries when they are.

    Records whose findings are not in line are locked and looked at again, so that two checks of
    one record, or a check and a repair, take turns; the others are only read.
    """
    with transaction.atomic():
        differing = _differences(keys, books=books, at=at).keys
        if not differing:
            return Changed()
        list(_locked(sorted(differing)))
        return _write(_differences(differing, books=books, at=at), at=at)


@dataclass(frozen=True)
class _Differences:
    """Findings to open, to close, and to bring up to date (as they stand, as they should say)."""

    new: Sequence[Finding]
    gone: Sequence[Finding]
    other: Sequence[tuple[Finding, Finding]]

    @property
    def keys(self) -> set[int]:
        """Whose records they are."""
        rows = (*self.new, *self.gone, *(row for row, _ in self.other))
        return {row.person_id for row in rows}


def _differences(keys: Iterable[int], *, books: Books, at: datetime) -> _Differences:
    """Compare what the rules say of the records with the findings that stand. Nine queries."""
    wanted = set(keys)
    people = sheets.people(wanted)
    found = {
        (one.person.pk, rule.id): _finding(one, rule, text, at)
        for one in sheets.read(people, books=books, at=at)
        for rule, text in broken(one)
    }
    open_now = sheets.of(Finding.objects.filter(gone_at=None), "person", wanted)
    standing = {(row.person_id, row.rule): row for row in open_now if row.person_id in wanted}
    return _Differences(
        new=[one for key, one in found.items() if key not in standing],
        gone=[row for key, row in standing.items() if key not in found],
        other=[
            (row, found[key])
            for key, row in standing.items()
            if key in found and not _same(row, found[key])
        ],
    )


def _write(told: _Differences, *, at: datetime) -> Changed:
    Finding.objects.bulk_create(told.new)
    if told.gone:
        Finding.objects.filter(pk__in=[row.pk for row in told.gone]).update(gone_at=at)
    for row, new in told.other:  # the insurer may be another
        for name in _FOLLOWED:
            setattr(row, name, getattr(new, name))
    if told.other:
        rows = [row for row, _ in told.other]
        Finding.objects.bulk_update(rows, ["severity", "region", "insurer", "text", "mendable"])
    return Changed(len(told.new), len(told.gone))


def _same(row: Finding, new: Finding) -> bool:
    return all(getattr(row, name) == getattr(new, name) for name in _FOLLOWED)


def _locked(keys: list[int]) -> Iterator[int]:
    rows = InsuredPerson.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    return iter(rows.values_list("pk", flat=True))


def _finding(sheet: Sheet, rule: Rule, text: str, at: datetime) -> Finding:
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        person=sheet.person,
        region_id=sheet.person.region_id,
        insurer_id=sheet.person.insurer_id,
        text=text,
        mendable=rule.suggest(sheet) is not None,
        found_at=at,
    )


_FOLLOWED = ("severity", "region_id", "insurer_id", "text", "mendable")
