"""Django's card of this room."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Права на персональные данные."""

    name = "oms.domain.privacy"
    label = "privacy"
    verbose_name = "Права на персональные данные"
