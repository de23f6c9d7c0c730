"""Django's card of the kit: it keeps two small tables for background work."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    """Фоновая работа."""

    name = "oms.kit"
    label = "kit"
    verbose_name = "Фоновая работа"
