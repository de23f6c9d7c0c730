"""Forms of «Мои данные», one a part. Checked values are shown, not typed over."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from oms.catalog.fields import (
    AddressField,
    CountryField,
    DateField,
    DepartmentCodeField,
    DocumentKindField,
    NameField,
    SexField,
    SnilsField,
    TextField,
    wrong,
)
from oms.domain.accounts.queries import ProfileLine
from oms.law import identity_documents, requisites
from oms.law.verdict import Invalid

_KINDS = (14, 3, 9, 10, 11, 12, 13, 15, 21, 22, 23, 24, 25)


class InnField(TextField):
    """ИНН of a person, 12 digits."""

    inputmode = "numeric"

    def read(self, text: str) -> str:
        """Check the digits."""
        return requisites.normalize_inn(text, length=12)


class PostalCodeField(TextField):
    """Postal code, six digits."""

    inputmode = "numeric"
    autocomplete = "postal-code"

    def read(self, text: str) -> str:
        """Check the six digits."""
        code = "".join(text.split())
        if not (code.isascii() and code.isdigit() and len(code) == 6):
            raise Invalid("format", "Укажите 6 цифр, например 101000")
        return code


class ProfileForm(forms.Form):
    """One part of a profile: starts from the known values, returns new ones by field."""

    title = ""

    def __init__(
        self, *args: Any, known: Mapping[str, ProfileLine], on: date, **kwargs: Any
    ) -> None:
        kwargs["initial"] = self.start(known)
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, DateField):
                field.latest = on
        for name in self.fields:
            line = known.get(self.kept_in(name))
            if line is not None and line.is_checked:
                self.fields[name].disabled = True
                self.fields[name].help_text = f"{line.source.label}, изменить нельзя"

    def kept_in(self, name: str) -> str:
        """Return the profile field in which a form field is kept."""
        return name

    def start(self, known: Mapping[str, ProfileLine]) -> dict[str, Any]:
        """Return what the form begins with."""
        return {name: known[name].value for name in self.base_fields if name in known}

    @property
    def values(self) -> dict[str, Any]:
        """Return the values to keep, by profile field."""
        return {name: self.cleaned_data[name] or None for name in self._open()}

    def _open(self) -> list[str]:
        return [name for name, field in self.fields.items() if not field.disabled]


class PersonForm(ProfileForm):
    """Who one is."""

    title = "Личные данные"
    family_name = NameField(label="Фамилия", autocomplete="family-name")
    given_name = NameField(label="Имя", autocomplete="given-name")
    patronymic = NameField(
        label="Отчество", autocomplete="additional-name", required=False, help_text="Если есть"
    )
    birth_date = DateField(label="Дата рождения", autocomplete="bday")
    sex = SexField(required=False)
    birth_place = TextField(label="Место рождения", required=False, help_text="Как в документе")
    citizenship = CountryField()
    snils = SnilsField(required=False)
    inn = InnField(label="ИНН", required=False, help_text="12 цифр", longest=20)

    def start(self, known: Mapping[str, ProfileLine]) -> dict[str, Any]:
        """Days are kept as text."""
        return with_days(super().start(known), "birth_date")

    @property
    def values(self) -> dict[str, Any]:
        """Text columns hold an empty text, not nothing."""
        found = super().values
        return found | {n: found[n] or "" for n in ("patronymic", "birth_place") if n in found}


class DocumentForm(ProfileForm):
    """The identity document."""

    title = "Документ, удостоверяющий личность"
    kind = DocumentKindField(kinds=_KINDS, label="Вид документа")
    series = TextField(label="Серия", longest=12, required=False)
    number = TextField(label="Номер", longest=20)
    issued_on = DateField(label="Дата выдачи")
    issued_by = TextField(label="Кем выдан", longest=300)
    department_code = DepartmentCodeField(
        required=False, help_text="Для паспорта, например 770-001"
    )

    def kept_in(self, name: str) -> str:
        """All in one value."""
        return "document"

    def start(self, known: Mapping[str, ProfileLine]) -> dict[str, Any]:
        """Return the parts of the known document."""
        line = known.get("document")
        return with_days(dict(line.value), "issued_on") if line and line.value else {}

    def clean(self) -> dict[str, Any]:
        """Check series and number by the mask of their kind (F011)."""
        data = super().clean() or self.cleaned_data
        if data.get("kind") is None or "number" not in data or "series" not in data:
            return data
        try:
            document = identity_documents.normalize(
                data["kind"], series=data["series"], number=data["number"]
            )
        except Invalid as no:
            field = no.code if no.code in self.fields else "number"
            self.add_error(field, ValidationError(wrong(str(self.fields[field].label), no.text)))
            return data
        return data | {"series": document.series, "number": document.number}

    @property
    def values(self) -> dict[str, Any]:
        """Return the document as one value."""
        if not self._open():
            return {}
        parts = dict(self.cleaned_data)
        return {"document": parts | {"issued_on": parts["issued_on"].isoformat()}}


class AddressesForm(ProfileForm):
    """Where one is registered and where one lives."""

    title = "Адреса"
    registration_postal_code = PostalCodeField(label="Индекс регистрации", required=False)
    registration_address = AddressField(label="Адрес регистрации", required=False)
    same = forms.BooleanField(label="Живу по адресу регистрации", required=False)
    residence_postal_code = PostalCodeField(label="Индекс проживания", required=False)
    residence_address = AddressField(label="Адрес проживания", required=False)

    def kept_in(self, name: str) -> str:
        """Each address is one value with its postal code."""
        return name.replace("postal_code", "address")

    def start(self, known: Mapping[str, ProfileLine]) -> dict[str, Any]:
        """Return the parts of the known addresses."""
        found: dict[str, Any] = {}
        for kind in ("registration", "residence"):
            line = known.get(f"{kind}_address")
            if line and line.value:
                found[f"{kind}_address"] = line.value["text"]
                found[f"{kind}_postal_code"] = line.value["postal_code"]
        return found

    @property
    def values(self) -> dict[str, Any]:
        """Return the addresses as values."""
        data = self.cleaned_data
        kinds = {
            "registration": "registration",
            "residence": "registration" if data["same"] else "residence",
        }
        return {
            f"{kind}_address": _address(data[f"{of}_address"], data[f"{of}_postal_code"])
            for kind, of in kinds.items()
            if not self.fields[f"{kind}_address"].disabled
        }


def with_days(values: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return the values with ISO texts under these names turned into dates."""
    return values | {n: date.fromisoformat(values[n]) for n in names if values.get(n)}


def _address(text: str, postal_code: str) -> dict[str, str] | None:
    return {"text": text, "postal_code": postal_code} if text else None


PARTS: dict[str, type[ProfileForm]] = {
    "person": PersonForm,
    "document": DocumentForm,
    "addresses": AddressesForm,
}
