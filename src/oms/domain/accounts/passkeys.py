"""Passkeys (WebAuthn, «ключи доступа»): added, checked, renamed (ACC-4).

Rows are allauth's `Authenticator` in its own shape, with the signature counter beside. A
challenge lives five minutes, is bound to one session and one purpose by the `state` a face
keeps there, and is used up in the database, so that it works once under parallel use too.
Origin and relying party come from `BASE_URL`, never from the request.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from oms.domain.accounts import factors, limits
from oms.domain.accounts.factors import Kind
from oms.domain.accounts.identifiers import fingerprint
from oms.domain.accounts.models import User
from oms.domain.journal.actions import VISITOR, record
from oms.kit.denied import Denied

LIFE = timedelta(minutes=5)
MOST = 10
LONGEST_ANSWER = 20_000
LONGEST_NAME = 60
NAME = "Ключ доступа"
_ONCE = limits.Limit("passkey-once", limits.NEVER, lambda _count: timedelta(days=1))
_ADD, _ENTER, _STEP = "add", "enter", "step"


class NotAdded(Denied):
    """The answer of the device does not belong to our question."""

    text = "Ключ не добавлен: ответ устройства не подошёл. Попробуйте ещё раз."


class Enough(Denied):
    """More keys than one needs."""

    text = f"В кабинете уже {MOST} ключей доступа. Удалите ненужный и добавьте новый."


@dataclass(frozen=True)
class Asked:
    """What the browser asks the device (`options`, JSON), what the session keeps (`state`)."""

    options: dict[str, Any]
    state: dict[str, Any]


@dataclass(frozen=True)
class Passkey:
    """One key of a person, for the list on the security page."""

    pk: int
    name: str
    added_at: datetime
    used_at: datetime | None


def available() -> bool:
    """Tell whether browsers offer passkeys at our address: https or localhost, and a name."""
    parts = urlsplit(settings.BASE_URL)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return parts.scheme == "https" or host == "localhost" or host.endswith(".localhost")
    return False


def of(*, user: User) -> list[Passkey]:
    """Return the keys of a person, in the order they were added."""
    rows = Authenticator.objects.filter(user=user, type=Kind.PASSKEY).order_by("pk")
    return [Passkey(r.pk, r.data["name"], r.created_at, r.last_used_at) for r in rows]


def ask_new(*, user: User, at: datetime) -> Asked:
    """Begin to add a key: a question for the person's device. Raises `Enough`."""
    known = _credentials(user)
    if len(known) >= MOST:
        raise Enough
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(
            id=str(user.pk).encode(),
            name=user.email or user.phone or user.key,
            display_name=f"{user.given_name} {user.patronymic}".strip(),
        ),
        known,
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
        extensions={"credProps": True},
    )
    return _asked(dict(options), state, _ADD, user, at)


@transaction.atomic
def add(*, user: User, state: Any, answer: str, name: str, at: datetime) -> Authenticator:
    """Make the key the person's factor. Raises `NotAdded`, `Enough`."""
    User.objects.select_for_update().get(pk=user.pk)
    if len(_credentials(user)) >= MOST:
        raise Enough
    found = _registered(_read(answer), state) if _is_ours(state, _ADD, user, at) else None
    if found is None:
        raise NotAdded
    credential, counter = found
    data = {"name": name[:LONGEST_NAME] or NAME, "credential": credential, "counter": counter}
    return factors.switched_on(user=user, kind=Kind.PASSKEY, data=data, at=at)


def ask(*, user: User | None, at: datetime) -> Asked:
    """Begin to check a key: of a known person (second step), or of whoever has one (entry).

    An entry wants the device to know its owner (by PIN, finger or face), so it counts as both
    factors.
    """
    wanted = UserVerificationRequirement.PREFERRED if user else UserVerificationRequirement.REQUIRED
    options, state = _server().authenticate_begin(
        _credentials(user) if user else None, user_verification=wanted
    )
    return _asked(dict(options), state, _STEP if user else _ENTER, user, at)


@transaction.atomic
def check(*, user: User | None, state: Any, answer: str, at: datetime) -> Authenticator | None:
    """Return the key that answered the question kept in `state`, or None.

    For an entry `user` is None and the key names its owner. A key whose counter went back is
    a copy: it is refused and the journal keeps it.
    """
    if not _is_ours(state, _STEP if user else _ENTER, user, at):
        return None
    typed = _read(answer)
    owner = user or _owner(typed)
    rows = _rows(owner) if owner else []
    found = _proven([credential for _, credential in rows], typed, state)
    if found is None:
        return None
    credential, counter = found
    pk = next(row.pk for row, known in rows if known.credential_id == credential)
    return _used(pk, counter, at)


