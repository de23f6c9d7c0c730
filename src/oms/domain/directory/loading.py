"""Writes the rows of a book to the database, in batches, counting what changed."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from django.db.models import F, Model

from oms.domain.directory.books import EntryRow
from oms.domain.directory.folding import clinic_text
from oms.domain.directory.models import (
    Load,
    MedicalOrganization,
    OrganizationVersion,
    ReferenceEntry,
    Region,
)
from oms.domain.directory.opening import week
from oms.domain.directory.organizations import MODELS, OrganizationRow

BATCH = 1000
Progress = Callable[[int], None]
_Row = TypeVar("_Row")


def write_entries(*, load: Load, rows: Iterator[EntryRow], progress: Progress | None) -> None:
    """Bring the entries of a simple book in line with the rows; count into `load`."""
    for batch in _batches(rows, progress):
        known = _known_entries(load.book, batch)
        changed = []
        for row in batch:
            entry = known.get((row.code, row.begins_on))
            if _count(load, is_new=entry is None, is_same=entry is not None and _says(entry, row)):
                changed.append(_entry(load.book, row))
        ReferenceEntry.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["book", "code", "begins_on"],
            update_fields=["name", "extra", "ends_on"],
        )
        if load.book == "F010":
            _write_regions(changed)


def write_organizations(
    *,
    load: Load,
    kind: str,
    rows: Iterator[OrganizationRow],
    on: date,
    progress: Progress | None,
) -> None:
    """Bring organisations and their versions in line with the rows; count into `load`.

    A row whose data changed closes the version in force and opens the next one, both on `on`.
    """
    for batch in _batches(rows, progress):
        codes = [row.code for row in batch]
        current = MODELS[kind]._default_manager.in_bulk(codes)
        versions = {
            version.code: version
            for version in OrganizationVersion.objects.filter(
                kind=kind, code__in=codes, valid_until=None
            )
        }
        changed = []
        for row in batch:
            version = versions.get(row.code)
            is_same = version is not None and version.data == row.data
            if _count(load, is_new=row.code not in current, is_same=is_same):
                changed.append(row)
        _write_current(kind, changed, current, versions)
        _write_versions(load, kind, changed, versions, on)


def _batches(rows: Iterator[_Row], progress: Progress | None) -> Iterator[list[_Row]]:
    done = 0
    while batch := list(islice(rows, BATCH)):
        yield batch
        done += len(batch)
        if progress:
            progress(done)


def _count(load: Load, *, is_new: bool, is_same: bool) -> bool:
    """Count a row and tell whether it has to be written."""
    if is_new:
        load.added += 1
    elif is_same:
        load.unchanged += 1
    else:
        load.changed += 1
    return is_new or not is_same


def _known_entries(book: str, batch: list[EntryRow]) -> dict[tuple[str, date], ReferenceEntry]:
    found = ReferenceEntry.objects.filter(book=book, code__in={row.code for row in batch})
    return {(entry.code, entry.begins_on): entry for entry in found}


def _says(entry: ReferenceEntry, row: EntryRow) -> bool:
    return (entry.name, entry.extra, entry.ends_on) == (row.name, row.extra, row.ends_on)


def _entry(book: str, row: EntryRow) -> ReferenceEntry:
    return ReferenceEntry(
        book=book,
        code=row.code,
        name=row.name,
        extra=row.extra,
        begins_on=row.begins_on,
        ends_on=row.ends_on,
    )


def _write_regions(entries: list[ReferenceEntry]) -> None:
    """Keep the latest entry of each code as the region itself."""
    latest = {entry.code: entry for entry in sorted(entries, key=lambda entry: entry.begins_on)}
    regions = [
        Region(
            code=entry.code,
            name=entry.name[:200],
            okato=entry.extra["kod_okato"],
            district=entry.extra.get("okrug", "")[:2],
        )
        for entry in latest.values()
    ]
    Region.objects.bulk_create(
        regions,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "okato", "district"],
    )


def _write_current(
    kind: str,
    rows: list[OrganizationRow],
    current: dict[Any, Any],
    versions: dict[str, OrganizationVersion],
) -> None:
    """Write the current rows: only fields in which the file differs from the last one.

    What staff added in between (a site, a phone) stays until the file says something new of it.
    """
    if not rows:
        return
    model = MODELS[kind]
    organizations = []
    for row in rows:
        organization = current.get(row.code) or model(code=row.code)
        version = versions.get(row.code)
        for name in _differing(row, version.data if version and version.load_id else None):
            setattr(organization, name, row.values[name])
        organizations.append(organization)
    fields = _concrete(rows[0].values)
    if model is MedicalOrganization:
        fields += ["search_text", "week"]
        _refold(organizations)
    model._default_manager.bulk_create(
        organizations, update_conflicts=True, unique_fields=["code"], update_fields=fields
    )


def _differing(row: OrganizationRow, before: dict[str, Any] | None) -> Iterable[str]:
    """Names of the fields the file changed; without an earlier file, those it fills."""
    said = row.data["fields"]
    if before is None:
        return [name for name, value in said.items() if value not in ("", None)]
    return [name for name, value in said.items() if before["fields"].get(name) != value]


def _concrete(values: dict[str, Any]) -> list[str]:
    return [name.removesuffix("_id") for name in values]


def _refold(clinics: list[Model]) -> None:
    for clinic in clinics:
        if isinstance(clinic, MedicalOrganization):
            clinic.search_text = clinic_text(clinic)
            clinic.week = week(clinic.hours)


def _write_versions(
    load: Load,
    kind: str,
    rows: list[OrganizationRow],
    versions: dict[str, OrganizationVersion],
    on: date,
) -> None:
    ended = [row.code for row in rows if row.code in versions]
    current = OrganizationVersion.objects.filter(kind=kind, code__in=ended, valid_until=None)
    # a version younger than the file (typed by hand, or loaded undated) ends as it began: it is
    # kept, and no day sees it
    current.filter(valid_from__gt=on).update(valid_until=F("valid_from"))
    current.filter(valid_from__lte=on).update(valid_until=on)
    OrganizationVersion.objects.bulk_create(
        OrganizationVersion(
            kind=kind,
            code=row.code,
            data=row.data,
            valid_from=max(on, versions[row.code].valid_from) if row.code in versions else on,
            load=load,
        )
        for row in rows
    )
