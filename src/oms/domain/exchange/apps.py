"""Django's card of this room."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Обмен."""

    name = "oms.domain.exchange"
    label = "exchange"
    verbose_name = "Обмен"
