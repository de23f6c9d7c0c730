"""Django's card of this room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Учётные записи."""

    name = "oms.domain.accounts"
    label = "accounts"
    verbose_name = "Учётные записи"
