"""Widgets where Django's own do not do. The rest of Django's are dressed by templates alone.

Forms of the catalog cannot import this module (it lies below the faces) and need not: DateInput,
TelInput, PasswordInput, RadioSelect and TextInput(attrs={"autocomplete": "one-time-code"}) get
the same look. A choice's label may carry a hint: any str with an attribute `hint`.
"""

from collections.abc import Mapping
from typing import Any

from django import forms


class _Hinted(forms.widgets.ChoiceWidget):
    """A list of choices where each may have a hint, and some may be closed."""

    def __init__(
        self,
        *args: Any,
        hints: Mapping[str, str] | None = None,
        closed: frozenset[str] = frozenset(),
        **kwargs: Any,
    ) -> None:
        self.hints = dict(hints or {})
        self.closed = closed
        super().__init__(*args, **kwargs)

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.hints.get(str(value), "")
        if str(value) in self.closed:
            option["attrs"]["disabled"] = True
        return option


class RadioCards(_Hinted, forms.RadioSelect):
    """One of several, each on a card: `RadioCards(hints={"move": "Можно в любое время"})`."""


class CheckboxCards(_Hinted, forms.CheckboxSelectMultiple):
    """Several of several, each on a card with a hint."""


class DateText(forms.DateInput):
    """A date as one text field; digits and points, in any usual order of the law's `dates`."""

    def __init__(self, attrs: dict[str, Any] | None = None, *, birthday: bool = False) -> None:
        token = {"autocomplete": "bday"} if birthday else {}
        super().__init__(attrs={**token, **(attrs or {})}, format="%d.%m.%Y")


class CodeInput(forms.TextInput):
    """A one-time code from SMS, e-mail or an app."""

    template_name = "design/forms/widgets/code.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, length: int = 6) -> None:
        own = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": length + 4}
        super().__init__(attrs={**own, **(attrs or {})})


class PhoneInput(forms.TelInput):
    """A phone number, typed in any way."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"autocomplete": "tel", **(attrs or {})})


class DigitsInput(forms.TextInput):
    """A number that is a name, not a quantity: СНИЛС, ИНН, ЕНП. Spaces and dashes are welcome."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        own = {"inputmode": "numeric", "autocomplete": "off", "class": "medium"}
        super().__init__(attrs={**own, **(attrs or {})})
