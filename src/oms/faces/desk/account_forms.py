"""Forms of the support's desk: a search, a block, an answer, a way back in."""

from collections.abc import Sequence
from typing import Any

from django import forms

from oms.catalog import fields
from oms.domain.accounts import blocking, regain
from oms.domain.accounts.regain import Candidate
from oms.faces.design.widgets import RadioCards
from oms.faces.desk.forms import PurposeForm, Words
from oms.law import dates, names


class AccountSearchForm(PurposeForm):
    """Whose account, and why it is opened."""

    text = fields.TextField(
        label="Телефон или почта человека",
        longest=254,
        empty="укажите полностью, как их назвал человек",
        help_text="Только целиком: по имени кабинеты не ищем",
    )
    field_order = ("text", "purpose", "comment")


class BlockForm(forms.Form):
    """Why an account is closed, as its owner will read it."""

    reason = forms.ChoiceField(
        label="Причина",
        choices=tuple(blocking.REASONS.items()),
        widget=forms.RadioSelect(),
        error_messages={
            "required": "Выберите причину блокировки",
            "invalid_choice": "Причина: выберите из списка",
        },
    )
    text = Words(
        label="Пояснение для человека",
        rows=3,
        longest=blocking.LONGEST,
        error_messages={"required": "Напишите, что именно случилось и что делать человеку"},
        help_text="Он прочитает это при входе. Без чужих данных",
    )


class UnblockForm(forms.Form):
    """Why an account is opened again."""

    text = Words(
        label="Пояснение для человека",
        rows=3,
        longest=500,
        error_messages={"required": "Напишите, почему кабинет снова открыт"},
    )


class AnswerForm(forms.Form):
    """The answer to a request: yes or no, and in words."""

    done = forms.ChoiceField(
        label="Решение",
        choices=(("yes", "Выполнить"), ("no", "Отказать")),
        widget=forms.RadioSelect(attrs={"class": "inline"}),
        error_messages={
            "required": "Выберите решение",
            "invalid_choice": "Решение: выберите из списка",
        },
    )
    answer = Words(
        label="Ответ человеку",
        longest=1000,
        error_messages={"required": "Напишите ответ: человек прочитает его слово в слово"},
        help_text="Что решили, почему и что делать дальше",
    )

    def __init__(self, *args: Any, contests: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if contests:
            own: forms.ChoiceField = self.fields["done"]  # type: ignore[assignment]
            own.choices = (("yes", "Открыть кабинет"), ("no", "Оставить закрытым"))


class GrantForm(forms.Form):
    """Whose account the asker gets back, and how it was proven who they are."""

    account = forms.ChoiceField(
        label="Кабинет этого человека",
        widget=RadioCards(),
        error_messages={
            "required": "Выберите кабинет, доступ к которому возвращаете",
            "invalid_choice": "Кабинет: выберите из найденных",
        },
    )
    how = forms.ChoiceField(
        label="Как проверили личность",
        choices=tuple(regain.CHECKS.items()),
        widget=forms.RadioSelect(),
        error_messages={
            "required": "Укажите, как проверили личность",
            "invalid_choice": "Проверка личности: выберите из списка",
        },
    )
    note = Words(
        label="Что сверили",
        rows=2,
        longest=300,
        error_messages={"required": "Напишите, какой документ сверили и что совпало"},
        help_text="Для журнала. Номер документа не пишите",
    )
    sure = fields.ConfirmField(
        label="Я видел документ и человека", missing="Отметьте, если сверили документ с человеком"
    )

    def __init__(self, *args: Any, candidates: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: forms.ChoiceField = self.fields["account"]  # type: ignore[assignment]
        own.choices = [(str(one.user.pk), _called(one)) for one in candidates]
        assert isinstance(own.widget, RadioCards)
        own.widget.hints = {str(one.user.pk): ". ".join(one.reasons) for one in candidates}


class RefuseForm(forms.Form):
    """Why access is not given back; the words are ready, for they must not tell of an account."""

    why = forms.ChoiceField(
        label="Ответ человеку",
        choices=tuple(regain.REFUSALS.items()),
        widget=forms.RadioSelect(),
        error_messages={
            "required": "Выберите ответ человеку",
            "invalid_choice": "Ответ: выберите из списка",
        },
    )


def _called(one: Candidate) -> str:
    user = one.user
    born = f", {dates.short(user.birth_date)}" if user.birth_date else ""
    return f"{names.full(user.family_name, user.given_name, user.patronymic)}{born}"
