"""Django's card of this room."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Справочники."""

    name = "oms.domain.directory"
    label = "directory"
    verbose_name = "Справочники"
