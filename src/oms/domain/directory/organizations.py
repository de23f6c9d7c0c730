"""Rows of insurers, funds and clinics (F001, F002, F003, F032): from the file to our fields.

The row in force on the file's day becomes the current one; all licences and periods of the row
stay in the version's data. A doubtful value is left out and warned of, the row is taken.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from oms.domain.directory import models
from oms.domain.directory.books import Book, Problems, RowRefusedError, code_of, day
from oms.domain.directory.reading import Record
from oms.law import requisites, typed
from oms.law.verdict import Invalid

MODELS: dict[str, type[Model]] = {
    "insurer": models.Insurer,
    "fund": models.TerritorialFund,
    "clinic": models.MedicalOrganization,
}
MAX_COUNT = 2_147_483_647


@dataclass(frozen=True)
class OrganizationRow:
    """A row read: our fields, and everything the file said."""

    row: int
    code: str
    values: dict[str, Any]
    data: dict[str, Any]


class Regions:
    """Finds a region by ОКАТО or by the code of its fund."""

    def __init__(self) -> None:
        known = list(models.Region.objects.values_list("code", "okato"))
        self.codes = {code for code, _ in known}
        self.by_okato = {okato: code for code, okato in known}

    def of(self, *, okato: str, code: str) -> str:
        """Return the region; `code` of the organisation serves when no ОКАТО is given."""
        if not okato and code[:2] in self.codes:
            return code[:2]
        found = self.by_okato.get(okato[:5].ljust(5, "0"))
        if not okato or found is None:
            raise RowRefusedError(
                "tf_okato", f"Регион «{(okato or code[:2])[:11]}» не найден в F010"
            )
        return found


@dataclass(frozen=True)
class _Period:
    """From a day to another: the last day or the first day out, as its reader knows."""

    begins_on: date
    ends_on: date | None
    record: Record


def organization_rows(
    book: Book, records: Iterator[Record], problems: Problems, *, on: date
) -> Iterator[OrganizationRow]:
    """Yield the rows with a usable code and a known region; `on` is the day of the file."""
    seen: set[str] = set()
    regions = Regions()
    for record in records:
        try:
            code = code_of(book, record)
            if code in seen:
                raise RowRefusedError(book.key, "Код уже был в файле")
            region = regions.of(okato=record.get("tf_okato"), code=code)
            values = _READERS[book.organizations](_Reader(book, record, code, problems, on))
        except RowRefusedError as wrong:
            problems.refuse(record.number, record.get(book.key), wrong)
            continue
        seen.add(code)
        values["region_id"] = region
        yield OrganizationRow(record.number, code, values, _data(values, record))


def _data(values: dict[str, Any], record: Record) -> dict[str, Any]:
    text = json.dumps({"fields": values, "source": record.as_data()}, cls=DjangoJSONEncoder)
    data: dict[str, Any] = json.loads(text)
    return data


class _Reader:
    """Takes values of one row for the fields of its model; warns of what does not fit."""

    def __init__(self, book: Book, record: Record, code: str, problems: Problems, on: date) -> None:
        self.record = record
        self.code = code
        self.problems = problems
        self.on = on
        self.model = MODELS[book.organizations]

    def text(self, field: str, *names: str) -> str:
        return self.fit(field, names[0], self.record.get(*names))

    def fit(self, field: str, name: str, value: str) -> str:
        longest = getattr(self.model._meta.get_field(field), "max_length", None) or len(value)
        if len(value) > longest:
            self.warn(name, f"Длиннее {longest} знаков, конец отброшен")
        return value[:longest]

    def warn(self, name: str, reason: str) -> None:
        self.problems.warn(self.record.number, self.code, name, reason)

    def checked(self, name: str, normalize: Callable[[str], str]) -> str:
        """A requisite, or nothing when it is wrong."""
        value = self.record.get(name)
        if not value:
            return ""
        try:
            return normalize(value)
        except Invalid as wrong:
            self.warn(name, wrong.text)
            return ""

    def requisites(self) -> dict[str, str]:
        return {
            "inn": self.checked("inn", lambda text: requisites.normalize_inn(text, length=10)),
            "ogrn": self.ogrn("ogrn"),
            "kpp": self.checked("kpp", requisites.normalize_kpp),
        }

    def ogrn(self, name: str) -> str:
        return self.fit("ogrn", name, self.checked(name, _legal_entity))

    def names(self, full: str, short: str) -> dict[str, str]:
        """Both names; one serves for the other, the code for both."""
        if not self.record.get(full, short):
            self.warn(full, "Название не указано")
        found = {"full_name": self.text("full_name", full, short)}
        found["short_name"] = self.text("short_name", short, full)
        return {field: value or self.code for field, value in found.items()}

    def contacts(self) -> dict[str, str]:
        return {
            "phone": self.text("phone", "phone"),
            "email": self.text("email", "e_mail"),
            "site": self.text("site", "www"),
        }

    def address(self, field: str, index: str, place: str) -> str:
        parts = (self.record.get(index), self.record.get(place))
        return self.fit(field, place, ", ".join(part for part in parts if part))

    def day(self, record: Record, name: str) -> date | None:
        try:
            return day(record.get(name))
        except Invalid as wrong:
            self.warn(name, wrong.text)
            return None

    def periods(self, tag: str) -> list[_Period]:
        """Periods in the register; the row itself is one when it has no such parts."""
        found = []
        for record in self.record.all(tag) or [self.record]:
            begins_on, ends_on = self.day(record, "d_begin"), self.day(record, "d_end")
            if begins_on and ends_on and ends_on < begins_on:
                raise RowRefusedError("d_end", "Дата окончания раньше даты начала")
            if begins_on:
                found.append(_Period(begins_on, ends_on, record))
        return found

    def licence(self) -> dict[str, Any]:
        """The licence in force on the file's day, else the latest one."""
        found = []
        parts = self.record.all("licence") or self.record.all("licenziy") or self.record.all("doc")
        for record in parts or [self.record]:
            begins_on, ends_on = self.day(record, "d_start"), self._licence_end(record)
            if begins_on and ends_on and ends_on < begins_on:
                self.warn("date_e", "Лицензия кончается раньше, чем начинается")
            elif begins_on:
                found.append(_Period(begins_on, ends_on, record))
        best = _in_force(found, self.on)
        return {
            "licence_number": self.fit(
                "licence_number", "n_doc", best.record.get("n_doc") if best else ""
            ),
            "licence_from": best.begins_on if best else None,
            "licence_until": best.ends_on if best else None,
        }

    def _licence_end(self, record: Record) -> date | None:
        """Last day of a licence: its own term or the day it was ended, whichever is earlier."""
        days = [self.day(record, name) for name in ("date_e", "data_e", "d_term")]
        return min((day for day in days if day), default=None)


