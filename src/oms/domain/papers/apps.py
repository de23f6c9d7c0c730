"""Django's card of this room."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """Выданные документы."""

    name = "oms.domain.papers"
    label = "papers"
    verbose_name = "Выданные документы"
