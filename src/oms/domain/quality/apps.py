"""Django's card of this room."""

from django.apps import AppConfig


class QualityConfig(AppConfig):
    """Качество данных."""

    name = "oms.domain.quality"
    label = "quality"
    verbose_name = "Качество данных"
