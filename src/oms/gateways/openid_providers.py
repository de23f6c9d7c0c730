"""Who may vouch for people by OpenID Connect: read from `OMS_OPENID_PROVIDERS`.

A list of JSON objects, in the variable or in a file it names. `preset` fills what is left out:

- `bank`: the standard claims of OpenID Connect Core, §5.1. What a real bank adds (its own scopes,
  GOST keys, a contract) is in its papers; nothing of that is guessed here.
- `esia`: names of claims as ЕСИА's own REST answers have them (firstName, birthDate as dd.MM.yyyy,
  contacts and documents as lists of `elements`, `trusted` for a confirmed person). Known and
  tested: this shape, over plain OpenID Connect. Not covered: the real ЕСИА wants each request
  signed (`client_secret` is a detached CMS by a GOST certificate, with `timestamp`), publishes no
  discovery document and answers about a person at `/rs/prns/…`, not at a userinfo endpoint. A
  fund connects it through a gateway that speaks OpenID Connect, or adds that signature here.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, model_validator

from oms.gateways.addresses import is_loopback, is_open

Purpose = Literal["sign-in", "bank"]
Authentication = Literal["basic", "post", "private_key_jwt", "none"]

_STANDARD = {
    "family_name": "family_name",
    "given_name": "given_name",
    "patronymic": "middle_name",
    "birth_date": "birthdate",
    "sex": "gender",
    "phone": "phone_number",
    "phone_verified": "phone_number_verified",
    "email": "email",
    "email_verified": "email_verified",
}
_ESIA = {
    "family_name": "lastName",
    "given_name": "firstName",
    "patronymic": "middleName",
    "birth_date": "birthDate",
    "birth_place": "birthPlace",
    "sex": "gender",
    "citizenship": "citizenship",
    "snils": "snils",
    "inn": "inn",
    "phone": "contacts.elements[type=MBT].value",
    "phone_verified": "contacts.elements[type=MBT].vrfStu",
    "email": "contacts.elements[type=EML].value",
    "email_verified": "contacts.elements[type=EML].vrfStu",
    "document_series": "documents.elements[type=RF_PASSPORT].series",
    "document_number": "documents.elements[type=RF_PASSPORT].number",
    "document_issued_on": "documents.elements[type=RF_PASSPORT].issueDate",
    "document_issued_by": "documents.elements[type=RF_PASSPORT].issuedBy",
    "document_department": "documents.elements[type=RF_PASSPORT].issueId",
    "trusted": "trusted",
}
PRESETS: dict[str, dict[str, Any]] = {
    "bank": {
        "title": "Банк",
        "scopes": ["openid", "profile", "phone", "email"],
        "purposes": ["bank"],
        "claims": _STANDARD,
    },
    "esia": {
        "title": "Госуслуги",
        "scopes": [
            "openid", "fullname", "birthdate", "gender", "birthplace", "snils", "inn", "id_doc",
            "mobile", "email",
        ],
        "purposes": ["sign-in"],
        "claims": _ESIA,
    },
}  # fmt: skip
FIELDS = frozenset(_ESIA) | frozenset(_STANDARD)
ASYMMETRIC = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"}
)
"""Never `none`, never HS…: a public key must not pass for a shared secret."""


class Endpoints(BaseModel):
    """Addresses of a provider that publishes no discovery document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    authorization: str
    token: str
    jwks: str
    userinfo: str = ""
    names_itself: bool = Field(default=False, description="Its answers carry `iss` (RFC 9207)")


class Provider(BaseModel):
    """One provider: who it is, who we are to it, what it may be asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")
    title: str = Field(min_length=1, max_length=40, description="As in «Войти через …»")
    issuer: str
    client_id: str = Field(min_length=1)
    client_secret: SecretStr = SecretStr("")
    client_secret_file: Path | None = None
    client_key_file: Path | None = Field(default=None, description="PEM or JWK of our own key")
    client_auth: Authentication = "basic"
    scopes: tuple[str, ...] = ("openid",)
    purposes: frozenset[Purpose]
    algorithms: frozenset[str] = frozenset({"RS256", "ES256", "PS256"})
    claims: dict[str, str]
    multi_factor_acr: frozenset[str] = frozenset()
    max_age: int | None = Field(default=None, ge=0, description="Seconds since the log-in there")
    endpoints: Endpoints | None = None
    note: str = Field(default="", max_length=40, description="Shown after the title: «учебный»")

    @model_validator(mode="before")
    @classmethod
    def _with_preset(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "preset" not in data:
            return data
        if data["preset"] not in PRESETS:
            raise ValueError(f"preset is one of {', '.join(PRESETS)}")
        return PRESETS[data["preset"]] | {key: data[key] for key in data if key != "preset"}

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not self.algorithms or not self.algorithms <= ASYMMETRIC:
            raise ValueError(f"algorithms are some of {', '.join(sorted(ASYMMETRIC))}")
        if unknown := self.claims.keys() - FIELDS:
            raise ValueError(f"claims has unknown names: {', '.join(sorted(unknown))}")
        if "openid" not in self.scopes:
            raise ValueError("scopes must have openid")
        if self.client_auth == "private_key_jwt" and not self.client_key_file:
            raise ValueError("private_key_jwt needs client_key_file")
        if self.client_auth in ("basic", "post") and not self.secret:
            raise ValueError("client_secret or client_secret_file is missing")
        addresses = [self.issuer, *(self.endpoints.model_dump().values() if self.endpoints else ())]
        if any(is_open(one) for one in addresses if isinstance(one, str)):
            raise ValueError("addresses must be https (http only on this very machine)")
        return self

    @property
    def secret(self) -> str:
        """What we show to the token endpoint."""
        if self.client_secret_file:
            return self.client_secret_file.read_text().strip()
        return self.client_secret.get_secret_value()

    @property
    def is_local(self) -> bool:
        """Whether it runs on this very machine, where http is allowed."""
        return is_loopback(self.issuer)


def providers(*, purpose: Purpose | None = None) -> list[Provider]:
    """All configured providers, or those for one purpose, in the order of the settings."""
    known = _read(settings.OPENID_PROVIDERS)
    return [one for one in known if purpose is None or purpose in one.purposes]


def find(*, code: str) -> Provider | None:
    """The provider with this code."""
    return next((one for one in providers() if one.code == code), None)


@cache
def _read(text: str) -> list[Provider]:
    """Raises `ValueError` (pydantic's among them) or `OSError`; the start-up check tells which."""
    if not text.strip():
        return []
    if not text.lstrip().startswith("["):
        text = Path(text.strip()).read_text()
    found = TypeAdapter(list[Provider]).validate_python(json.loads(text))
    if len({one.code for one in found}) != len(found):
        raise ValueError("two providers have one code")
    return found
