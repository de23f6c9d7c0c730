"""Django's card of this room."""

from django.apps import AppConfig


class DesignConfig(AppConfig):
    """Дизайн."""

    name = "oms.faces.design"
    label = "design"
    verbose_name = "Дизайн"
