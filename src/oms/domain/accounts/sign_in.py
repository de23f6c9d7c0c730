"""Checking a password: limits first, then the hash; strangers learn nothing from either.

Unknown names cost the same work, hash and rows alike; what only an owner gets (the letter) is
sent by the worker.

Counters: the typed name, the network address, the account over all its names; and for a
browser that has signed in before, its own. So a stranger who fails on purpose stops only
strangers (ACC-5). Unknown names walk the same way and pay for a hash too.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password as matches
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.db import transaction

from oms.domain.accounts import history, limits
from oms.domain.accounts.history import Outcome
from oms.domain.accounts.identifiers import (
    Identifier,
    find_user,
    fingerprint,
    names_of,
    recognize,
)
from oms.domain.accounts.models import User
from oms.domain.accounts.passwords import MAX_LENGTH

FREE = 5
PUZZLE_AFTER = 3
FREE_FROM_ONE_PLACE = 30
OFF_AFTER = 100
DEVICE_AGE = 400 * 24 * 60 * 60
_DEVICE_SALT = "accounts.device"

NAME = limits.Limit("sign-in-name", timedelta(hours=24), limits.ladder(free=FREE))
DEVICE = limits.Limit("sign-in-device", timedelta(hours=24), limits.ladder(free=FREE))
PLACE = limits.Limit("sign-in-place", timedelta(hours=1), limits.ladder(free=FREE_FROM_ONE_PLACE))
ACCOUNT = limits.Limit(
    "sign-in-account",
    limits.NEVER,
    lambda n: limits.NEVER if n >= OFF_AFTER else timedelta(0),
)


@dataclass(frozen=True)
class Answer:
    """Who signed in, or until when to wait.

    `stopped` at the failure that begins the first wait of a series, of an unknown name too. The
    `owner` is then to be written to by the worker: here it would take time only known names take.
    """

    user: User | None = None
    wait_until: datetime | None = None
    stopped: bool = False
    owner: User | None = None


def check_password(
    *,
    identifier: str,
    password: str,
    origin: str,
    device: str | None,
    at: datetime,
    agent: str = "",
) -> Answer:
    """Check a name and a password typed at network address `origin` in a browser `agent`.

    `device` is the cookie of `remember_device`, if the browser has one. The tries are charged
    before the hash is computed; success gives them back.
    """
    name = recognize(identifier)
    user = find_user(name)
    counters = _counters(name, user, origin, _known(device, user))
    wait = _charge(counters, at)
    if wait is not None:
        return Answer(wait_until=wait)
    is_open = _account_open(user, name, at, known=counters[0][0] is DEVICE)
    if is_open and _right(user, password):
        assert user is not None
        _forgive(user, counters)
        return Answer(user=user)
    if not is_open:
        _burn(password)
    tries = limits.tries(limit=counters[-1][0], key=counters[-1][1])
    outcome = Outcome.STOPPED if tries >= FREE or not is_open else Outcome.WRONG_PASSWORD
    history.note(user=user, outcome=outcome, method="password", agent=agent, origin=origin, at=at)
    stopped = is_open and tries == FREE
    return Answer(stopped=stopped, owner=user if stopped else None)


def wants_puzzle(*, identifier: str, origin: str, device: str | None, at: datetime) -> bool:
    """Tell whether the next try of this name from this place must prove a person (captcha).

    With no name yet, the place alone decides. While a try must wait, a puzzle is of no use.
    """
    name = recognize(identifier)
    user = find_user(name)
    counters = _counters(name, user, origin, _known(device, user))
    return limits.is_suspicious(counters=counters, after=PUZZLE_AFTER, at=at)


def charge_place(*, origin: str, at: datetime) -> datetime | None:
    """Charge a try without a name (a passkey) to the place; return until when to wait, if so."""
    return limits.take(limit=PLACE, key=fingerprint(f"origin:{origin}"), at=at)


def refund_place(*, origin: str) -> None:
    """Give that try back: it was right."""
    limits.refund(limit=PLACE, key=fingerprint(f"origin:{origin}"))


def remember_device(*, user: User, cookie: str | None) -> str:
    """Return the cookie that makes this browser known to the account, others kept (five)."""
    known = [pair for pair in _read(cookie) if pair[0] != user.pk]
    mine = _known(cookie, user) or secrets.token_urlsafe(12)
    return signing.dumps([*known[-4:], [user.pk, mine]], salt=_DEVICE_SALT, compress=True)


def is_known(*, user: User, cookie: str | None) -> bool:
    """Tell whether this browser has signed in to the account before."""
    return bool(_known(cookie, user))


def forget_failures(*, user: User) -> None:
    """Open the password again: after a recovery by a mailed code."""
    for name in names_of(user):
        limits.clear(limit=NAME, key=name.fingerprint)
    limits.clear(limit=ACCOUNT, key=str(user.pk))


def _counters(
    name: Identifier, user: User | None, origin: str, device: str
) -> list[tuple[limits.Limit, str]]:
    if device:
        return [(DEVICE, fingerprint(f"device:{device}"))]
    return [(PLACE, fingerprint(f"origin:{origin}")), (NAME, name.fingerprint)]


@transaction.atomic
def _charge(counters: list[tuple[limits.Limit, str]], at: datetime) -> datetime | None:
    for limit, key in counters:
        wait = limits.take(limit=limit, key=key, at=at)
        if wait:
            return wait
    return None


def _account_open(user: User | None, name: Identifier, at: datetime, *, known: bool) -> bool:
    """Whether failures over all names are below the last line; a known browser always passes.

    A name without an account is counted too, only to take the same time.
    """
    key = str(user.pk) if user else name.fingerprint
    return known or limits.take(limit=ACCOUNT, key=key, at=at) is None


def _right(user: User | None, password: str) -> bool:
    if user is None or not user.has_usable_password():
        _burn(password)
        return False
    return matches(password[: MAX_LENGTH + 1], user.password)


def _burn(password: str) -> None:
    """Spend the time of one hash, as a known name does."""
    make_password(password[: MAX_LENGTH + 1])


def _forgive(user: User, counters: list[tuple[limits.Limit, str]]) -> None:
    for limit, key in counters:
        if limit is PLACE:
            limits.refund(limit=limit, key=key)
        else:
            limits.clear(limit=limit, key=key)
    limits.clear(limit=ACCOUNT, key=str(user.pk))


def _read(cookie: str | None) -> list[list[int | str]]:
    if not cookie:
        return []
    try:
        pairs = signing.loads(cookie, salt=_DEVICE_SALT, max_age=DEVICE_AGE)
    except signing.BadSignature:
        return []
    return [pair for pair in pairs if isinstance(pair, list) and len(pair) == 2]


def _known(cookie: str | None, user: User | None) -> str:
    if user is None:
        return ""
    return next((str(mark) for pk, mark in _read(cookie) if pk == user.pk), "")
