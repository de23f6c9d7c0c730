"""One-time codes: six digits, bound to one session, single use, kept only as a keyed hash.

Source: NIST 800-63B-4 and ASVS 5 as taken over in QUALITY: 10 minutes, 5 tries, a pause
before the next one, 10 a day to one address.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from oms.domain.accounts import limits
from oms.domain.accounts.identifiers import fingerprint
from oms.domain.accounts.models import OneTimeCode, User

LIFE = timedelta(minutes=10)
TRIES = 5
PAUSE = timedelta(seconds=60)
A_DAY = 10
FROM_ONE_PLACE = 30

TO_ADDRESS = limits.Limit(
    "send", timedelta(hours=24), lambda n: timedelta(hours=24) if n >= A_DAY else PAUSE
)
FROM_ORIGIN = limits.Limit(
    "send-from",
    timedelta(hours=1),
    lambda n: timedelta(hours=1) if n >= FROM_ONE_PLACE else timedelta(0),
)


class Outcome(StrEnum):
    """What became of a typed code."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    TOO_MANY = "too-many"


@dataclass(frozen=True)
class Issued:
    """A code to be sent: `key` for the session, `code` for the message (empty for a decoy).

    `wait_until` set means nothing was issued: too soon or too often. `again_at` is when the
    next one may be asked for.
    """

    key: str = ""
    code: str = ""
    wait_until: datetime | None = None
    again_at: datetime | None = None


@dataclass(frozen=True)
class Checked:
    """The outcome, the tries left, and whose code it was (recovery only)."""

    outcome: Outcome
    left: int = 0
    user: User | None = None


@transaction.atomic
def issue(
    *,
    purpose: OneTimeCode.Purpose,
    address: str,
    origin: str,
    decoy: bool,
    at: datetime,
    user: User | None = None,
) -> Issued:
    """Make a code for `address`, asked for from the network address `origin`.

    A decoy walks the same way, so that nobody learns from limits or time who has an account.
    """
    place = fingerprint(f"origin:{origin}")
    to = _to(purpose, address)
    wait = limits.take(limit=FROM_ORIGIN, key=place, at=at) or limits.take(
        limit=TO_ADDRESS, key=to, at=at
    )
    if wait:
        return Issued(wait_until=wait, again_at=wait)
    key, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06}"
    OneTimeCode.objects.create(
        key=key,
        purpose=purpose,
        address=to,
        user=user,
        code_hash="" if decoy else _hash(key, code),
        created_at=at,
        expires_at=at + LIFE,
    )
    return Issued(key=key, code="" if decoy else code, again_at=at + PAUSE)


@transaction.atomic
def check(
    *, purpose: OneTimeCode.Purpose, key: str, address: str, typed: str, at: datetime
) -> Checked:
    """Compare a typed code with the one issued under `key` for `address`; it works once."""
    found = OneTimeCode.objects.select_for_update().filter(
        key=key, purpose=purpose, address=_to(purpose, address)
    )
    code = found.first()
    if code is None or code.used_at or code.expires_at <= at:
        return Checked(Outcome.EXPIRED)
    if code.tries >= TRIES:
        return Checked(Outcome.TOO_MANY)
    code.tries += 1
    right = hmac.compare_digest(code.code_hash, _hash(key, typed))
    code.used_at = at if right else None
    code.save(update_fields=["tries", "used_at"])
    if right:
        return Checked(Outcome.RIGHT, user=code.user)
    left = TRIES - code.tries
    return Checked(Outcome.WRONG if left else Outcome.TOO_MANY, left)


def forget_old(*, before: datetime) -> int:
    """Delete codes made before the moment; return how many."""
    return OneTimeCode.objects.filter(created_at__lt=before).delete()[0]


def _to(purpose: OneTimeCode.Purpose, address: str) -> str:
    return fingerprint(f"{purpose}:{address}")


def _hash(key: str, code: str) -> str:
    return fingerprint(f"code:{key}:{code}")
