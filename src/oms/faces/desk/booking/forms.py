"""Forms of the registrar: whom to book, why to cancel, what to answer."""

from typing import Any

from django import forms

from oms.catalog import fields
from oms.domain.booking.models import Quota
from oms.domain.booking.waiting import EVERY_DAY, Wishes
from oms.faces.desk.booking.words import WEEKDAYS

CALL, WINDOW = "call", "window"
CHANNELS = {CALL: Quota.PHONE, WINDOW: Quota.REGISTRAR}
PURPOSES = {CALL: "Запись к врачу по звонку", WINDOW: "Запись к врачу в регистратуре"}
HOURS = [(str(hour), f"{hour}:00") for hour in range(6, 23)]
BECAUSE = {
    "asked": "Вы попросили об этом",
    "doctor": "Врач не сможет принять в это время",
    "mistake": "Запись сделана по ошибке",
    "other": "Другая причина",
}


class WhomForm(forms.Form):
    """Whom to look for, and how they came: it is the purpose the journal keeps."""

    text = fields.TextField(
        label="Кого записать",
        longest=200,
        empty="укажите номер или имя с датой рождения",
        help_text=(
            "Номер полиса, СНИЛС или документа целиком. Или фамилия, имя и дата рождения: "
            "«Климова Анна 14.03.1985»"
        ),
    )
    how = forms.ChoiceField(
        label="Как человек обратился",
        choices=((CALL, "Звонит"), (WINDOW, "Пришёл в регистратуру")),
        widget=forms.RadioSelect(attrs={"class": "inline"}),
        error_messages={
            "required": "Выберите, звонит человек или пришёл",
            "invalid_choice": "Выберите из списка",
        },
        help_text="Запишем в журнал. Человек увидит это в своём кабинете",
    )


class BookForm(forms.Form):
    """What the doctor is told, and the referral; the key makes a second click harmless."""

    complaint = fields.TextField(
        label="Что беспокоит",
        longest=300,
        required=False,
        help_text="Врач прочитает перед приёмом. Спросите, хочет ли человек это сказать",
    )
    referral = fields.TextField(label="Номер направления", longest=64, required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=60)


class WaitForm(forms.Form):
    """When a visit would suit somebody who waits."""

    whose = forms.ChoiceField(
        label="Кого ждёт",
        choices=(("this", "Этого врача"), ("any", "Любого врача этой специальности у нас")),
        initial="this",
        widget=forms.RadioSelect,
        error_messages={"required": "Выберите, кого ждёт", "invalid_choice": "Выберите из списка"},
    )
    weekdays = forms.MultipleChoiceField(
        label="Дни недели",
        choices=[(str(n), word.capitalize()) for n, word in enumerate(WEEKDAYS)],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "inline"}),
        initial=list(EVERY_DAY),
        error_messages={
            "required": "Дни недели: отметьте, когда удобно",
            "invalid_choice": "Дни недели: выберите из списка",
        },
    )
    from_hour = fields.ChoiceField(label="Не раньше", choices=HOURS, initial="8")
    until_hour = fields.ChoiceField(label="Не позже", choices=HOURS, initial="20")
    until_day = fields.DateField(label="До какого дня ждать", help_text="Не дальше полугода")

    def wishes(self) -> Wishes:
        """Return what was told."""
        told = self.cleaned_data
        return Wishes(
            until_day=told["until_day"],
            weekdays="".join(told["weekdays"]),
            from_hour=int(told["from_hour"]),
            until_hour=int(told["until_hour"]),
        )


class CancelForm(forms.Form):
    """Why a visit is cancelled: the person reads it."""

    reason = forms.ChoiceField(
        label="Почему отменяете",
        choices=tuple(BECAUSE.items()),
        widget=forms.RadioSelect,
        error_messages={
            "required": "Выберите, почему отменяете",
            "invalid_choice": "Выберите из списка",
        },
    )
    comment = fields.TextField(
        label="Пояснение",
        longest=150,
        required=False,
        help_text="Человек прочитает его. Без сведений о здоровье",
    )

    def clean(self) -> dict[str, Any]:
        """Another reason needs words."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("reason") == "other" and not data.get("comment") and "comment" in data:
            self.add_error("comment", "Напишите, почему отменяете")
        return data

    def words(self) -> str:
        """Return the reason as the person reads it."""
        reason, comment = self.cleaned_data["reason"], self.cleaned_data["comment"]
        if reason == "other":
            return str(comment)
        return f"{BECAUSE[reason]}. {comment}" if comment else BECAUSE[reason]


class LateForm(forms.Form):
    """Agree to what was asked, or not, and what to tell the person."""

    verdict = forms.ChoiceField(
        label="Решение",
        choices=(("yes", "Согласиться"), ("no", "Отказать")),
        widget=forms.RadioSelect(attrs={"class": "inline"}),
        error_messages={"required": "Выберите решение", "invalid_choice": "Выберите из списка"},
    )
    answer = fields.TextField(
        label="Ответ человеку",
        longest=250,
        required=False,
        help_text="Он прочитает его слово в слово. При отказе напишите почему",
    )

    def clean(self) -> dict[str, Any]:
        """A refusal needs words."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("verdict") == "no" and not data.get("answer") and "answer" in data:
            self.add_error("answer", "Напишите, почему отказываете")
        return data


class ExportForm(forms.Form):
    """A table of the day: why, and as which file."""

    purpose = fields.TextField(
        label="Зачем нужна таблица",
        longest=200,
        empty="напишите, зачем",
        help_text="Запишем в журнал. В таблице имена и даты рождения: храните её осторожно",
    )
    kind = forms.ChoiceField(
        label="Вид файла",
        choices=(("xlsx", "XLSX"), ("csv", "CSV")),
        initial="xlsx",
        widget=forms.RadioSelect(attrs={"class": "inline"}),
        error_messages={"required": "Выберите вид файла", "invalid_choice": "Выберите из списка"},
    )
