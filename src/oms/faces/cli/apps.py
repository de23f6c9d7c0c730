"""Django's card of this room."""

from django.apps import AppConfig


class CliConfig(AppConfig):
    """Командная строка."""

    name = "oms.faces.cli"
    label = "cli"
    verbose_name = "Командная строка"
