"""Django's card of this room."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Дела."""

    name = "oms.cases"
    label = "cases"
    verbose_name = "Дела"
