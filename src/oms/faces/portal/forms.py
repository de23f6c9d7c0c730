"""Forms of the reading pages: few fields, forgiving, each error says what to type."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from oms.domain.papers import verification
from oms.faces.design.widgets import DateText, DigitsInput
from oms.law import dates, enp
from oms.law.verdict import Invalid

LONGEST_NUMBER = 40
LARGEST_FILE = 5 * 1024 * 1024
LARGEST_SIGNATURE = 64 * 1024
BIRTH = "Укажите дату в виде ДД.ММ.ГГГГ, например 14.03.1985"


class BirthDate(forms.Field):
    """A birth date typed in any usual way."""

    widget = DateText(attrs={"class": "short"})

    def to_python(self, value: Any) -> date | None:
        """Return the day; nothing for nothing."""
        typed = str(value or "").strip()
        if not typed:
            return None
        try:
            return dates.parse(typed[:LONGEST_NUMBER])
        except Invalid as wrong:
            raise ValidationError(wrong.text) from None


class PolicyCheckForm(forms.Form):
    """A policy's number and a birth date (REG-8). Told apart by nothing but their shape."""

    number = forms.CharField(
        label="Номер полиса",
        help_text="16 цифр нового полиса, 9 цифр временного или серия и номер старого",
        max_length=LONGEST_NUMBER,
        widget=DigitsInput(attrs={"inputmode": "text", "spellcheck": "false"}),
        error_messages={
            "required": "Укажите номер полиса, 16 цифр",
            "max_length": "Слишком длинный номер. В полисе не больше 16 цифр",
        },
    )
    birth_date = BirthDate(
        label="Дата рождения",
        help_text="ДД.ММ.ГГГГ",
        error_messages={"required": BIRTH},
    )

    def clean_number(self) -> str:
        """Look only at the shape; whether such a policy exists is the register's to say."""
        typed = str(self.cleaned_data["number"])
        if not any(char.isdigit() for char in typed):
            raise ValidationError(f"Укажите номер цифрами, например {enp.EXAMPLE}")
        return typed

    def clean_birth_date(self) -> date:
        """Refuse days no living person was born on."""
        born: date = self.cleaned_data["birth_date"]
        if born.year < 1900:
            raise ValidationError("Проверьте год рождения")
        return born


class CodeForm(forms.Form):
    """The check code of a paper, or its number."""

    code = forms.CharField(
        label="Код проверки или номер документа",
        help_text="16 знаков под QR-кодом, например 7KQM-3XPA-9RTW-2HJZ",
        max_length=LONGEST_NUMBER,
        widget=forms.TextInput(
            attrs={"class": "medium", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={
            "required": "Укажите код проверки, 16 знаков",
            "max_length": "Слишком длинный код. В нём 16 знаков",
        },
    )


class FileForm(forms.Form):
    """A PDF to be checked by its signature."""

    paper = forms.FileField(
        label="Файл документа",
        help_text="PDF не больше 5\N{NO-BREAK SPACE}МБ. Мы проверим подпись и не сохраним файл",
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
        error_messages={"required": "Выберите файл PDF"},
    )

    signature = forms.FileField(
        label="Файл подписи ГОСТ",
        required=False,
        help_text="Если он у вас есть: имя кончается на .sig",
        widget=forms.ClearableFileInput(attrs={"accept": ".sig,.p7s"}),
        error_messages={"empty": "Файл подписи пустой. Выберите другой"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not verification.judges_detached():
            del self.fields["signature"]

    def clean_signature(self) -> Any:
        """Refuse what is too large to be a signature."""
        given = self.cleaned_data["signature"]
        if given and given.size > LARGEST_SIGNATURE:
            raise ValidationError("Файл подписи больше 64\N{NO-BREAK SPACE}КБ. Выберите файл .sig")
        return given

    def clean_paper(self) -> Any:
        """Refuse what is too large to be one of ours."""
        given = self.cleaned_data["paper"]
        if given.size > LARGEST_FILE:
            raise ValidationError("Файл больше 5\N{NO-BREAK SPACE}МБ. Наши документы меньше")
        return given
