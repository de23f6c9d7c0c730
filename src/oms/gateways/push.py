"""Web push: a browser is woken by its push service (RFC 8030), payload encrypted for the browser
alone (RFC 8291), our name proven by a signed token (VAPID, RFC 8292).

The key is made at first start and kept in `OMS_VAR/keys`; browsers are subscribed to it, so a new
key means that everybody subscribes again. Addresses of push services come from browsers: only
known services are called, lest the portal be sent to knock at doors inside.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from py_vapid import Vapid02
from pywebpush import WebPusher

from oms.gateways.addresses import is_loopback
from oms.gateways.errors import GatewayError, Permanent, Temporary
from oms.gateways.sms import trusted
from oms.kit import files

TIMEOUT = httpx.Timeout(10, connect=5)
LIVES = timedelta(days=2)
"""How long the service keeps a message for a browser that is away."""
TOKEN_LIVES = timedelta(hours=12)  # RFC 8292 allows 24 hours
SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    "notify.windows.com",
    "push.yandex.ru",
)


class Gone(Permanent):
    """The browser is subscribed no more: forget it."""


@dataclass(frozen=True)
class Browser:
    """A subscription as the browser told it: its address and its public key and secret."""

    endpoint: str
    p256dh: str
    auth: str = field(repr=False)

    @property
    def is_sound(self) -> bool:
        """Whether keys have their lengths and the address is one of a known push service."""
        try:
            point, secret = _bytes(self.p256dh), _bytes(self.auth)
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except ValueError:
            return False
        return len(secret) == 16 and is_service(self.endpoint)


class PushGateway(Protocol):
    """Whatever wakes browsers."""

    def send(self, *, to: Browser, title: str, path: str, key: str, at: datetime) -> None:
        """Send one notice. Raises `Temporary`, `Gone` or `Permanent`.

        The same `key` replaces what the browser has not shown yet, and is shown once.
        """


def gateway() -> PushGateway:
    """The gateway in force: memory in tests that name no service of their own."""
    if settings.ENV.is_test and not settings.PUSH_SERVICES:
        return MEMORY
    return Http()


def is_service(endpoint: str) -> bool:
    """Tell whether an address is of a push service we speak to: HTTPS, a known host."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.username or len(endpoint) > 600:
        return False
    own = {one.strip() for one in settings.PUSH_SERVICES.split(",") if one.strip()}
    if f"{host}:{port}" in own and is_loopback(endpoint):
        return True  # the simulator of the demo and of tests
    known = any(host == name or host.endswith(f".{name}") for name in {*SERVICES, *own})
    return parts.scheme == "https" and port in {None, 443} and known


def public_key() -> str:
    """Return the key browsers subscribe to, as they want it (base64url, uncompressed point)."""
    point = (
        _private_key(_folder())
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


class Http:
    """The real push services."""

    def send(self, *, to: Browser, title: str, path: str, key: str, at: datetime) -> None:
        """Post one encrypted notice; no wait is longer than 10 s."""
        if not to.is_sound:
            raise Gone("Подписка браузера испорчена")
        topic = hashlib.sha256(key.encode()).hexdigest()[:32]
        notice = json.dumps({"title": title, "path": path, "tag": topic}, ensure_ascii=False)
        keys = {"p256dh": to.p256dh, "auth": to.auth}
        pusher = WebPusher({"endpoint": to.endpoint, "keys": keys})
        sealed = pusher.encode(notice.encode(), content_encoding="aes128gcm")
        assert sealed is not None
        headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(LIVES.total_seconds())),
            "Urgency": "normal",
            "Topic": topic,
            **_vapid(to.endpoint, at=at),
        }
        try:
            with httpx.Client(timeout=TIMEOUT, trust_env=False, verify=trusted()) as client:
                answer = client.post(to.endpoint, content=sealed["body"], headers=headers)
        except httpx.HTTPError as error:
            raise Temporary(f"Служба уведомлений не отвечает ({type(error).__name__})") from error
        if not answer.is_success:
            raise _meaning(answer.status_code)


def _vapid(endpoint: str, *, at: datetime) -> Mapping[str, str]:
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((at + TOKEN_LIVES).timestamp()),
        "sub": f"mailto:{settings.PUSH_CONTACT or parseaddr(settings.MAIL_FROM)[1]}",
    }
    signed: Mapping[str, str] = Vapid02(_private_key(_folder())).sign(claims)
    return signed


def _folder() -> Path:
    folder: Path = settings.ENV.var / "keys"
    return folder


@cache
def _private_key(folder: Path) -> ec.EllipticCurvePrivateKey:
    """Read the key, or make it: all processes have one."""
    pem = files.once(folder / "push.pem", _new_key)
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _new_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _meaning(code: int) -> GatewayError:
    if code in {404, 410}:
        return Gone(f"Браузер больше не подписан ({code})")
    if code in {401, 403, 408, 429} or code >= 500:
        return Temporary(f"Служба уведомлений просит повторить позже ({code})")
    return Permanent(f"Служба уведомлений отказалась принять ({code})")


@dataclass(frozen=True)
class Push:
    """A notice as the memory gateway keeps it."""

    to: str
    title: str
    path: str
    key: str


@dataclass
class Memory:
    """For tests: keeps what is sent, knows a resend by its key, fails when told to."""

    sent: list[Push] = field(default_factory=list)
    failures: list[GatewayError] = field(default_factory=list)

    def send(self, *, to: Browser, title: str, path: str, key: str, at: datetime) -> None:
        """Keep the notice, or raise the next of `failures`."""
        if self.failures:
            raise self.failures.pop(0)
        if key not in {push.key for push in self.sent}:
            self.sent.append(Push(to.endpoint, title, path, key))

    def clear(self) -> None:
        """Forget everything."""
        self.sent.clear()
        self.failures.clear()


MEMORY = Memory()
