"""Django's card of this room."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Рабочее место."""

    name = "oms.faces.desk"
    label = "desk"
    verbose_name = "Рабочее место"
