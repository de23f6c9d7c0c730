"""What an OpenID provider knows and answers: requests, codes, tokens, keys, orders to fail."""

import hashlib
import hmac
import json
import secrets
import threading
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from oms.gateways.simulators.openid_people import SHAPES, People, Person, marks

CODE_LIFE = 60
ALGORITHMS = {"esia": "RS256", "bank": "ES256"}
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Kind(StrEnum):
    """Ways to fail: how it answers at all, then what it says."""

    REFUSE = "refuse"
    DELAY = "delay"
    TEMPORARY = "temporary"
    LONG = "long"
    NOT_JSON = "not-json"
    REDIRECT = "redirect"
    WRONG_NONCE = "wrong-nonce"
    WRONG_SIGNATURE = "wrong-signature"
    WRONG_ISSUER = "wrong-issuer"
    WRONG_AUDIENCE = "wrong-audience"
    OTHER_PARTY = "other-party"
    EXPIRED = "expired"
    NO_SIGNATURE = "no-signature"
    KEY_CONFUSION = "key-confusion"
    WRONG_SUBJECT = "wrong-subject"
    WRONG_TOKEN_HASH = "wrong-token-hash"  # noqa: S105  a way to fail
    OLD_LOGIN = "old-login"
    MIX_UP = "mix-up"
    NO_ISSUER = "no-issuer"
    ERROR = "error"


WIRE = frozenset({Kind.REFUSE, Kind.DELAY, Kind.TEMPORARY, Kind.LONG, Kind.NOT_JSON, Kind.REDIRECT})


@dataclass
class Fault:
    """One order to fail: for an issuer and an address (empty: any), so many times (-1: always)."""

    kind: Kind
    issuer: str = ""
    where: str = ""
    seconds: float = 0
    times: int = 1


class Faults:
    """Orders to fail, given from outside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Let coming answers fail."""
        with self._lock:
            self._orders.append(fault)

    def take_back(self) -> None:
        """Forget all orders."""
        with self._lock:
            self._orders.clear()

    def due(self, issuer: str, where: str, *of: Kind) -> Fault | None:
        """The order of these kinds for this answer, used up by one."""
        with self._lock:
            for one in self._orders:
                meets = one.issuer in {"", issuer} and one.where in {"", where}
                if meets and one.kind in of and one.times != 0:
                    one.times -= one.times > 0
                    return one
        return None


