"""The way past a stopped sign-in: a link for the owner's mailbox (ACC-5).

Works once, for half an hour; only a hash of it is kept. It makes the owner's browser known, so
the stop, which is for strangers, no longer counts for it.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from oms.domain.accounts.identifiers import fingerprint
from oms.domain.accounts.models import OneTimeCode, User
from oms.domain.journal.actions import VISITOR, record

LIFE = timedelta(minutes=30)
_PURPOSE = OneTimeCode.Purpose.UNLOCK


@transaction.atomic
def offer(*, user: User, at: datetime) -> str:
    """Return a fresh token for a link to the owner; older ones stop working."""
    User.objects.select_for_update().get(pk=user.pk)
    OneTimeCode.objects.filter(user=user, purpose=_PURPOSE, used_at=None).delete()
    token = secrets.token_urlsafe(32)
    OneTimeCode.objects.create(
        key=_key(token),
        purpose=_PURPOSE,
        address=fingerprint(f"{_PURPOSE}:{user.key}"),
        user=user,
        created_at=at,
        expires_at=at + LIFE,
    )
    record(act="user.sign-in-stopped", subject=user.key, by=VISITOR, at=at, person=user.key)
    return token


def is_good(*, token: str, at: datetime) -> bool:
    """Tell whether a link would still work."""
    return _waiting(token, at).exists()


@transaction.atomic
def use(*, token: str, at: datetime) -> User | None:
    """Return the owner of the link, once; None when it is over."""
    code = _waiting(token, at).select_for_update().first()
    if code is None or code.user_id is None:
        return None
    code.used_at = at
    code.save(update_fields=["used_at"])
    user = User.objects.get(pk=code.user_id)
    record(act="user.sign-in-unlocked", subject=user.key, by=VISITOR, at=at, person=user.key)
    return user


def _waiting(token: str, at: datetime) -> QuerySet[OneTimeCode]:
    return OneTimeCode.objects.filter(
        key=_key(token), purpose=_PURPOSE, used_at=None, expires_at__gt=at
    )


def _key(token: str) -> str:
    return fingerprint(f"{_PURPOSE}:{token}")
