"""A software authenticator: makes passkeys and answers for them, honestly or not."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
)

ORIGIN = "http://localhost:8000"
UP, UV, AT = 0x01, 0x04, 0x40


@dataclass
class Device:
    """One key in one device."""

    origin: str = ORIGIN
    verifies: bool = True
    counter: int = 0
    handle: bytes = b""
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any]) -> str:
        """Answer `navigator.credentials.create`."""
        asked = options["publicKey"]
        self.handle = _bytes(asked["user"]["id"])
        credential = AttestedCredentialData.create(
            b"\0" * 16, self.id, ES256.from_cryptography_key(self.key.public_key())
        )
        data = AuthenticatorData.create(
            _hash(asked["rp"]["id"]), self._flags | AT, self.counter, credential
        )
        told = {
            "clientDataJSON": self._client("webauthn.create", asked["challenge"]),
            "attestationObject": bytes(AttestationObject.create("none", data, {})),
        }
        return self._json(told)

    def get(self, options: dict[str, Any]) -> str:
        """Answer `navigator.credentials.get`."""
        asked = options["publicKey"]
        self.counter += 1
        data = bytes(AuthenticatorData.create(_hash(asked["rpId"]), self._flags, self.counter))
        client = self._client("webauthn.get", asked["challenge"])
        signed = data + hashlib.sha256(client).digest()
        told = {
            "clientDataJSON": client,
            "authenticatorData": data,
            "signature": self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
            "userHandle": self.handle,
        }
        return self._json(told)

    @property
    def _flags(self) -> int:
        return UP | (UV if self.verifies else 0)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _json(self, response: dict[str, bytes]) -> str:
        name = websafe_encode(self.id)
        told = {key: websafe_encode(value) for key, value in response.items()}
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": told,
                "clientExtensionResults": {"credProps": {"rk": True}},
            }
        )


def _hash(relying_party: str) -> bytes:
    return hashlib.sha256(relying_party.encode()).digest()


def _bytes(text: str) -> bytes:
    from fido2.utils import websafe_decode

    return websafe_decode(text)
