"""Django's card of this room."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Регистр."""

    name = "oms.domain.register"
    label = "register"
    verbose_name = "Регистр"
