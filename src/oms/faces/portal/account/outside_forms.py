"""The form of who opens a cabinet by an outside provider."""

from collections.abc import Mapping
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import format_html

from oms.catalog.fields import ConfirmField, DateField, MailField, NameField, PhoneField
from oms.domain.accounts.claims import CORE, Person
from oms.domain.accounts.registration import MIN_AGE, Typed
from oms.law import dates

_TYPED = (*CORE, "phone", "email")


class OpenForm(forms.Form):
    """What the provider did not tell, or is not sure of; and the two consents."""

    family_name = NameField(label="Фамилия", autocomplete="family-name")
    given_name = NameField(label="Имя", autocomplete="given-name")
    patronymic = NameField(
        label="Отчество", autocomplete="additional-name", required=False, help_text="Если есть"
    )
    birth_date = DateField(
        label="Дата рождения", autocomplete="bday", help_text="Например, 05.11.1990"
    )
    phone = PhoneField()
    email = MailField(help_text="Сюда придут ответы по заявлениям")
    terms = ConfirmField(
        label="Принимаю правила пользования", missing="Отметьте, если согласны с правилами"
    )
    personal_data = ConfirmField(
        label="Даю согласие на обработку персональных данных",
        missing="Отметьте, если согласны: без этого кабинет открыть нельзя",
    )

    def __init__(
        self, data: QueryDict | None, *, person: Person, on: date, links: Mapping[str, str]
    ) -> None:
        values = {name: person.values[name] for name in _TYPED if name in person.values}
        super().__init__(data, initial=values)
        self.person, self.on = person, on
        for name, link in links.items():
            self.fields[name].help_text = format_html('<a href="{}">Прочитать</a>', link)
        for name in self.sealed:
            del self.fields[name]
        day = self.fields.get("birth_date")
        if isinstance(day, DateField):
            day.latest = on

    @property
    def sealed(self) -> frozenset[str]:
        """Fields that are taken from the provider's word as they are."""
        if not self.person.is_trusted:
            return frozenset()
        return frozenset(CORE)

    def clean_birth_date(self) -> date:
        """Only from 14 on."""
        day: date = self.cleaned_data["birth_date"]
        if dates.age(day, on=self.on) < MIN_AGE:
            raise ValidationError(f"Дата рождения: кабинет открывают с {MIN_AGE} лет")
        return day

    @property
    def typed(self) -> Typed:
        """All of it, for the domain; there is no password."""
        values = {
            name: self.person.values.get(name, "")
            if name in self.sealed
            else self.cleaned_data[name]
            for name in _TYPED
        }
        return Typed(**values, password="")
