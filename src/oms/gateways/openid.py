"""OpenID Connect: a person is sent to a provider and comes back vouched for (ACC-14, IDN-5).

Authorization code flow with PKCE (S256), state and nonce; `iss` of the answer is compared
(RFC 9207), the ID token judged by `openid_tokens`. The provider's addresses and keys are kept in
the shared cache; a key not seen yet has them read once more. A provider that fails is left alone
for half a minute, and the pages say so meanwhile.
"""

import hashlib
import json
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.cache import cache as shared
from joserfc import jwt
from joserfc.jwk import JWKRegistry, KeySet

from oms.gateways.addresses import is_open
from oms.gateways.errors import GatewayError, Permanent, Temporary
from oms.gateways.openid_claims import is_yes, pick
from oms.gateways.openid_providers import Provider
from oms.gateways.openid_tokens import UnknownKey, Untrusted, check_id_token, key_set
from oms.gateways.sms import trusted

TIMEOUT = httpx.Timeout(5)
WHOLE_ANSWER_S = 10
MAX_ANSWER = 256 * 1024
KNOWN_FOR = timedelta(hours=1)
LEFT_ALONE_FOR = timedelta(seconds=30)
_LATER = frozenset({"temporarily_unavailable", "server_error"})


class Cancelled(GatewayError):  # noqa: N818  it reads better at the place of raising
    """The person said no at the provider."""


@dataclass(frozen=True)
class Started:
    """Where to send the person, and what to keep until they come back."""

    url: str
    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Vouched:
    """Who the provider says came: its own number of the person, and what it told of them.

    `told` are raw values by our names of fields; `is_trusted`: the provider has seen documents.
    """

    provider: str
    subject: str
    told: dict[str, Any] = field(repr=False)
    is_trusted: bool = False
    is_multi_factor: bool = False


def start(*, provider: Provider, redirect_uri: str, anew: bool = False, hint: str = "") -> Started:
    """Begin a sign-in; `anew` has the person prove themselves to the provider once more.

    Raises `Temporary` while the provider is down.
    """
    if is_down(provider=provider):
        raise Temporary("провайдер недавно не отвечал")
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(provider.scopes),
        "state": state,
        "nonce": nonce,
        "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    if anew:
        asked |= {"prompt": "login", "max_age": "0"}
    elif provider.max_age is not None:
        asked["max_age"] = str(provider.max_age)
    if hint:
        asked["login_hint"] = hint
    door = _addresses(provider)["authorization_endpoint"]
    mark = "&" if urlsplit(door).query else "?"
    return Started(f"{door}{mark}{urlencode(asked)}", state, nonce, verifier)


def finish(
    *,
    provider: Provider,
    answer: Mapping[str, str],
    nonce: str,
    verifier: str,
    redirect_uri: str,
    at: datetime,
    fresh_since: datetime | None = None,
) -> Vouched:
    """Judge what the person came back with; the caller has matched `state` already.

    Raises `Cancelled`, `Untrusted`, `Temporary` or `Permanent`; a code works once.
    """
    _check_answer(provider, answer)
    tokens = _exchange(provider, answer["code"], verifier, redirect_uri, at)
    id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
    if not isinstance(id_token, str) or not isinstance(access_token, str):
        raise Untrusted("token endpoint: no id token")
    checks: dict[str, Any] = {
        "provider": provider, "nonce": nonce, "access_token": access_token, "at": at,
        "fresh_since": fresh_since,
    }  # fmt: skip
    try:
        claims = check_id_token(id_token, keys=_keys(provider), **checks)
    except UnknownKey:
        claims = check_id_token(id_token, keys=_keys(provider, anew=True), **checks)
    told = claims | _userinfo(provider, access_token, subject=claims["sub"])
    methods = claims.get("amr")
    return Vouched(
        provider=provider.code,
        subject=claims["sub"],
        told={name: value for name, path in provider.claims.items() if (value := pick(told, path))},
        is_trusted=is_yes(pick(told, provider.claims.get("trusted", ""))),
        is_multi_factor=claims.get("acr") in provider.multi_factor_acr
        or (isinstance(methods, list) and "mfa" in methods),
    )


def is_down(*, provider: Provider) -> bool:
    """Tell whether the provider failed a moment ago."""
    return bool(shared.get(_down(provider.code)))


def down(*, codes: list[str]) -> set[str]:
    """Return which of these providers failed a moment ago; one question to the cache."""
    if not codes:
        return set()
    found = shared.get_many([_down(code) for code in codes])
    return {code for code in codes if _down(code) in found}


def _check_answer(provider: Provider, answer: Mapping[str, str]) -> None:
    """Mix-up first: even a refusal must come from who was asked."""
    told, expected = answer.get("iss"), _addresses(provider)
    if told is None and expected.get("authorization_response_iss_parameter_supported"):
        raise Untrusted("answer: no iss")
    if told is not None and told != provider.issuer:
        raise Untrusted("answer: iss")
    error = answer.get("error")
    if error == "access_denied":
        raise Cancelled("answer: access_denied")
    if error in _LATER:
        _leave_alone(provider)
        raise Temporary(f"answer: {error}")
    if error or not answer.get("code"):
        raise Permanent(f"answer: {(error or 'no code')[:40]}")


