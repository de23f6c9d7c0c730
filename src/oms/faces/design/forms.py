"""How Django's forms are drawn: one template per widget, one for a field, one for a form.

`Renderer` goes into settings.FORM_RENDERER. A widget's own template `django/forms/widgets/x.html`
is looked for first as `design/forms/widgets/x.html`; what we do not dress is Django's.
"""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import get_template


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
