"""The wards room as a Django application."""

from django.apps import AppConfig


class WardsConfig(AppConfig):
    """Wards."""

    name = "oms.domain.wards"
    label = "wards"
