"""The documents room as a Django application."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Documents."""

    name = "oms.domain.documents"
    label = "documents"
