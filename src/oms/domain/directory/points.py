"""Loading the places that hand printed papers over (пункты выдачи) from a table."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.db import transaction

from oms.domain.directory.models import DeliveryPoint, Insurer, Region
from oms.domain.journal.actions import Actor, record
from oms.kit.denied import Denied

COLUMNS = (
    "code", "kind", "region", "insurer", "name", "address", "phone", "hours", "latitude",
    "longitude", "closed_on",
)  # fmt: skip
_NEEDED = ("code", "kind", "region", "name", "address", "hours")
_REACH = {"latitude": 90, "longitude": 180}


class BadTable(Denied):
    """The table cannot be taken; the text names the row and the column."""

    status = 422
    text = "Таблицу пунктов прочитать нельзя."


def load_points(*, file: Path, at: datetime, by: Actor) -> tuple[int, int]:
    """Load a CSV (UTF-8, comma or semicolon), whole or not at all; return (added, changed).

    A code known already is changed, one that is not in the file stays. Raises `BadTable`.
    """
    rows = list(_rows(file))
    with transaction.atomic():
        known = DeliveryPoint.objects.in_bulk(field_name="code")
        added = [row for row in rows if row["code"] not in known]
        changed = [row for row in rows if _differs(known.get(str(row["code"])), row)]
        for row in (*added, *changed):
            DeliveryPoint.objects.update_or_create(code=row["code"], defaults=row)
        if added or changed:
            details = {"added": len(added), "changed": len(changed)}
            record(
                act="directory.points", subject="directory:points", by=by, at=at, details=details
            )
    return len(added), len(changed)


def _differs(point: DeliveryPoint | None, row: dict[str, object]) -> bool:
    return point is not None and any(getattr(point, name) != value for name, value in row.items())


def _rows(file: Path) -> Iterator[dict[str, object]]:
    """Rows ready for the database, each checked."""
    regions = set(Region.objects.values_list("pk", flat=True))
    insurers = set(Insurer.objects.values_list("pk", flat=True))
    seen = set[str]()
    for number, raw in enumerate(_table(file), 2):
        told = {name: (raw.get(name) or "").strip() for name in COLUMNS}
        for name in _NEEDED:
            if not told[name]:
                raise _bad(number, name, "пусто")
        if told["code"] in seen:
            raise _bad(number, "code", "такой код в файле уже был")
        seen.add(told["code"])
        known = {"kind": set(DeliveryPoint.Kind.values), "region": regions}
        known["insurer"] = {*insurers, ""}
        for name, values in known.items():
            if told[name] not in values:
                raise _bad(number, name, f"значения «{told[name][:40]}» нет в справочнике")
        yield _row(number, told)


def _table(file: Path) -> Iterator[dict[str, str]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadTable("Файл не в кодировке UTF-8. Сохраните таблицу как CSV UTF-8.") from None
    lines = text.splitlines()
    heading = lines[0] if lines else ""
    found = csv.DictReader(lines, delimiter=";" if heading.count(";") > heading.count(",") else ",")
    missing = [name for name in _NEEDED if name not in (found.fieldnames or ())]
    if missing:
        raise BadTable(f"В первой строке нет столбцов: {', '.join(missing)}.")
    yield from found


def _row(number: int, told: dict[str, str]) -> dict[str, object]:
    for name in ("code", "name", "address", "phone", "hours"):
        longest: int = getattr(DeliveryPoint._meta.get_field(name), "max_length", 0)
        if longest and len(told[name]) > longest:
            raise _bad(number, name, f"длиннее {longest} знаков")
    row: dict[str, object] = {
        n: told[n] for n in ("code", "kind", "name", "address", "phone", "hours")
    }
    row |= {"region_id": told["region"], "insurer_id": told["insurer"] or None}
    row |= {name: _degrees(number, name, told[name]) for name in _REACH}
    try:
        row["closed_on"] = date.fromisoformat(told["closed_on"]) if told["closed_on"] else None
    except ValueError:
        raise _bad(number, "closed_on", "нужен день в виде ГГГГ-ММ-ДД") from None
    return row


def _degrees(number: int, name: str, text: str) -> Decimal | None:
    if not text:
        return None
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise _bad(number, name, "нужно число градусов") from None
    if not value.is_finite() or abs(value) > _REACH[name]:
        raise _bad(number, name, "нужно число градусов")
    return value.quantize(Decimal("0.000001"))


def _bad(number: int, name: str, why: str) -> BadTable:
    return BadTable(f"Строка {number}, столбец {name}: {why}.")
