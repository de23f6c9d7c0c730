"""The works room as a Django application."""

from django.apps import AppConfig


class WorksConfig(AppConfig):
    """Works."""

    name = "oms.domain.works"
    label = "works"
