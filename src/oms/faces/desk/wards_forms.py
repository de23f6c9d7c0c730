"""The form of a decision about a representative: words the person will read."""

from typing import Any

from django import forms

from oms.domain.wards.actions import LONGEST
from oms.faces.desk.forms import Words


class TextForm(forms.Form):
    """One text, told to the person as it is."""

    text = Words(
        label="Текст",
        longest=LONGEST,
        help_text="Человек прочитает это как есть",
        error_messages={"required": "Напишите несколько слов: человек должен понять, что делать"},
    )

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