def _addresses(provider: Provider) -> dict[str, Any]:
    """The provider's endpoints: as configured, or as it publishes them."""
    if provider.endpoints:
        ours = provider.endpoints
        return {
            "authorization_endpoint": ours.authorization, "token_endpoint": ours.token,
            "jwks_uri": ours.jwks, "userinfo_endpoint": ours.userinfo,
            "authorization_response_iss_parameter_supported": ours.names_itself,
        }  # fmt: skip
    key = _cached(provider, "discovery")
    known: dict[str, Any] | None = shared.get(key)
    if known is None:
        url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        known = _call(provider, "GET", url)
        _check_discovery(provider, known)
        shared.set(key, known, KNOWN_FOR.total_seconds())
    return known


def _check_discovery(provider: Provider, found: dict[str, Any]) -> None:
    if found.get("issuer") != provider.issuer:
        raise Untrusted("discovery: issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(found.get(name), str):
            raise Untrusted(f"discovery: {name}")
    addresses = [found[name] for name in found if name.endswith("_endpoint") or name == "jwks_uri"]
    if any(not isinstance(one, str) or is_open(one) for one in addresses):
        raise Untrusted("discovery: an address is not https")


def _keys(provider: Provider, *, anew: bool = False) -> KeySet:
    key = _cached(provider, "keys")
    found = None if anew else shared.get(key)
    if found is None:
        found = _call(provider, "GET", _addresses(provider)["jwks_uri"])
        shared.set(key, found, KNOWN_FOR.total_seconds())
    return key_set(found)


def _exchange(
    provider: Provider, code: str, verifier: str, redirect_uri: str, at: datetime
) -> dict[str, Any]:
    """Give the code for the tokens, showing who we are."""
    door = _addresses(provider)["token_endpoint"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    headers = {}
    if provider.client_auth == "basic":
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.secret, safe='')}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    else:
        form["client_id"] = provider.client_id
    if provider.client_auth == "post":
        form["client_secret"] = provider.secret
    if provider.client_auth == "private_key_jwt":
        form["client_assertion"] = _assertion(provider, door, at)
        form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return _call(provider, "POST", door, data=form, headers=headers)


def _assertion(provider: Provider, door: str, at: datetime) -> str:
    """A short-lived token of our own (RFC 7523) instead of a secret."""
    assert provider.client_key_file is not None  # the settings were checked
    key = _own_key(provider.client_key_file)
    now = int(at.timestamp())
    claims = {
        "iss": provider.client_id, "sub": provider.client_id, "aud": door,
        "jti": secrets.token_urlsafe(16), "iat": now, "exp": now + 60,
    }  # fmt: skip
    algorithm = "ES256" if key.key_type == "EC" else "RS256"
    return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key)


@cache
def _own_key(path: Path) -> Any:
    text = path.read_text()
    if text.lstrip().startswith("{"):
        key = JWKRegistry.import_key(json.loads(text))
    else:
        is_rsa = isinstance(load_pem_private_key(text.encode(), None), RSAPrivateKey)
        key = JWKRegistry.import_key(text, "RSA" if is_rsa else "EC")
    key.ensure_kid()
    return key


def _userinfo(provider: Provider, access_token: str, *, subject: str) -> dict[str, Any]:
    door = _addresses(provider).get("userinfo_endpoint")
    if not door:
        return {}
    found = _call(provider, "GET", door, headers={"Authorization": f"Bearer {access_token}"})
    if found.get("sub") != subject:
        raise Untrusted("userinfo: sub")
    return found


def _call(
    provider: Provider,
    method: str,
    url: str,
    *,
    data: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Ask one question: no redirects, no proxies, no answer too long or too slow."""
    until = monotonic() + WHOLE_ANSWER_S
    try:
        with (
            httpx.Client(timeout=TIMEOUT, trust_env=False, verify=trusted()) as client,
            client.stream(
                method, url, data=data, headers={"Accept": "application/json", **(headers or {})}
            ) as answer,
        ):
            body = b""
            for part in answer.iter_bytes():
                body += part
                if len(body) > MAX_ANSWER or monotonic() > until:
                    raise Temporary("ответ слишком длинный или медленный")
            code = answer.status_code
    except (httpx.HTTPError, Temporary) as error:
        _leave_alone(provider)
        raise Temporary(f"провайдер не отвечает ({type(error).__name__})") from error
    if code >= 500 or code == 429:
        _leave_alone(provider)
        raise Temporary(f"провайдер просит повторить позже ({code})")
    if code != 200:
        raise Permanent(f"провайдер отказал ({code})")
    return _object(body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Untrusted("answer: not JSON") from error
    if not isinstance(found, dict):
        raise Untrusted("answer: no object")
    return found


def _leave_alone(provider: Provider) -> None:
    shared.set(_down(provider.code), True, LEFT_ALONE_FOR.total_seconds())


def _down(code: str) -> str:
    return f"openid:down:{code}"


def _cached(provider: Provider, what: str) -> str:
    mark = hashlib.sha256(provider.issuer.encode()).hexdigest()[:16]
    return f"openid:{what}:{mark}"
