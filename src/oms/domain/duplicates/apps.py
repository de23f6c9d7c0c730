"""Django's card of this room."""

from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    """Двойники."""

    name = "oms.domain.duplicates"
    label = "duplicates"
    verbose_name = "Двойники"
