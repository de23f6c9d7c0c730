"""Forms of the work list: its filter, its table."""

from typing import Any

from django import forms

from oms.catalog import fields
from oms.domain.quality import exporting
from oms.domain.quality.catalogue import RULES
from oms.domain.quality.declaration import SEVERITIES
from oms.domain.quality.queries import AGES, Asked


class FilterForm(forms.Form):
    """What the work list shows; everything may be left empty."""

    rule = forms.ChoiceField(
        label="Правило",
        required=False,
        choices=(("", "Все"), *((code, f"{code}. {one.title}") for code, one in RULES.items())),
    )
    insurer = forms.ChoiceField(label="Организация", required=False)
    severity = forms.TypedChoiceField(
        label="Степень", required=False, coerce=int, choices=(("", "Любая"), *SEVERITIES.items())
    )
    age = forms.ChoiceField(
        label="Давность", required=False, choices=(("", "Любая"), *AGES.items())
    )
    mendable = forms.BooleanField(label="Только с готовым исправлением", required=False)

    def __init__(self, *args: Any, insurers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(insurers) < 2:
            del self.fields["insurer"]
        else:
            self.fields["insurer"].choices = [("", "Все"), *insurers]  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        """Return the filter; what makes no sense is left out."""
        self.is_valid()
        return Asked(**{name: value for name, value in self.cleaned_data.items() if value})


class ExportForm(forms.Form):
    """Why the table is needed, and as which file."""

    purpose = fields.TextField(
        label="Зачем нужна выгрузка",
        longest=exporting.LONGEST,
        empty="напишите, зачем",
        help_text="Запишем в журнал. Люди в таблице не названы: только номера записей",
    )
    kind = forms.ChoiceField(
        label="Вид файла",
        choices=tuple(exporting.KINDS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Выберите вид файла"},
    )
