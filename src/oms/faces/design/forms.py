"""How Django's forms are drawn: one template per widget, one for a field, one for a form.

`Renderer` goes into settings.FORM_RENDERER. A widget's own template `django/forms/widgets/x.html`
is looked for first as `design/forms/widgets/x.html`; what we do not dress is Django's.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BoundField, CheckboxInput, ChoiceField, FileField
from django.forms.renderers import DjangoTemplates
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.translation import gettext


class Renderer(DjangoTemplates):
    """Draws forms with the templates of the design."""

    form_template_name = "design/forms/form.html"
    field_template_name = "design/forms/field.html"

    def get_template(self, template_name: str) -> Any:
        """Return our template of that name, else Django's own."""
        ours = template_name.replace("django/forms/", "design/forms/", 1)
        try:
            return get_template(ours)
        except TemplateDoesNotExist:
            return super().get_template(template_name)


# Django's own words for common mistakes, and ours: what to do, with an example.
WORDS = {
    "This field is required.": "Заполните это поле",
    "Enter a valid email address.": "Укажите адрес почты, например anna@example.org",
    "Enter a whole number.": "Укажите число цифрами, например 2",
    "Enter a number.": "Укажите число цифрами, например 2,5",
    "Enter a valid date.": "Укажите дату в виде ДД.ММ.ГГГГ, например 05.11.2026",
    "No file was submitted. Check the encoding type on the form.": "Выберите файл ещё раз",
    "The submitted file is empty.": "Файл пустой. Выберите другой",
    "Null characters are not allowed.": "Уберите невидимые знаки и наберите текст заново",
}


def error_words(field: BoundField) -> list[str]:
    """Return what to mend in a field, in our voice; a message of the form's own stays as it is."""
    return [_in_our_words(field, error) for error in field.errors.as_data()]


def _in_our_words(field: BoundField, error: ValidationError) -> str:
    text = " ".join(error.messages)
    if text == gettext("This field is required."):
        return _missing(field)
    for english, ours in WORDS.items():
        if text == gettext(english):
            return ours
    return text.removesuffix(".")


def _missing(field: BoundField) -> str:
    if isinstance(field.field.widget, CheckboxInput):
        return "Отметьте, чтобы продолжить"
    if isinstance(field.field, FileField):
        return "Выберите файл"
    if isinstance(field.field, ChoiceField):
        return "Выберите один из вариантов"
    return WORDS["This field is required."]
