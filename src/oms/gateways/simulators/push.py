"""A push service and the browsers behind it (RFC 8030, 8291, 8292).

`subscribe` is what a browser does: it makes keys and names an address. `receive` is what a push
service and then the browser do: check who sends, open the sealed notice. Written from the RFCs,
with nothing in common with the library that seals.
"""

import base64
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHANNEL = "push"
DAY_S = 24 * 60 * 60
MAX_BODY = 4096


@dataclass(frozen=True)
class Browser:
    """One subscription as its browser keeps it; `server` is the key it was made for."""

    key: ec.EllipticCurvePrivateKey
    auth: bytes
    server: bytes


class Refused(Exception):  # noqa: N818  an answer with a status
    """The service says no."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Push:
    """The service: subscriptions by their number."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._browsers: dict[str, Browser] = {}

    def subscribe(self, *, origin: str, server: str) -> dict[str, Any]:
        """Make a subscription for a server's key; return it as a browser tells it."""
        number = secrets.token_urlsafe(12)
        browser = Browser(
            ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16), _bytes(server)
        )
        with self._lock:
            self._browsers[number] = browser
        keys = {"p256dh": _text(_point(browser.key.public_key())), "auth": _text(browser.auth)}
        return {"endpoint": f"{origin}/push/{number}", "keys": keys}

    def unsubscribe(self, number: str) -> None:
        """Forget a subscription, as a browser does whose owner said no."""
        with self._lock:
            self._browsers.pop(number, None)

    def receive(
        self, number: str, headers: Mapping[str, str], body: bytes, *, origin: str
    ) -> dict[str, Any]:
        """Return the notice the browser would show. Raises `Refused`."""
        browser = self._browsers.get(number)
        if browser is None:
            raise Refused(410, "gone")
        if not headers.get("TTL", "").isdecimal():
            raise Refused(400, "ttl")
        if headers.get("Content-Encoding") != "aes128gcm" or len(body) > MAX_BODY:
            raise Refused(415 if len(body) <= MAX_BODY else 413, "encoding")
        now = self._clock()
        _check_vapid(headers.get("Authorization", ""), browser.server, origin, now=now)
        try:
            opened = json.loads(unseal(body, browser))
        except (InvalidTag, ValueError):
            raise Refused(400, "sealed-for-another") from None
        if not isinstance(opened, dict):
            raise Refused(400, "payload")
        return opened


def unseal(body: bytes, browser: Browser) -> bytes:
    """Open one record sealed for a browser (RFC 8188, RFC 8291). Raises `InvalidTag`."""
    salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
    sender, sealed = body[21 : 21 + length], body[21 + length :]
    if size < 18 or len(sealed) > size:
        raise ValueError("one record was expected")
    other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
    shared = browser.key.exchange(ec.ECDH(), other)
    own = _point(browser.key.public_key())
    material = _hkdf(browser.auth, shared, b"WebPush: info\0" + own + sender, 32)
    key = _hkdf(salt, material, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, material, b"Content-Encoding: nonce\0", 12)
    plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
    if plain[-1:] != b"\2":
        raise ValueError("the last record ends with 2")
    return plain[:-1]


def _check_vapid(header: str, server: bytes, origin: str, *, now: float) -> None:
    """Check the sender's token: signed by the key the browser subscribed to, for us, in time."""
    scheme, _, rest = header.partition(" ")
    told = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if scheme.lower() != "vapid" or not {"t", "k"} <= told.keys():
        raise Refused(401, "no-vapid")
    if _bytes(told["k"]) != server:
        raise Refused(403, "another-key")
    try:
        head, claims, signature = told["t"].split(".")
        raw = _bytes(signature)
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), server)
        public.verify(
            encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:])),
            f"{head}.{claims}".encode(),
            ec.ECDSA(hashes.SHA256()),
        )
        said = json.loads(_bytes(claims))
    except (ValueError, InvalidSignature):
        raise Refused(403, "signature") from None
    if said.get("aud") != origin or not now < said.get("exp", 0) <= now + DAY_S:
        raise Refused(403, "claims")
    if not str(said.get("sub", "")).startswith(("mailto:", "https:")):
        raise Refused(403, "subject")


def _hkdf(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    extracted = hmac.digest(salt, material, "sha256")
    return hmac.digest(extracted, info + b"\1", "sha256")[:length]


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    form = serialization.PublicFormat.UncompressedPoint
    return key.public_bytes(serialization.Encoding.X962, form)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
