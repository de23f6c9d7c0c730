"""The identity room as a Django application."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Identity."""

    name = "oms.domain.identity"
    label = "identity"
