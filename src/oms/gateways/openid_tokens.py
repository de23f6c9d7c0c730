"""Whether an ID token is what it says: OpenID Connect Core §3.1.3.7, with JOSE by joserfc.

Nothing in the token decides how it is judged: algorithms come from the settings, keys from the
provider's own address, and a key never serves an algorithm of another kind.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import new
from typing import Any, TypeGuard

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from oms.gateways.errors import Permanent
from oms.gateways.openid_providers import Provider

LEEWAY = 60
LONGEST_LIFE = 24 * 60 * 60
_PUBLIC = frozenset({"RSA", "EC", "OKP"})
_SHORTEST_RSA = 2048


class Untrusted(Permanent):
    """The answer is not proven to come from the provider, for us, for this very sign-in."""


class UnknownKey(Untrusted):
    """Signed by a key not seen yet: the provider may have taken a new one."""


def key_set(found: Any) -> KeySet:
    """The public keys of a JWKS that can sign; what we cannot read is left out."""
    rows = found.get("keys") if isinstance(found, dict) else None
    keys: list[Key] = []
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, dict) or row.get("kty") not in _PUBLIC:
            continue
        if row.get("use", "sig") != "sig":
            continue
        with suppress(JoseError, ValueError, TypeError, KeyError):
            if row["kty"] != "RSA" or _modulus(row["n"]) >= _SHORTEST_RSA:
                keys.append(JWKRegistry.import_key(row))
    return KeySet(keys)


def check_id_token(
    token: str,
    *,
    keys: KeySet,
    provider: Provider,
    nonce: str,
    access_token: str,
    at: datetime,
    fresh_since: datetime | None = None,
) -> dict[str, Any]:
    """Return the claims of a token; raise `UnknownKey` or `Untrusted` (its text is for logs).

    `fresh_since`: the person must have proven to the provider who they are after this moment.
    """
    try:
        decoded = jwt.decode(token, keys, algorithms=sorted(provider.algorithms))
    except InvalidKeyIdError as error:
        raise UnknownKey("id token: unknown key") from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Untrusted(f"id token: {type(error).__name__}") from error
    claims = decoded.claims
    _check_parties(claims, provider)
    _check_times(claims, int(at.timestamp()))
    if not _same(claims.get("nonce"), nonce):
        raise Untrusted("id token: nonce")
    _check_at_hash(claims, decoded.header["alg"], access_token)
    _check_fresh(claims, provider, at, fresh_since)
    return claims


def _modulus(text: str) -> int:
    """Bits of an RSA key, told before it is taken in: a short one is not worth a warning."""
    return int.from_bytes(urlsafe_b64decode(text + "==")).bit_length()


def _check_parties(claims: Mapping[str, Any], provider: Provider) -> None:
    if not _same(claims.get("iss"), provider.issuer):
        raise Untrusted("id token: iss")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if provider.client_id not in audiences:
        raise Untrusted("id token: aud")
    named = claims.get("azp")
    if (named is not None or len(audiences) > 1) and named != provider.client_id:
        raise Untrusted("id token: azp")
    subject = claims.get("sub")
    if not (isinstance(subject, str) and 0 < len(subject) <= 255 and subject.isascii()):
        raise Untrusted("id token: sub")


def _check_times(claims: Mapping[str, Any], now: int) -> None:
    expires, issued, begins = (claims.get(name) for name in ("exp", "iat", "nbf"))
    if not _is_time(expires) or expires <= now - LEEWAY:
        raise Untrusted("id token: exp")
    if not _is_time(issued) or not now - LONGEST_LIFE <= issued <= now + LEEWAY:
        raise Untrusted("id token: iat")
    if begins is not None and (not _is_time(begins) or begins > now + LEEWAY):
        raise Untrusted("id token: nbf")


def _check_fresh(
    claims: Mapping[str, Any], provider: Provider, at: datetime, since: datetime | None
) -> None:
    oldest = since.timestamp() if since else None
    if provider.max_age is not None:
        oldest = max(oldest or 0, at.timestamp() - provider.max_age)
    proven = claims.get("auth_time")
    if oldest is not None and (not _is_time(proven) or proven < oldest - LEEWAY):
        raise Untrusted("id token: auth_time")


def _check_at_hash(claims: Mapping[str, Any], algorithm: str, access_token: str) -> None:
    """`at_hash` ties the access token to this ID token; Ed25519 names no hash for it."""
    told = claims.get("at_hash")
    if told is None or not algorithm[-3:].isdigit():
        return
    digest = new(f"sha{algorithm[-3:]}", access_token.encode()).digest()
    wanted = urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if not _same(told, wanted):
        raise Untrusted("id token: at_hash")


def _same(told: Any, wanted: str) -> bool:
    return isinstance(told, str) and hmac.compare_digest(told.encode(), wanted.encode())


def _is_time(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e11
