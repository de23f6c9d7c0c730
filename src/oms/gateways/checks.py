"""What must be configured before the portal serves people."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from oms.gateways import mail

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def configured(app_configs: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Errors for a production set-up that could not write to people, or would do so openly."""
    found = list(_mail()) if settings.SMTP_URL else []
    if settings.ENV.profile == "production":
        found += _missing()
        if _is_open(settings.SMS_URL):
            found.append(
                Warning("OMS_SMS_URL is not https: codes would travel openly", id="oms.W001")
            )
    return found


def _mail() -> list[CheckMessage]:
    try:
        server = mail.from_url(settings.SMTP_URL, sender=settings.MAIL_FROM)
    except ValueError as error:
        return [Error(str(error), id="oms.E003")]
    if server.user and not server.tls:
        return [Error("OMS_SMTP_URL has a password but no TLS: add ?tls=1", id="oms.E004")]
    return []


def _missing() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.SMTP_URL:
        found.append(Error("Set OMS_SMTP_URL: nobody would get e-mail", id="oms.E001"))
    if not settings.SMS_URL:
        found.append(Error("Set OMS_SMS_URL: nobody would get codes by SMS", id="oms.E002"))
    return found


def _is_open(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in _LOOPBACK
