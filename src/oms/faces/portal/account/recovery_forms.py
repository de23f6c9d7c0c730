"""Forms of recovery, of a request without any access, and of the control question."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from oms.catalog.fields import (
    DateField,
    MailField,
    NameField,
    PhoneField,
    SnilsField,
    TextField,
    readable,
)
from oms.domain.accounts import control_question, requests
from oms.domain.accounts.regain import Typed
from oms.faces.design.widgets import RadioCards
from oms.faces.portal.account.forms import CodeField

_TITLES = {"phone": "СМС на телефон", "email": "Письмо на почту"}


class WayForm(forms.Form):
    """Where the code goes."""

    channel = forms.ChoiceField(
        label="Код придёт сюда",
        widget=RadioCards(),
        error_messages={
            "required": "Выберите, куда отправить код",
            "invalid_choice": "Выберите телефон или почту",
        },
    )

    def __init__(self, *args: Any, ways: Mapping[Any, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["channel"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, _TITLES[name]) for name in ways]
        assert isinstance(field.widget, RadioCards)
        field.widget.hints = {str(name): mask for name, mask in ways.items()}


class FactorForm(forms.Form):
    """A code of the app or a recovery code; or the code sent to the other contact."""

    sent_code = CodeField(label="Код, который мы отправили", required=False)
    code = CodeField(
        label="Код из приложения",
        longest=8,
        required=False,
        help_text="Или запасной код из 8 цифр",
    )

    def __init__(self, *args: Any, sent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sent:
            del self.fields["sent_code"]

    def clean(self) -> dict[str, Any]:
        """One of the two is enough."""
        data = super().clean() or self.cleaned_data
        data.setdefault("sent_code", "")
        if not self.errors and not data.get("code") and not data["sent_code"]:
            self.add_error("code", "Код: введите код из приложения или запасной код")
        return data


class AnswerForm(forms.Form):
    """The answer to the control question, under the question itself."""

    answer = TextField(
        label="Ответ", longest=control_question.LONGEST, empty="напишите ответ на вопрос"
    )

    def __init__(self, *args: Any, question: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].label = question


class QuestionForm(forms.Form):
    """A question of one's own and its answer."""

    question = TextField(
        label="Ваш вопрос",
        longest=control_question.LONGEST,
        empty="напишите вопрос, на который ответите только вы",
        help_text="Такой, чтобы ответ не нашли в соцсетях и документах",
    )
    answer = TextField(
        label="Ответ",
        longest=control_question.LONGEST,
        empty="напишите ответ",
        help_text="Большие и маленькие буквы, ё, пробелы и знаки не важны",
    )

    def clean_answer(self) -> str:
        """Ask for an answer that is not guessed at once."""
        answer = str(self.cleaned_data["answer"])
        if len(control_question.plain(answer)) < 4:
            raise ValidationError("Ответ: слишком короткий. Напишите хотя бы 4 буквы или цифры")
        return answer

    def clean(self) -> dict[str, Any]:
        """Refuse an answer that stands in the question."""
        data = super().clean() or self.cleaned_data
        if "question" in data and "answer" in data:
            asked = control_question.plain(data["question"])
            if control_question.plain(data["answer"]) in asked:
                self.add_error("answer", "Ответ: он виден в самом вопросе. Придумайте другой")
        return data


class AccessForm(forms.Form):
    """Who has lost everything, and where to reach them now."""

    family_name = NameField(label="Фамилия", autocomplete="family-name")
    given_name = NameField(label="Имя", autocomplete="given-name")
    patronymic = NameField(
        label="Отчество", autocomplete="additional-name", required=False, help_text="Если есть"
    )
    birth_date = DateField(
        label="Дата рождения", autocomplete="bday", help_text="Например, 05.11.1990"
    )
    snils = SnilsField(required=False)
    policy = TextField(
        label="Номер полиса",
        longest=40,
        required=False,
        inputmode="numeric",
        help_text="Если СНИЛС не помните",
    )
    phone = PhoneField(label="Телефон, который сейчас у вас")
    email = MailField(label="Почта, которая сейчас у вас")
    reach = TextField(
        label="Когда вам удобно позвонить",
        longest=200,
        empty="напишите день и время",
        help_text="Например: в будни после 18:00",
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["birth_date"]
        assert isinstance(field, DateField)
        field.latest = on

    def clean(self) -> dict[str, Any]:
        """Want one number by which a record can be told from a namesake's."""
        data = super().clean() or self.cleaned_data
        known = {"snils", "policy"} & set(self.errors)
        if not known and not data.get("snils") and not data.get("policy"):
            self.add_error("snils", "СНИЛС: укажите его или номер полиса ниже")
        return data

    @property
    def typed(self) -> Typed:
        """What was typed, for the domain."""
        data = self.cleaned_data
        return Typed(
            **{name: data[name] for name in _TYPED},
            birth_date=data["birth_date"],
            email=data["email"].lower(),
        )


_TYPED = ("family_name", "given_name", "patronymic", "snils", "policy", "reach", "phone")


class PhoneForm(forms.Form):
    """A new phone."""

    value = PhoneField(label="Новый телефон")


class EmailForm(forms.Form):
    """A new e-mail."""

    value = MailField(label="Новая почта")

    def clean_value(self) -> str:
        """Letter case does not matter."""
        return str(self.cleaned_data["value"]).lower()


class ContestForm(forms.Form):
    """Why a block is wrong."""

    text = forms.CharField(
        label="Почему блокировка ошибочна",
        widget=forms.Textarea(attrs={"rows": 6, "data-count": requests.LONGEST}),
        error_messages={"required": "Напишите, почему блокировка ошибочна"},
        help_text="Своими словами: что вы делали и что в причине неверно",
    )

    def clean_text(self) -> str:
        """Refuse what cannot be read."""
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n")
        return readable(text, label="Пояснение", longest=requests.LONGEST)


class TokenForm(forms.Form):
    """The code of a right to take something back, as an SMS told it."""

    token = TextField(
        label="Код из сообщения",
        longest=40,
        empty="введите 12 знаков из СМС",
        help_text="12 знаков, например 7KQM-3XPA-9RTW",
    )
