"""What must be configured before papers are issued."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from oms.gateways import signature

_HINT = "Set OMS_SIGNER_PKCS12 or OMS_SIGNER_PKCS11_MODULE."


def signing_key(app_configs: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """An error for a production set-up that would have to sign with the demo key."""
    if settings.ENV.profile == "production" and not signature.has_real_key():
        return [Error("Papers have no key to be signed with", hint=_HINT, id="papers.E001")]
    return []