@transaction.atomic
def rename(*, user: User, pk: int, name: str) -> bool:
    """Give a key of the person another name; False when there is no such key."""
    row = (
        Authenticator.objects.select_for_update()
        .filter(user=user, type=Kind.PASSKEY, pk=pk)
        .first()
    )
    if row is None:
        return False
    row.data["name"] = name[:LONGEST_NAME] or NAME
    row.save(update_fields=["data"])
    return True


def _server() -> Fido2Server:
    parts = urlsplit(settings.BASE_URL)
    origin = f"{parts.scheme}://{parts.netloc}"
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=parts.hostname or "", name="Кабинет ОМС"),
        verify_origin=lambda found: found == origin,
    )


def _asked(
    options: dict[str, Any], state: dict[str, Any], purpose: str, user: User | None, at: datetime
) -> Asked:
    options["publicKey"]["timeout"] = LIFE // timedelta(milliseconds=1)
    bound = {"for": purpose, "user": user.pk if user else None, "at": at.timestamp()}
    verification = str(state["user_verification"])
    return Asked(options, {**state, "user_verification": verification, **bound})


def _is_ours(state: Any, purpose: str, user: User | None, at: datetime) -> bool:
    """Whether a state is for this, is fresh, and was never answered before."""
    if not isinstance(state, dict) or state.get("for") != purpose:
        return False
    if state.get("user") != (user.pk if user else None):
        return False
    if at.timestamp() - state["at"] > LIFE.total_seconds():
        return False
    key = fingerprint(f"passkey:{state['challenge']}")
    return limits.take(limit=_ONCE, key=key, at=at) is None


def _read(answer: str) -> dict[str, Any]:
    try:
        found = json.loads(answer[:LONGEST_ANSWER])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _registered(answer: dict[str, Any], state: Any) -> tuple[dict[str, Any], int] | None:
    """Check a new key's answer; return it as allauth keeps it, and the counter."""
    try:
        data = _server().register_complete(state, answer)
        told = RegistrationResponse.from_dict(answer)
        assert data.credential_data is not None
        key = websafe_encode(data.credential_data.credential_id)
        extensions: dict[str, Any] = dict(told.client_extension_results or {})
        resident = bool(extensions.get("credProps", {}).get("rk"))
        response = {
            "clientDataJSON": websafe_encode(told.response.client_data),
            "attestationObject": websafe_encode(told.response.attestation_object),
        }
    except Exception:  # bytes of a stranger's device: whatever is wrong with them, it is a no
        return None
    credential = {"id": key, "rawId": key, "type": "public-key", "response": response}
    return credential | {"clientExtensionResults": {"credProps": {"rk": resident}}}, data.counter


def _proven(
    known: list[AttestedCredentialData], answer: dict[str, Any], state: Any
) -> tuple[bytes, int] | None:
    """Check an answer against keys; return whose it is and the counter it tells."""
    try:
        found = _server().authenticate_complete(state, known, answer)
        counter = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
    except Exception:  # as above: no answer of a stranger may be more than a no
        return None
    return found.credential_id, counter


def _owner(answer: dict[str, Any]) -> User | None:
    """The person a key says it belongs to; the signature is still to prove it."""
    try:
        told = websafe_decode(answer["response"]["userHandle"]).decode()
    except (KeyError, TypeError, ValueError):
        return None
    if not (told.isascii() and told.isdigit() and len(told) < 19):
        return None
    return User.objects.filter(pk=int(told)).first()


def _rows(user: User) -> list[tuple[Authenticator, AttestedCredentialData]]:
    rows = Authenticator.objects.filter(user=user, type=Kind.PASSKEY)
    return [(row, row.wrap().authenticator_data.credential_data) for row in rows]


def _credentials(user: User) -> list[AttestedCredentialData]:
    return [credential for _, credential in _rows(user)]


def _used(pk: int, counter: int, at: datetime) -> Authenticator | None:
    row = Authenticator.objects.select_for_update().get(pk=pk)
    before = int(row.data.get("counter", 0))
    if (counter or before) and counter <= before:
        person = f"user:{row.user_id}"
        record(act="user.passkey-copied", subject=person, by=VISITOR, at=at, person=person)
        return None
    row.data["counter"], row.last_used_at = counter, at
    row.save(update_fields=["data", "last_used_at"])
    return row
