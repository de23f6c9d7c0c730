"""Django's card of this room."""

from django.apps import AppConfig
from django.core.checks import register

from oms.domain.notifications import receipts
from oms.gateways import smpp
from oms.gateways.checks import configured


class NotificationsConfig(AppConfig):
    """Сообщения."""

    name = "oms.domain.notifications"
    label = "notifications"
    verbose_name = "Сообщения"

    def ready(self) -> None:
        """Refuse to serve people we could not write to."""
        register(configured)
        smpp.on_receipt(receipts.take)