class Refused(Exception):  # noqa: N818  a no of the protocol
    """An error of OAuth, by its code."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.status = code, status


@dataclass
class Asked:
    """One authorization request, then its code."""

    query: dict[str, str]
    at: int
    person: Person | None = None


class Provider:
    """One issuer: `esia` or `bank`."""

    def __init__(
        self, name: str, *, people: People, faults: Faults, client: str, back: str
    ) -> None:
        self.name, self.people, self.faults, self.back = name, people, faults, back
        self.client_id, _, self.client_secret = client.partition(":")
        self.client_key: Any = None
        self.issuer = ""
        self._lock = threading.Lock()
        self._requests: dict[str, Asked] = {}
        self._codes: dict[str, Asked] = {}
        self._tokens: dict[str, Person] = {}
        self.rotate()

    def rotate(self) -> None:
        """Take a new key and publish it alone."""
        made = (
            RSAKey.generate_key(2048) if self._algorithm == "RS256" else ECKey.generate_key("P-256")
        )
        made.ensure_kid()
        self.key: RSAKey | ECKey = made

    @property
    def _algorithm(self) -> str:
        return ALGORITHMS[self.name]

    def discovery(self) -> dict[str, Any]:
        """The document a client reads first."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [self._algorithm],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": [
                "client_secret_basic", "client_secret_post", "private_key_jwt",
            ],
            "authorization_response_iss_parameter_supported": True,
        }  # fmt: skip

    def keys(self) -> dict[str, Any]:
        """The public keys."""
        public = self.key.as_dict(private=False) | {"use": "sig", "alg": self._algorithm}
        return {"keys": [public]}

    def ask(self, query: dict[str, str]) -> str:
        """Keep an authorization request; return its number. Raises `Refused` without redirect."""
        if query.get("client_id") != self.client_id or query.get("redirect_uri") != self.back:
            raise Refused("unauthorized_client")
        if query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
            raise Refused("invalid_request")
        if not query.get("code_challenge") or "openid" not in query.get("scope", "").split():
            raise Refused("invalid_request")
        number = secrets.token_urlsafe(16)
        with self._lock:
            self._requests[number] = Asked(query, _now())
        return number

    def decide(self, number: str, *, subject: str) -> str:
        """Return where the browser goes: with a code, or with the person's no."""
        with self._lock:
            asked = self._requests.pop(number, None)
        person = self.people.find(subject)
        if asked is None:
            raise Refused("invalid_request")
        answer = {"state": asked.query.get("state", "")}
        if not self.faults.due(self.name, "authorize", Kind.NO_ISSUER):
            wrong = self.faults.due(self.name, "authorize", Kind.MIX_UP)
            answer["iss"] = f"{self.issuer}x" if wrong else self.issuer
        if self.faults.due(self.name, "authorize", Kind.ERROR):
            answer["error"] = "server_error"
        elif person is None:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe(24)
            with self._lock:
                self._codes[answer["code"]] = Asked(asked.query, _now(), person)
        return f"{self.back}?{urlencode(answer)}"

    def exchange(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        """A code for tokens, once. Raises `Refused`."""
        self._know_client(form, authorization)
        with self._lock:
            asked = self._codes.pop(form.get("code", ""), None)
        if form.get("grant_type") != "authorization_code":
            raise Refused("unsupported_grant_type")
        if asked is None or asked.person is None or _now() - asked.at > CODE_LIFE:
            raise Refused("invalid_grant")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            _base64(digest) != asked.query["code_challenge"]
            or form.get("redirect_uri") != self.back
        ):
            raise Refused("invalid_grant")
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._tokens[token] = asked.person
        id_token = self._id_token(asked.person, asked.query.get("nonce", ""), token)
        return {
            "token_type": "Bearer",
            "access_token": token,
            "expires_in": 60,
            "id_token": id_token,
        }

    def userinfo(self, authorization: str) -> dict[str, Any]:
        """What the token may see."""
        with self._lock:
            person = self._tokens.get(authorization.removeprefix("Bearer "))
        if person is None:
            raise Refused("invalid_token", 401)
        wrong = self.faults.due(self.name, "userinfo", Kind.WRONG_SUBJECT)
        return {"sub": "another" if wrong else person.subject, **SHAPES[self.name](person)}

    def _know_client(self, form: dict[str, str], authorization: str) -> None:
        if form.get("client_assertion_type") == _ASSERTION and self.client_key:
            return self._know_assertion(form.get("client_assertion", ""))
        told = (form.get("client_id", ""), form.get("client_secret", ""))
        if authorization.startswith("Basic "):
            name, _, secret = b64decode(authorization[6:]).decode().partition(":")
            told = (unquote(name), unquote(secret))
        if not hmac.compare_digest(":".join(told), f"{self.client_id}:{self.client_secret}"):
            raise Refused("invalid_client", 401)
        return None

    def _know_assertion(self, assertion: str) -> None:
        try:
            claims = jwt.decode(assertion, JWKRegistry.import_key(self.client_key)).claims
        except JoseError as error:
            raise Refused("invalid_client", 401) from error
        if claims.get("aud") != f"{self.issuer}/token" or claims.get("sub") != self.client_id:
            raise Refused("invalid_client", 401)

    def _id_token(self, person: Person, nonce: str, access_token: str) -> str:
        now = _now()
        digest = hashlib.sha256(access_token.encode()).digest()
        claims: dict[str, Any] = {
            "iss": self.issuer, "sub": person.subject, "aud": self.client_id, "iat": now,
            "exp": now + 300, "auth_time": now, "nonce": nonce, "amr": list(person.methods),
            "at_hash": _base64(digest[:16]), **marks(self.name, person),
        }  # fmt: skip
        fault = self.faults.due(self.name, "token", *(set(Kind) - WIRE))
        return self._signed(claims | _spoiled(fault, self.client_id), fault)

    def _signed(self, claims: dict[str, Any], fault: Fault | None) -> str:
        header: dict[str, Any] = {"alg": self._algorithm, "kid": self.key.kid}
        if fault and fault.kind == Kind.NO_SIGNATURE:
            plain = jwt.encode(header, claims, self.key).split(".")[1]
            return f"{_base64(json.dumps({'alg': 'none'}).encode())}.{plain}."
        if fault and fault.kind == Kind.KEY_CONFUSION:
            start = _base64(json.dumps(header | {"alg": "HS256"}).encode())
            body = f"{start}.{jwt.encode(header, claims, self.key).split('.')[1]}"
            shared = self.key.as_pem(private=False)
            return f"{body}.{_base64(hmac.digest(shared, body.encode(), 'sha256'))}"
        if fault and fault.kind == Kind.WRONG_SIGNATURE:
            other = type(self.key).generate_key(2048 if self._algorithm == "RS256" else "P-256")  # type: ignore[arg-type]
            return jwt.encode(header, claims, other)
        return jwt.encode(header, claims, self.key)


def _spoiled(fault: Fault | None, client_id: str) -> dict[str, Any]:
    """What a token of an order to fail says instead."""
    lies: dict[Kind, dict[str, Any]] = {
        Kind.WRONG_NONCE: {"nonce": "another"},
        Kind.WRONG_ISSUER: {"iss": "https://another.example"},
        Kind.WRONG_AUDIENCE: {"aud": "another"},
        Kind.OTHER_PARTY: {"aud": [client_id, "another"], "azp": "another"},
        Kind.EXPIRED: {"exp": _now() - 3600},
        Kind.WRONG_TOKEN_HASH: {"at_hash": "another"},
        Kind.OLD_LOGIN: {"auth_time": _now() - 3600},
    }
    return lies.get(fault.kind, {}) if fault else {}


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _now() -> int:
    return int(datetime.now(UTC).timestamp())
