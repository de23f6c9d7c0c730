"""Django's card of this room."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Демонстрация."""

    name = "oms.faces.demo"
    label = "demo"
    verbose_name = "Демонстрация"
