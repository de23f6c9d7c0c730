"""The second factor: an authenticator app (TOTP, RFC 6238) and recovery codes (ACC-4).

Rows are allauth's `Authenticator`. allauth remembers a used TOTP code in the cache for one
period, which is shorter than a code lives with a tolerance of ±1 step; so the last accepted
step is kept in the row itself, under its lock.
"""

import hmac
import secrets
from base64 import b32encode
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt, encrypt
from django.db import transaction

from oms.domain.accounts import limits
from oms.domain.accounts.models import User
from oms.domain.journal.actions import record
from oms.kit.denied import Denied
from oms.law.typed import compact

PERIOD = 30
TOLERANCE = 1
TRIES = limits.Limit("factor", timedelta(hours=24), limits.ladder(free=5))
_TOTP = Authenticator.Type.TOTP
_RECOVERY = Authenticator.Type.RECOVERY_CODES


class TooManyTries(Denied):
    """The factor waits after wrong codes; `until` says how long."""

    status = 429

    def __init__(self, until: datetime) -> None:
        super().__init__("Слишком много неверных кодов.")
        self.until = until


class StaffNeedFactor(Denied):
    """Staff cannot work without a second factor (ACC-4)."""

    text = "Сотрудникам нельзя отключить второй фактор. Можно заменить приложение."


def has_factor(*, user: User) -> bool:
    """Tell whether the user has a second factor set up."""
    return bool(Authenticator.objects.filter(user=user, type=_TOTP).exists())


def new_secret() -> str:
    """Return a fresh TOTP secret: 160 bits in base32."""
    return b32encode(secrets.token_bytes(20)).decode()


def code_at(*, secret: str, at: datetime) -> str:
    """Return the code an authenticator app shows at a moment."""
    return str(format_hotp_value(hotp_value(secret, _step(at))))


def fits(*, secret: str, code: str, at: datetime) -> bool:
    """Tell whether a code belongs to a secret now, one step early or late."""
    return _matching_step(secret, code, at, after=-1) is not None


@transaction.atomic
def set_up(*, user: User, secret: str, code: str, at: datetime) -> Authenticator | None:
    """Make `secret` the user's factor once `code` proves the app has it; None when it does not.

    Replaces an older app. Recovery codes come with the first one. Raises `TooManyTries`.
    """
    _charge(user, at)
    step = _matching_step(secret, code, at, after=-1)
    if step is None:
        return None
    limits.clear(limit=TRIES, key=user.key)
    Authenticator.objects.filter(user=user, type=_TOTP).delete()
    row = Authenticator.objects.create(
        user=user, type=_TOTP, data={"secret": encrypt(secret), "step": step}, created_at=at
    )
    RecoveryCodes.activate(user)
    record(act="user.factor-on", subject=user.key, by=user.actor, at=at, person=user.key)
    return row


@transaction.atomic
def switch_off(*, user: User, at: datetime) -> None:
    """Remove the factor and its recovery codes. Raises `StaffNeedFactor`."""
    if user.is_staff_member:
        raise StaffNeedFactor
    if Authenticator.objects.filter(user=user).delete()[0]:
        record(act="user.factor-off", subject=user.key, by=user.actor, at=at, person=user.key)


def check(*, user: User, code: str, at: datetime) -> Authenticator | None:
    """Return the factor that a typed code proves (app or recovery code), or None.

    Each code works once, also in parallel. Raises `TooManyTries`; a wrong try stays charged.
    """
    _charge(user, at)
    plain = compact(code)
    found = _check_app(user, plain, at) or _check_recovery(user, plain)
    if found:
        limits.clear(limit=TRIES, key=user.key)
    return found


def recovery_codes(*, user: User) -> list[str]:
    """Return the unused recovery codes, grouped as 1234 5678."""
    row = Authenticator.objects.filter(user=user, type=_RECOVERY).first()
    codes = row.wrap().get_unused_codes() if row else []
    return [f"{code[:4]} {code[4:]}" for code in codes]


@transaction.atomic
def renew_recovery_codes(*, user: User, at: datetime) -> None:
    """Replace all recovery codes by new ones."""
    User.objects.select_for_update().get(pk=user.pk)
    Authenticator.objects.filter(user=user, type=_RECOVERY).delete()
    RecoveryCodes.activate(user)
    record(act="user.recovery-codes", subject=user.key, by=user.actor, at=at, person=user.key)


def _charge(user: User, at: datetime) -> None:
    wait = limits.take(limit=TRIES, key=user.key, at=at)
    if wait:
        raise TooManyTries(wait)


@transaction.atomic
def _check_app(user: User, code: str, at: datetime) -> Authenticator | None:
    row = Authenticator.objects.select_for_update().filter(user=user, type=_TOTP).first()
    if row is None:
        return None
    step = _matching_step(decrypt(row.data["secret"]), code, at, after=row.data.get("step", -1))
    if step is None:
        return None
    row.data["step"] = step
    row.last_used_at = at
    row.save(update_fields=["data", "last_used_at"])
    return row


def _check_recovery(user: User, code: str) -> Authenticator | None:
    row = Authenticator.objects.filter(user=user, type=_RECOVERY).first()
    return row if row is not None and row.wrap().validate_code(code) else None


def _step(at: datetime) -> int:
    return int(at.timestamp()) // PERIOD


def _matching_step(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    now, typed = _step(at), compact(code)
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        expected = format_hotp_value(hotp_value(secret, step))
        if hmac.compare_digest(typed.encode(), expected.encode()) and step > after:
            return step
    return None
