"""What must be configured before the portal serves people."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from pydantic import ValidationError

from oms.gateways import mail, openid_providers, smpp, sms
from oms.gateways.addresses import is_open


def configured(app_configs: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Errors for a production set-up that could not write to people, or would do so openly."""
    found = list(_mail()) if settings.SMTP_URL else []
    found += _sms()
    found += _openid()
    found += _breached_passwords()
    if settings.ENV.profile == "production":
        found += _missing()
        for name in ("SMS_URL", "SMS_2_URL"):
            url = getattr(settings, name)
            if is_open(url) and not url.startswith("smpps:"):
                text = f"OMS_{name} is not https or smpps: codes would travel openly"
                found.append(Warning(text, id="oms.W001"))
        if is_open(settings.REGISTERS_URL):
            text = "OMS_REGISTERS_URL is not https: names and numbers would travel openly"
            found.append(Warning(text, id="oms.W005"))
        if is_open(settings.FERZL_URL):
            text = "OMS_FERZL_URL is not https: names and numbers would travel openly"
            found.append(Warning(text, id="oms.W006"))
        if not settings.CLAMD_URL:
            text = "Set OMS_CLAMD_URL: files people bring would be opened without a virus scan"
            found.append(Warning(text, id="oms.W004"))
    return found


def _mail() -> list[CheckMessage]:
    try:
        server = mail.from_url(settings.SMTP_URL, sender=settings.MAIL_FROM)
    except ValueError as error:
        return [Error(str(error), id="oms.E003")]
    if server.user and not server.tls:
        return [Error("OMS_SMTP_URL has a password but no TLS: add ?tls=1", id="oms.E004")]
    return []


def _sms() -> list[CheckMessage]:
    try:
        sms.parse_weights(settings.SMS_WEIGHTS)
        for url in (settings.SMS_URL, settings.SMS_2_URL):
            if url.startswith("smpp"):
                smpp.parse(url)
    except ValueError as error:
        return [Error(str(error), id="oms.E007")]
    return []


def _breached_passwords() -> list[CheckMessage]:
    where: str = settings.BREACHED_PASSWORDS
    if where.startswith("file:") and not Path(urlsplit(where).path).is_file():
        return [Error("OMS_BREACHED_PASSWORDS names a file that is not there", id="oms.E006")]
    if where and not where.startswith("file:") and is_open(where):
        text = "OMS_BREACHED_PASSWORDS is not https: answers could be forged"
        return [Warning(text, id="oms.W003")]
    return []


def _missing() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.SMTP_URL:
        found.append(Error("Set OMS_SMTP_URL: nobody would get e-mail", id="oms.E001"))
    if not settings.SMS_URL:
        found.append(Error("Set OMS_SMS_URL: nobody would get codes by SMS", id="oms.E002"))
    return found


def _openid() -> list[CheckMessage]:
    try:
        known = openid_providers.providers()
    except (ValueError, OSError) as error:
        told = "; ".join(_causes(error))
        return [Error(f"OMS_OPENID_PROVIDERS: {told}", id="oms.E005")]
    if settings.ENV.profile == "production" and any(one.is_local for one in known):
        return [Warning("An OpenID provider runs on this very machine", id="oms.W002")]
    return []


def _causes(error: Exception) -> list[str]:
    """What is wrong and where, without the values: secrets stand among them."""
    if not isinstance(error, ValidationError):
        return [str(error)]
    return [
        f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
        for one in error.errors(include_input=False, include_url=False)
    ]
