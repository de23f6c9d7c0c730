"""Django's card of this room."""

from django.apps import AppConfig
from django.core.checks import register


class PapersConfig(AppConfig):
    """Выданные документы."""

    name = "oms.domain.papers"
    label = "papers"
    verbose_name = "Выданные документы"

    def ready(self) -> None:
        """Have the signing key checked with the rest of the system."""
        from oms.domain.papers.checks import signing_key

        register(signing_key)
