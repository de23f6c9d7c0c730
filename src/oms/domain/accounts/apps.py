"""Django's card of this room."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class AccountsConfig(AppConfig):
    """Учётные записи."""

    name = "oms.domain.accounts"
    label = "accounts"
    verbose_name = "Учётные записи"

    def ready(self) -> None:
        """Have the data checked wherever a command looks into the database."""
        from oms.domain.accounts.checks import demo_data

        register(demo_data, Tags.database)
