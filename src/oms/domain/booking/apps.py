"""Django's card of this room."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    """Запись к врачу."""

    name = "oms.domain.booking"
    label = "booking"
    verbose_name = "Запись к врачу"