def _legal_entity(text: str) -> str:
    number = requisites.normalize_ogrn(text)
    if len(number) != 13:
        raise Invalid("length", "ОГРН организации: 13 цифр")
    return number


def _in_force(periods: list[_Period], on: date) -> _Period | None:
    """The period that holds the day (the last to begin), else the last one to begin."""
    current = [p for p in periods if p.begins_on <= on and (p.ends_on is None or on <= p.ends_on)]
    return max(current or periods, key=lambda period: period.begins_on, default=None)


def _fund(row: _Reader) -> dict[str, Any]:
    return {
        **row.names("name_tfp", "name_tfk"),
        **row.contacts(),
        "okato": row.record.get("tf_okato")[:5],
        "ogrn": row.ogrn("tf_ogrn") or row.ogrn("ogrn"),
        "address": row.address("address", "index", "address"),
        "ends_on": row.day(row.record, "d_end"),
    }


def _insurer(row: _Reader) -> dict[str, Any]:
    period = _in_force(row.periods("insinclude"), row.on)
    ended = period is not None and period.ends_on is not None
    reason = period.record.get("name_e") if period and ended else ""
    return {
        **row.names("nam_smop", "nam_smok"),
        **row.requisites(),
        **row.contacts(),
        **row.licence(),
        "legal_address": row.address("legal_address", "index_j", "addr_j"),
        "actual_address": row.address("actual_address", "index_f", "addr_f"),
        "hot_line": row.text("hot_line", "hot_line"),
        "included_on": period.begins_on if period else None,
        "excluded_on": period.ends_on if period else None,
        "exclusion_reason": row.fit("exclusion_reason", "name_e", reason),
        "insured_count": _insured(row, period),
    }


def _insured(row: _Reader, period: _Period | None) -> int | None:
    """How many people are insured: by the latest yearly notice, else by the period's own count."""
    notices = sorted(row.record.all("insadvice"), key=lambda notice: notice.get("year_work"))
    places = [*reversed(notices), *([period.record] if period else []), row.record]
    text = typed.compact(next((found for place in places if (found := _count(place))), ""))
    if not text:
        return None
    with suppress(ValueError):
        if typed.digits(text[:11]) and int(text[:11]) <= MAX_COUNT:
            return int(text[:11])
    row.warn("kol_zl", "Число застрахованных записано неверно")
    return None


def _count(record: Record) -> str:
    """`kol_zl` itself, or what is inside of it."""
    inside = [value for part in record.all("kol_zl") for value in part.fields.values()]
    return record.get("kol_zl") or next(iter(inside), "")


def _clinic(row: _Reader) -> dict[str, Any]:
    period = _in_force(row.periods("mcinclude"), row.on)
    return {
        **row.names("nam_mop", "nam_mok"),
        **row.requisites(),
        **row.contacts(),
        **row.licence(),
        "legal_address": row.address("legal_address", "index_j", "addr_j"),
        "actual_address": row.address("actual_address", "index_f", "addr_f"),
        "begins_on": period.begins_on if period else None,
        "ends_on": period.ends_on if period else None,
    }


_READERS: dict[str, Callable[[_Reader], dict[str, Any]]] = {
    "fund": _fund,
    "insurer": _insurer,
    "clinic": _clinic,
}
