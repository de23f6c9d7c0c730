"""Changes of the directory: loading of reference books, days off."""

import hashlib
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO

from django.db import connection, transaction
from django.utils.timezone import localdate

from oms.domain.directory import books, loading, organizations, queries, reading
from oms.domain.directory.models import DayOverride, Load, Region
from oms.domain.directory.reading import Unreadable
from oms.domain.journal.actions import Actor, record
from oms.kit.denied import Denied
from oms.law import dates

__all__ = ["Outdated", "UnknownRegion", "Unreadable", "load_packaged", "load_reference"]

MAX_FILE = 200 * 1024 * 1024
_IN_MEMORY = 4 * 1024 * 1024
_PACKAGED = Path(__file__).parent / "nsi"


class Outdated(Denied):
    """The file is older than the one loaded before."""

    text = "Этот файл старше уже загруженного."


class UnknownRegion(Denied):
    """There is no such region in F010."""

    status = 404
    text = "Такого региона нет в справочнике F010."


class NoBasis(Denied):
    """A day was moved without naming the decree."""

    status = 422
    text = "Укажите основание: номер и дату нормативного акта."


def load_reference(
    *,
    file: BinaryIO | Path,
    book: str | None = None,
    at: datetime,
    by: Actor,
    progress: loading.Progress | None = None,
) -> Load:
    """Load a reference book from an XML file: all of its usable rows or nothing.

    The book is told by its content; `book` (F001, F002, F003, F032, F008 to F012, V005, O001)
    insists on one. Changes count from the day of issue in the file's heading, or from `at`.
    Rows without a usable key are left out and told in `Load.refused`. The file that was loaded
    last gives its earlier report. `progress` is called with the number of rows read so far.
    Raises `Unreadable` and `Outdated`; nothing is changed then.
    """
    with _opened(file) as source, SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
        digest = _copy(source, copy)
        with transaction.atomic():
            _one_at_a_time()
            return _earlier(digest, asked=book) or _load(
                copy, asked=book, digest=digest, at=at, by=by, progress=progress
            )


def load_packaged(*, at: datetime, by: Actor) -> list[Load]:
    """Load the small books that come with the program, those never loaded before."""
    known = set(Load.objects.values_list("book", flat=True))
    files = [path for path in sorted(_PACKAGED.glob("*.xml")) if path.stem not in known]
    return [load_reference(file=path, book=path.stem, at=at, by=by) for path in files]


def set_day_override(
    *, day: date, region: str | None, is_working: bool, basis: str, by: Actor, at: datetime
) -> DayOverride:
    """Make a day working or free, in one region (two digits of F010) or everywhere (None).

    `basis` names the decree. Repeating changes nothing. Raises `UnknownRegion`, `NoBasis`.
    """
    if not basis.strip():
        raise NoBasis
    if region is not None and not Region.objects.filter(code=region).exists():
        raise UnknownRegion
    said = {"is_working": is_working, "basis": basis.strip()[:250]}
    with transaction.atomic():
        known = DayOverride.objects.filter(day=day, region_id=region).first()
        if known and said == {"is_working": known.is_working, "basis": known.basis}:
            return known
        override, _ = DayOverride.objects.update_or_create(day=day, region_id=region, defaults=said)
        details = {"region": region, **said}
        _record_day(act="day.override", day=day, by=by, at=at, details=details)
    return override


def clear_day_override(*, day: date, region: str | None, by: Actor, at: datetime) -> None:
    """Let the calendar decide again about a day; nothing happens when it already does."""
    with transaction.atomic():
        gone, _ = DayOverride.objects.filter(day=day, region_id=region).delete()
        if gone:
            _record_day(act="day.clear", day=day, by=by, at=at, details={"region": region})


def _record_day(*, act: str, day: date, by: Actor, at: datetime, details: dict[str, Any]) -> None:
    record(act=act, subject=f"day:{day.isoformat()}", by=by, at=at, details=details)
    transaction.on_commit(queries.forget_calendars)


def _opened(file: BinaryIO | Path) -> "nullcontext[BinaryIO] | IO[bytes]":
    if not isinstance(file, Path):
        return nullcontext(file)
    try:
        return file.open("rb")
    except OSError:
        raise Unreadable(f"Файл «{file.name}» не открывается. Проверьте путь и права.") from None


def _copy(source: IO[bytes], copy: IO[bytes]) -> str:
    """Copy the file aside and return its SHA-256: uploads may be read but once."""
    digest = hashlib.sha256()
    size = 0
    while piece := source.read(reading.CHUNK):
        size += len(piece)
        if size > MAX_FILE:
            raise Unreadable("Файл больше 200\N{NO-BREAK SPACE}МБ. Разделите его на части.")
        digest.update(piece)
        copy.write(piece)
    copy.seek(0)
    return digest.hexdigest()


def _one_at_a_time() -> None:
    """Let one load run at a time; readers are not held up (SQLite has one writer anyway)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE directory_load IN SHARE ROW EXCLUSIVE MODE")


def _earlier(digest: str, *, asked: str | None) -> Load | None:
    """The report of the same file, if it is the last of its book.

    A file that lacked a region is read again: F010 may have been loaded since.
    """
    found = Load.objects.filter(digest=digest).order_by("-pk").first()
    if found is None or (asked and asked.upper() != found.book):
        return None
    if any(told["field"] == "tf_okato" for told in found.refused):
        return None
    is_last = not Load.objects.filter(book=found.book, pk__gt=found.pk).exists()
    return found if is_last else None


def _load(
    file: IO[bytes],
    *,
    asked: str | None,
    digest: str,
    at: datetime,
    by: Actor,
    progress: loading.Progress | None,
) -> Load:
    heading, rows = reading.read(file)
    first = next(rows)
    book = books.recognize(heading=heading, first=first, asked=asked)
    issued_on = books.issue_day(heading)
    _refuse_outdated(book, issued_on)
    load = Load.objects.create(
        book=book.code, version=heading.version, issued_on=issued_on, digest=digest, loaded_at=at
    )
    on = issued_on or localdate(at)
    problems = books.Problems()
    rows = reading.again(first, rows)
    _write(load, rows, book=book, problems=problems, on=on, progress=progress)
    load.refused = problems.told
    load.refused_count, load.warned_count = problems.refused, problems.warned
    load.save()
    counts = {"added": load.added, "changed": load.changed, "refused": load.refused_count}
    details = {"book": book.code, "digest": digest, **counts}
    record(act="directory.load", subject=f"load:{load.pk}", by=by, at=at, details=details)
    return load


def _write(
    load: Load,
    rows: reading.Records,
    *,
    book: books.Book,
    problems: books.Problems,
    on: date,
    progress: loading.Progress | None,
) -> None:
    if not book.organizations:
        entries = books.entry_rows(book, rows, problems)
        loading.write_entries(load=load, rows=entries, progress=progress)
        return
    loading.write_organizations(
        load=load,
        kind=book.organizations,
        rows=organizations.organization_rows(book, rows, problems, on=on),
        on=on,
        progress=progress,
    )


def _refuse_outdated(book: books.Book, issued_on: date | None) -> None:
    if issued_on is None:
        return
    newer = Load.objects.filter(book=book.code, issued_on__gt=issued_on)
    last = newer.order_by("-issued_on").values_list("issued_on", flat=True).first()
    if last:
        raise Outdated(
            f"Файл {book.code} от {dates.short(issued_on)} старше загруженного"
            f" от {dates.short(last)}. Возьмите новый."
        )
