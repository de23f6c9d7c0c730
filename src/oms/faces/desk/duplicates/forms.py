"""Forms of decisions about two records of the register."""

from typing import Any

from django import forms

from oms.catalog import fields
from oms.domain.duplicates.models import Pair
from oms.faces.design.widgets import RadioCards
from oms.faces.desk.forms import Words

ONE, DIFFERENT, UNCLEAR = "one", "different", "unclear"
_LONGEST = 300


class DecisionForm(forms.Form):
    """One person, different people, or not enough known; why, in words for colleagues."""

    verdict = forms.ChoiceField(
        label="Ваше решение",
        choices=[(ONE, "Один человек"), (DIFFERENT, "Разные люди"), (UNCLEAR, "Данных мало")],
        widget=RadioCards(
            hints={
                ONE: "Записи объединятся. Это можно отменить",
                DIFFERENT: "Пара не вернётся, пока данные не изменятся",
                UNCLEAR: "Пара вернётся в выбранный день",
            }
        ),
        error_messages={"required": "Ваше решение: выберите одно из трёх"},
    )
    kept = forms.ChoiceField(
        label="Какая запись основная", help_text="Нужно, если это один человек", required=False
    )
    ask_on = fields.DateField(
        label="Когда вернуться", help_text="Нужно, если данных мало", required=False
    )
    note = Words(
        label="Почему так",
        longest=_LONGEST,
        help_text="Прочитают коллеги. Видно в истории",
        error_messages={"required": "Почему так: напишите несколько слов"},
    )

    def __init__(self, *args: Any, pair: Pair, closed: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.fields["kept"]
        assert isinstance(kept, forms.ChoiceField)
        hints = {str(pk): why for pk, why in closed.items() if why}
        kept.widget = RadioCards(hints=hints, closed=frozenset(hints))
        kept.choices = [
            (str(pair.left_id), f"Запись 1: № {pair.left_id}"),
            (str(pair.right_id), f"Запись 2: № {pair.right_id}"),
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for the main record, or for the day, as the decision needs it."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("verdict") == ONE and not data.get("kept"):
            self.add_error("kept", "Какая запись основная: выберите одну из двух")
        if (
            data.get("verdict") == UNCLEAR
            and not data.get("ask_on")
            and "ask_on" not in self.errors
        ):
            self.add_error("ask_on", "Когда вернуться: укажите день")
        return data


class ReasonForm(forms.Form):
    """Why, in words."""

    note = Words(
        label="Почему",
        longest=_LONGEST,
        help_text="Прочитают коллеги. Видно в истории",
        error_messages={"required": "Почему: напишите несколько слов"},
    )


class SureForm(ReasonForm):
    """Which of the sure pairs to merge together."""

    pairs = forms.MultipleChoiceField(
        label="Какие пары объединить",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Какие пары объединить: отметьте хотя бы одну"},
    )
    field_order = ("pairs", "note")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["pairs"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices
