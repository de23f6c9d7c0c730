"""Forms of children and wards."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from oms.catalog import fields
from oms.domain.accounts.models import Representation
from oms.domain.wards.actions import LONGEST
from oms.domain.wards.naming import Act, Certificate, Ward
from oms.law import identity_documents
from oms.law.identity_documents import BIRTH_CERTIFICATE_FOREIGN, BIRTH_CERTIFICATE_RF
from oms.law.refusal import Refusal
from oms.law.verdict import Invalid

Scope = Representation.Scope
CHOSEN = [(str(scope), str(scope.label)) for scope in Scope if scope != Scope.VIEW]


class ScopeField(forms.MultipleChoiceField):
    """What the representative may do besides looking."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        super().__init__(
            label="Что можно делать от имени этого человека",
            choices=CHOSEN,
            required=False,
            help_text="Смотреть полис и документы можно всегда",
            error_messages={"invalid_choice": "Права: выберите из списка"},
        )


class WardForm(forms.Form):
    """Who the child or ward is; what the right rests on is added by the kinds below."""

    family_name = fields.NameField(label="Фамилия")
    given_name = fields.NameField(label="Имя")
    patronymic = fields.NameField(label="Отчество", required=False, help_text="Если есть")
    birth_date = fields.DateField(label="Дата рождения", help_text="Например, 04.03.2021")
    sex = fields.SexField()
    birth_place = fields.TextField(
        label="Место рождения", empty="укажите, как в документе", help_text="Как в документе"
    )
    citizenship = fields.CountryField()
    snils = fields.SnilsField(required=False)

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, fields.DateField):
                field.latest = on
        for name in ("sex", "parent"):
            if name in self.fields:
                self.fields[name].widget.attrs["class"] = "inline"

    @property
    def ward(self) -> Ward:
        """The ward as told."""
        told = self.cleaned_data
        country = "" if told["citizenship"] == "NON" else told["citizenship"]
        return Ward(
            family_name=told["family_name"],
            given_name=told["given_name"],
            patronymic=told["patronymic"] or "",
            birth_date=told["birth_date"],
            sex=told["sex"],
            birth_place=told["birth_place"],
            citizenship=country,
            snils=told["snils"] or "",
        )

    def after_birth(self, name: str) -> None:
        """Refuse a paper older than the person."""
        born, issued = self.cleaned_data.get("birth_date"), self.cleaned_data.get(name)
        if born and issued and issued < born:
            label = fields.label_of(self.fields[name])
            self.add_error(name, f"{label}: документ не может быть старше человека")

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Show what the law has against it at the fields it names."""
        for refusal in refusals:
            where = refusal.field if refusal.field in self.fields else None
            self.add_error(where, f"{refusal.text} {refusal.remedy}".strip())


class ChildForm(WardForm):
    """A child, by the birth certificate."""

    parent = fields.ChoiceField(
        label="Кем вы записаны в свидетельстве",
        choices=[("mother", "Мать"), ("father", "Отец")],
        widget=forms.RadioSelect,
    )
    named_as = fields.TextField(
        label="Как вы записаны, если фамилия была другой",
        required=False,
        longest=120,
        help_text="Например, Соколова Анна Викторовна",
    )
    kind = fields.DocumentKindField(
        kinds=(BIRTH_CERTIFICATE_RF, BIRTH_CERTIFICATE_FOREIGN), label="Свидетельство о рождении"
    )
    series = fields.TextField(
        label="Серия свидетельства",
        longest=12,
        required=False,
        help_text="Например, II-АК. Римские цифры можно набрать буквами",
    )
    number = fields.TextField(
        label="Номер свидетельства",
        longest=20,
        empty="укажите, как в документе",
        inputmode="numeric",
    )
    issued_on = fields.DateField(label="Дата выдачи")
    issued_by = fields.TextField(label="Кем выдано", longest=300, empty="укажите, как в документе")
    scope = ScopeField()
    agreed = fields.ConfirmField(
        label="Я вправе представлять ребёнка и согласен на обработку его данных",
        missing="Согласие: отметьте, чтобы добавить ребёнка",
    )

    def clean(self) -> dict[str, Any]:
        """Bring series and number to the form of their kind; weigh the dates."""
        given: dict[str, Any] = super().clean() or {}
        kind = given.get("kind")
        if kind and "number" in given and "series" in given:
            self._number(given, kind)
        self.after_birth("issued_on")
        return given

    def _number(self, given: dict[str, Any], kind: int) -> None:
        try:
            found = identity_documents.normalize(
                kind, series=given["series"], number=given["number"]
            )
        except Invalid as no:
            name = no.code if no.code in self.fields else "number"
            label = fields.label_of(self.fields[name])
            self.add_error(name, ValidationError(fields.wrong(label, no.text)))
        else:
            given.update(series=found.series, number=found.number)

    @property
    def basis(self) -> Certificate:
        """The certificate as told."""
        told = self.cleaned_data
        return Certificate(
            kind=told["kind"],
            series=told["series"] or "",
            number=told["number"],
            issued_on=told["issued_on"],
            issued_by=told["issued_by"],
            parent=told["parent"],
            named_as=told["named_as"] or "",
        )


class ByActForm(WardForm):
    """A ward, by a decision of a court or an act of the guardianship office."""

    number = fields.TextField(
        label="Номер акта или решения", longest=60, empty="укажите, как в документе"
    )
    issued_on = fields.DateField(label="Дата акта или решения")
    issued_by = fields.TextField(
        label="Кто вынес",
        longest=300,
        empty="укажите орган опеки или суд",
        help_text="Орган опеки и попечительства или суд",
    )
    act_until = fields.DateField(
        label="Действует до", required=False, help_text="Если в документе указан срок"
    )
    scope = ScopeField()
    agreed = fields.ConfirmField(
        label="Я вправе представлять этого человека и согласен на обработку его данных",
        missing="Согласие: отметьте, чтобы добавить подопечного",
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, on=on, **kwargs)
        until = self.fields["act_until"]
        assert isinstance(until, fields.DateField)
        until.latest = date(2199, 12, 31)

    def clean(self) -> dict[str, Any]:
        """Weigh the dates."""
        given: dict[str, Any] = super().clean() or {}
        self.after_birth("issued_on")
        return given

    @property
    def basis(self) -> Act:
        """The act as told."""
        told = self.cleaned_data
        return Act(told["number"], told["issued_on"], told["issued_by"], told["act_until"])


class ScopeForm(forms.Form):
    """What the representative may do."""

    scope = ScopeField()


class ReasonForm(forms.Form):
    """Words for the other side of a right that is revoked."""

    reason = fields.TextField(
        label="Почему", required=False, longest=LONGEST, help_text="Увидят обе стороны"
    )


FORMS: dict[str, type[ChildForm | ByActForm]] = {
    str(Representation.Kind.PARENT): ChildForm,
    str(Representation.Kind.GUARDIAN): ByActForm,
    str(Representation.Kind.TRUSTEE): ByActForm,
}
