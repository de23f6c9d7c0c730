"""Forms of the exchange: a file to send, a file to get."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from oms.catalog import fields
from oms.domain.accounts.models import User
from oms.domain.exchange.actions import LARGEST_UPLOAD
from oms.domain.exchange.exports import KINDS
from oms.domain.exchange.naming import parse
from oms.domain.exchange.queries import insurers
from oms.kit.denied import Denied


class UploadForm(forms.Form):
    """A file of the exchange: of changes (i), or what the fund tells (s, k, p)."""

    file = forms.FileField(
        label="Файл XML",
        help_text=(
            "До 100\N{NO-BREAK SPACE}МБ, имя вида i77001_01_26112301.xml. Буква i: изменения, "
            "s: прекращения, k: корректировки, p: ответы фонда"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xml,text/xml,application/xml"}),
        error_messages={
            "required": "Выберите файл XML",
            "empty": "Файл пустой. Выгрузите его ещё раз",
            "max_length": "Слишком длинное имя файла. Назовите его по образцу",
        },
        max_length=100,
    )

    def clean_file(self) -> Any:
        """Refuse what is surely not ours before any of it is kept."""
        found = self.cleaned_data["file"]
        if found.size > LARGEST_UPLOAD:
            raise ValidationError(
                "Файл больше 100\N{NO-BREAK SPACE}МБ. Положите его в папку обмена"
            )
        try:
            parse(found.name)
        except Denied as no:
            raise ValidationError(no.text) from None
        return found


class WriteForm(forms.Form):
    """A file to write: of which kind, about whose people, for which days."""

    kind = forms.ChoiceField(
        label="Что выгрузить",
        choices=tuple(KINDS.items()),
        widget=forms.Select,
        error_messages={"required": "Выберите, что выгрузить"},
    )
    insurer: Any = forms.ModelChoiceField(
        label="Страховая организация",
        queryset=None,
        empty_label=None,
        error_messages={"required": "Выберите организацию", "invalid_choice": "Её нет в списке"},
    )
    since = fields.DateField(label="Первый день")
    until = fields.DateField(label="Последний день")

    def __init__(self, *args: Any, user: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["insurer"].queryset = insurers(user=user)  # type: ignore[attr-defined]
        for name in ("since", "until"):
            self.fields[name].latest = today  # type: ignore[attr-defined]
