"""Forms of the schedule: a shift, its last day, days that differ."""

import re
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from oms.catalog import fields
from oms.domain.booking.closing import Wish
from oms.domain.booking.models import Quota, Shift
from oms.domain.booking.shifts import Said
from oms.domain.directory.models import MedicalOrganization, Position
from oms.faces.desk.booking.words import WEEKDAYS
from oms.law.visits import SERVICES

_TIME = re.compile(r"(\d{1,2})(?:[:.\-\s]?(\d{2}))?")
QUOTAS = (Quota.PHONE, Quota.REGISTRAR, Quota.REFERRAL)
WHOLE = "all"


class TimeField(forms.Field):
    """A time of the day typed as people do: 9, 9:00, 09.30."""

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "short"}
        kwargs.setdefault("error_messages", {"required": f"{label}: укажите время, например 9:00"})
        widget = forms.TextInput(attrs=attrs)
        super().__init__(label=label, widget=widget, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Read a time; nothing is None."""
        text = str(value or "").strip()
        found = _TIME.fullmatch(text)
        if not text:
            return None
        if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
            raise ValidationError(f"{self.label}: укажите время, например 9:00")
        return time(int(found[1]), int(found[2] or 0))

    def prepare_value(self, value: Any) -> Any:
        """Show a time as it is typed."""
        return f"{value:%H:%M}" if isinstance(value, time) else value


class NumberField(forms.IntegerField):
    """A small whole number."""

    def __init__(self, *, label: str, most: int, least: int = 0, **kwargs: Any) -> None:
        words = f"{label}: укажите число от {least} до {most}"
        names = ("required", "invalid", "min_value", "max_value")
        super().__init__(
            label=label, min_value=least, max_value=most,
            error_messages=dict.fromkeys(names, words),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"}), **kwargs,
        )  # fmt: skip


class ShiftForm(forms.Form):
    """A shift as the registrar says it."""

    weekday = fields.ChoiceField(label="День недели", choices=list(enumerate(WEEKDAYS)))
    weeks = fields.ChoiceField(label="Недели", choices=Shift.Weeks.choices)
    begins = TimeField(label="Начало")
    ends = TimeField(label="Конец")
    break_begins = TimeField(label="Перерыв с", required=False)
    break_ends = TimeField(label="Перерыв до", required=False)
    service = fields.ChoiceField(
        label="Вид приёма", choices=[(one.code, one.title) for one in SERVICES.values()]
    )
    minutes = NumberField(label="Минут на приём", least=5, most=240)
    room = fields.TextField(label="Кабинет", longest=32, required=False)
    phone = NumberField(label="По телефону", most=200, required=False)
    registrar = NumberField(label="Только регистратура", most=200, required=False)
    referral = NumberField(label="По направлению", most=200, required=False)
    from_day = fields.DateField(label="С какого дня")
    until_day = fields.DateField(
        label="Последний день", required=False, help_text="Не знаете? Оставьте пустым"
    )
    on_holidays = forms.BooleanField(label="Принимает и в праздники", required=False)

    HOURS = ("begins", "ends", "break_begins", "break_ends")
    COUNTS = ("phone", "registrar", "referral")

    @classmethod
    def of(cls, shift: Shift) -> dict[str, Any]:
        """Return what the form shows of a shift that is there."""
        names = [name for name in cls.base_fields if name not in cls.COUNTS]
        told = {name: getattr(shift, name) for name in names}
        return told | {name: shift.quotas.get(name) or None for name in cls.COUNTS}

    def said(self) -> Said:
        """Return the shift as it was typed."""
        data = dict(self.cleaned_data)
        quotas = {name: data.pop(name) or 0 for name in self.COUNTS}
        return Said(**{**data, "weekday": int(data["weekday"])}, quotas=quotas)


class EndForm(forms.Form):
    """The last day of a shift."""

    last_day = fields.DateField(label="Последний день смены")


class DayForm(forms.Form):
    """Days that differ: whose, which, closed or with other hours, and why."""

    whose = fields.ChoiceField(label="Кто не принимает или меняет часы")
    since = fields.DateField(label="Первый день")
    until = fields.DateField(label="Последний день", required=False, help_text="Пусто: один день")
    kind = forms.ChoiceField(
        label="Что меняется",
        choices=(("closed", "Приёма нет"), ("hours", "Другие часы")),
        widget=forms.RadioSelect(attrs={"class": "inline"}),
        error_messages={
            "required": "Выберите, что меняется",
            "invalid_choice": "Выберите из списка",
        },
    )
    begins = TimeField(label="Приём с", required=False)
    ends = TimeField(label="Приём до", required=False)
    reason = fields.TextField(
        label="Причина",
        longest=200,
        empty="напишите, почему",
        help_text="Её прочитают все, кто записан. Без имён и диагнозов",
    )

    def __init__(self, *args: Any, positions: list[Position], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.positions = {str(one.pk): one for one in positions}
        whose: Any = self.fields["whose"]
        whose.choices = [
            (WHOLE, "Вся поликлиника"),
            *((key, one.doctor.name) for key, one in self.positions.items()),
        ]

    def clean(self) -> dict[str, Any]:
        """Other hours need hours."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("kind") == "hours":
            for name, words in (("begins", "С"), ("ends", "До")):
                if name in data and data[name] is None:
                    self.add_error(name, f"{words} какого часа приём? Укажите время")
        return data

    def wish(self, clinic: MedicalOrganization) -> Wish:
        """Return what is to differ."""
        data = self.cleaned_data
        hours = data["kind"] == "hours"
        return Wish(
            clinic=clinic,
            since=data["since"],
            until=data["until"] or data["since"],
            reason=data["reason"],
            position=self.positions.get(data["whose"]),
            begins=data["begins"] if hours else None,
            ends=data["ends"] if hours else None,
        )
