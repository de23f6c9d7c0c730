"""Django's card of this room."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Журнал."""

    name = "oms.domain.journal"
    label = "journal"
    verbose_name = "Журнал"
