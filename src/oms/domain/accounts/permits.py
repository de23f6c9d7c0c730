"""Single-use rights: given as a token, kept as its keyed hash, taken under a row lock.

A token is twelve signs without look-alikes, so that it can be typed from an SMS as well as
opened from a letter: 59 bits, and guesses are counted per network address.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from oms.domain.accounts import limits
from oms.domain.accounts.identifiers import fingerprint
from oms.domain.accounts.models import AccountRequest, Permit, User
from oms.law.typed import compact, latin

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12
KEEP = timedelta(days=30)
GUESSES = limits.Limit(
    "permit", timedelta(hours=1), lambda n: timedelta(hours=1) if n >= 20 else timedelta(0)
)


def give(
    *,
    purpose: Permit.Purpose,
    user: User,
    at: datetime,
    life: timedelta,
    opens_at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
    request: AccountRequest | None = None,
) -> str:
    """Give a right for `life` from `opens_at` (now when not told); return its token, once."""
    token = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    Permit.objects.create(
        token_hash=_hash(token),
        purpose=purpose,
        user=user,
        request=request,
        data=dict(data or {}),
        created_at=at,
        opens_at=opens_at or at,
        expires_at=(opens_at or at) + life,
    )
    return "-".join(token[start : start + 4] for start in range(0, LENGTH, 4))


def find(*, token: str, purposes: tuple[Permit.Purpose, ...], at: datetime) -> Permit | None:
    """Return the unused right behind a token, even before it opens; None when it is over."""
    return _alive(token, purposes, at).select_related("user", "request").first()


def take(*, token: str, purposes: tuple[Permit.Purpose, ...], at: datetime) -> Permit | None:
    """Use the right up and return it. Two at once: one gets it. Belongs inside a transaction."""
    permit = _alive(token, purposes, at).filter(opens_at__lte=at).select_for_update().first()
    if permit is None:
        return None
    permit.used_at = at
    permit.save(update_fields=["used_at"])
    return permit


def withdraw(*, user: User, purpose: Permit.Purpose, at: datetime) -> int:
    """Make all unused rights of a kind worthless; return how many."""
    return Permit.objects.filter(user=user, purpose=purpose, used_at=None).update(used_at=at)


def forget_old(*, before: datetime) -> int:
    """Delete rights that were over before the moment; return how many."""
    return Permit.objects.filter(expires_at__lt=before).delete()[0]


def _alive(token: str, purposes: tuple[Permit.Purpose, ...], at: datetime) -> QuerySet[Permit]:
    return Permit.objects.filter(
        token_hash=_hash(token), purpose__in=purposes, used_at=None, expires_at__gt=at
    )


def _hash(token: str) -> str:
    return fingerprint(f"permit:{latin(compact(token[:40]))}")
