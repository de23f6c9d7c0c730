"""The form of passport and СНИЛС: known values stand in it, what agreed is not typed again."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from oms.catalog.fields import (
    DateField,
    DepartmentCodeField,
    NameField,
    SexField,
    SnilsField,
    TextField,
    wrong,
)
from oms.domain.accounts.queries import ProfileLine
from oms.domain.documents.models import Document
from oms.domain.identity.method import Field, Outcome
from oms.domain.identity.registers import Told
from oms.law import identity_documents
from oms.law.identity_documents import PASSPORT_RF
from oms.law.verdict import Invalid

NAMES = ("family_name", "given_name", "patronymic", "birth_date")
PAPER = ("series", "number", "issued_on", "issued_by", "department_code")
SURE = 0.6  # below it a reading of a scan is not offered


class DocumentsForm(forms.Form):
    """Passport and СНИЛС. `right` are results by field of the last check; these stay closed."""

    family_name = NameField(label="Фамилия", autocomplete="family-name")
    given_name = NameField(label="Имя", autocomplete="given-name")
    patronymic = NameField(
        label="Отчество", autocomplete="additional-name", required=False, help_text="Если есть"
    )
    birth_date = DateField(label="Дата рождения", autocomplete="bday")
    sex = SexField()
    series = TextField(label="Серия паспорта", longest=12, inputmode="numeric")
    number = TextField(label="Номер паспорта", longest=20, inputmode="numeric")
    issued_on = DateField(label="Дата выдачи")
    issued_by = TextField(label="Кем выдан", longest=300)
    department_code = DepartmentCodeField()
    snils = SnilsField()

    def __init__(
        self, *args: Any, right: Mapping[str, Field], checked: set[str], on: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        for name in ("birth_date", "issued_on"):
            self.fields[name].latest = on  # type: ignore[attr-defined]
        for name in ("series", "number", "department_code"):
            self.fields[name].widget.attrs["class"] = "short"
        for name in self._closed(right):
            self._close(name, "Совпало с реестром")
        for name in checked & set(self.fields):
            self._close(name, "Проверено раньше")

    def clean(self) -> dict[str, Any]:
        """Check series and number by their mask, dates by the person's age."""
        data = super().clean() or self.cleaned_data
        if "series" in data and "number" in data:
            try:
                found = identity_documents.normalize(
                    PASSPORT_RF, series=data["series"], number=data["number"]
                )
            except Invalid as no:
                field = no.code if no.code in self.fields else "number"
                self.add_error(
                    field, ValidationError(wrong(str(self.fields[field].label), no.text))
                )
            else:
                data |= {"series": found.series, "number": found.number}
        if data.get("birth_date") and data.get("issued_on") and not self.errors:
            self._check_age(data)
        return data

    def told(self) -> Told:
        """Return what the person says, for the registers."""
        data = self.cleaned_data
        names = {name: data[name] for name in NAMES}
        return Told(
            **names, kind=PASSPORT_RF, series=data["series"], number=data["number"],
            snils=data["snils"], sex=data["sex"],
        )  # fmt: skip

    def paper(self) -> dict[str, Any]:
        """Return the passport as a profile keeps it."""
        found = {name: self.cleaned_data[name] for name in PAPER}
        return {"kind": PASSPORT_RF, **found, "issued_on": found["issued_on"].isoformat()}

    def _closed(self, right: Mapping[str, Field]) -> list[str]:
        """Return form fields that agreed. A name that differs may mean a wrong number too."""
        agreed = {name for name, one in right.items() if one.outcome is Outcome.MATCH}
        closed = [name for name in (*NAMES, "snils") if name in agreed]
        if "patronymic" not in right and "family_name" in agreed:
            closed.append("patronymic")
        if {"document", *(name for name in NAMES if name in right)} <= agreed:
            closed += [*PAPER, "sex"] if "snils" in agreed else PAPER
        elif any(name in right and name not in agreed for name in NAMES):
            closed = [name for name in closed if name != "snils"]
        return closed

    def _close(self, name: str, words: str) -> None:
        field = self.fields[name]
        if self.initial.get(name) not in (None, ""):
            field.disabled, field.help_text = True, words

    def _check_age(self, data: dict[str, Any]) -> None:
        for refusal in identity_documents.plausible(
            PASSPORT_RF, birth_date=data["birth_date"], issued_on=data["issued_on"], on=self.on
        ):
            if not self.fields["issued_on"].disabled:
                self.add_error("issued_on", f"{refusal.text} Проверьте дату или укажите новый.")


def start(
    known: Mapping[str, ProfileLine], details: Mapping[str, Any], scans: list[Document]
) -> tuple[dict[str, Any], bool]:
    """Return what the form begins with, and whether anything was read from a scan.

    The last check's words come first, then the profile, then what a scan says.
    """
    values: dict[str, Any] = {}
    for name in (*NAMES, "sex", "snils"):
        if name in known:
            values[name] = known[name].value
    paper = known.get("document")
    if paper and paper.value and int(paper.value.get("kind", 0)) == PASSPORT_RF:
        values |= {name: paper.value.get(name) for name in PAPER}
    read = {
        name: value
        for scan in scans
        for name, value in _read(scan).items()
        if name in DocumentsForm.base_fields and not values.get(name)
    }
    values |= read
    asked = {n: v for n, v in details.get("asked", {}).items() if n in DocumentsForm.base_fields}
    values |= asked | {n: v for n, v in details.get("paper", {}).items() if n in PAPER}
    for name in ("birth_date", "issued_on"):
        if isinstance(values.get(name), str):
            values[name] = _day(values[name])
    return values, bool(read)


def _read(scan: Document) -> dict[str, Any]:
    """Return readable values of a scan."""
    fields = scan.recognition.get("fields", {})
    return {
        name: one["value"]
        for name, one in fields.items()
        if isinstance(one, dict) and one.get("confidence", 0) >= SURE and one.get("value")
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
