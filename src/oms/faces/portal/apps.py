"""Django's card of this room."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Портал."""

    name = "oms.faces.portal"
    label = "portal"
    verbose_name = "Портал"
