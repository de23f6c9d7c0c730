"""Django's card of this room."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Сообщения."""

    name = "oms.domain.notifications"
    label = "notifications"
    verbose_name = "Сообщения"
