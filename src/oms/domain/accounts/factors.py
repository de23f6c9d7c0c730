"""The second factor (ACC-4): passkeys, an authenticator app (TOTP, RFC 6238), SMS, recovery codes.

Rows are allauth's `Authenticator`; its type `sms` is our own word: the number is the account's
confirmed phone. allauth remembers a used TOTP code in the cache for one period, which is shorter
than a code lives with a tolerance of ±1 step; so the last accepted step is kept in the row
itself, under its lock. Passkeys are added and checked in `passkeys`.
"""

import hmac
import secrets
from base64 import b32encode
from datetime import datetime, timedelta
from enum import StrEnum

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt, encrypt
from django.db import transaction
from django.db.models import BigAutoField

from oms.domain.accounts import codes, limits
from oms.domain.accounts.codes import Checked, Issued, Outcome
from oms.domain.accounts.models import OneTimeCode, User
from oms.domain.journal.actions import Actor, record
from oms.kit.denied import Denied
from oms.kit.prepared import Prepared
from oms.law.typed import compact

PERIOD = 30
TOLERANCE = 1
TRIES = limits.Limit("factor", timedelta(hours=24), limits.ladder(free=5))
OFFER_AGAIN = timedelta(days=30)
_OFFER = limits.Limit("factor-offer", limits.NEVER, lambda _count: OFFER_AGAIN)
_SMS_CODE = OneTimeCode.Purpose.SIGN_IN


class Kind(StrEnum):
    """What may prove the second step, the strongest first."""

    PASSKEY = Authenticator.Type.WEBAUTHN.value
    APP = Authenticator.Type.TOTP.value
    SMS = "sms"
    CODES = Authenticator.Type.RECOVERY_CODES.value


STRONG = (Kind.PASSKEY, Kind.APP)
"""Enough for staff: an SMS can be read by others on its way."""
FACTORS = (*STRONG, Kind.SMS)
"""Recovery codes alone are no factor: they stand in for one."""


class TooManyTries(Denied):
    """The factor waits after wrong codes; `until` says how long."""

    status = 429

    def __init__(self, until: datetime) -> None:
        super().__init__("Слишком много неверных кодов.")
        self.until = until


class StaffNeedFactor(Denied):
    """Staff cannot work without a second factor (ACC-4)."""

    text = (
        "Сотрудникам нельзя остаться без второго фактора. "
        "Сначала добавьте другой ключ доступа или приложение."
    )


class NotForStaff(Denied):
    """An SMS is not enough for staff."""

    text = "Сотрудникам нужен ключ доступа или приложение с кодами. Код по СМС для них не подходит."


class NoPhone(Denied):
    """An SMS needs a number that is proven."""

    text = "В кабинете нет подтверждённого телефона. Сначала укажите его в своих данных."


def has_factor(*, user: User) -> bool:
    """Tell whether the user has a second factor set up, of whatever kind."""
    return _FACTOR.first(user=user.pk) is not None


_FACTOR: Prepared[int] = Prepared(
    lambda user: Authenticator.objects.filter(user=user, type__in=FACTORS).values_list(
        "pk", flat=True
    )[:1],
    user=BigAutoField(),
)


def has_strong_factor(*, user: User) -> bool:
    """Tell whether the user has a factor that is enough for staff."""
    return bool(Authenticator.objects.filter(user=user, type__in=STRONG).exists())


def ways(*, user: User) -> list[Kind]:
    """Return what can prove the second step now, the preferred first; one query.

    A lost phone takes the SMS away, not the second step: recovery codes and support are left.
    """
    rows = list(Authenticator.objects.filter(user=user))
    own = {row.type for row in rows}
    if not has_phone(user=user):
        own.discard(Kind.SMS)
    if not any(row.type == Kind.CODES and row.wrap().get_unused_codes() for row in rows):
        own.discard(Kind.CODES)
    return [kind for kind in Kind if kind in own]


def has_phone(*, user: User) -> bool:
    """Tell whether a code can go to a phone that is proven to be the user's."""
    return bool(user.phone and user.phone_confirmed_at)


def take_offer(*, user: User, at: datetime) -> bool:
    """Tell whether to offer a second factor now; then not again for thirty days."""
    if has_factor(user=user):
        return False
    return limits.take(limit=_OFFER, key=user.key, at=at) is None


# The authenticator app ------------------------------------------------------------------


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

    Replaces an older app. Raises `TooManyTries`.
    """
    _charge(user, at)
    step = _matching_step(secret, code, at, after=-1)
    if step is None:
        return None
    limits.clear(limit=TRIES, key=user.key)
    Authenticator.objects.filter(user=user, type=Kind.APP).delete()
    return switched_on(
        user=user, kind=Kind.APP, data={"secret": encrypt(secret), "step": step}, at=at
    )


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


# SMS ------------------------------------------------------------------------------------


def send_sms(*, user: User, origin: str, at: datetime) -> Issued:
    """Issue a code for the confirmed phone, bound to this attempt by its key. Raises `NoPhone`."""
    if not has_phone(user=user):
        raise NoPhone
    return codes.issue(
        purpose=_SMS_CODE, address=_phone(user), origin=origin, decoy=False, user=user, at=at
    )


def check_sms(*, user: User, code_key: str, typed: str, at: datetime) -> Checked:
    """Compare the code of an SMS; it works once. Raises `TooManyTries`."""
    _charge(user, at)
    checked = codes.check(
        purpose=_SMS_CODE, key=code_key, address=_phone(user), typed=compact(typed), at=at
    )
    if checked.outcome is Outcome.RIGHT:
        limits.clear(limit=TRIES, key=user.key)
        Authenticator.objects.filter(user=user, type=Kind.SMS).update(last_used_at=at)
    return checked


@transaction.atomic
def set_up_sms(*, user: User, code_key: str, typed: str, at: datetime) -> Checked:
    """Let codes come by SMS once one has arrived. Raises `NotForStaff`, `TooManyTries`."""
    if user.is_staff_member:
        raise NotForStaff
    User.objects.select_for_update().get(pk=user.pk)
    checked = check_sms(user=user, code_key=code_key, typed=typed, at=at)
    known = Authenticator.objects.filter(user=user, type=Kind.SMS).exists()
    if checked.outcome is Outcome.RIGHT and not known:
        switched_on(user=user, kind=Kind.SMS, data={}, at=at)
    return checked


# On and off -----------------------------------------------------------------------------


@transaction.atomic
def switched_on(*, user: User, kind: Kind, data: dict[str, object], at: datetime) -> Authenticator:
    """Write a proven factor down; recovery codes come with the first one."""
    row = Authenticator.objects.create(user=user, type=kind, data=data, created_at=at)
    RecoveryCodes.activate(user)
    details = {"kind": kind.value}
    record(
        act="user.factor-on", subject=user.key, by=user.actor, at=at, person=user.key,
        details=details,
    )  # fmt: skip
    return row


@transaction.atomic
def switch_off(
    *,
    user: User,
    at: datetime,
    kind: Kind | None = None,
    pk: int | None = None,
    by: Actor | None = None,
) -> int:
    """Remove all factors, those of a kind, or the one `pk`; return how many were there.

    Recovery codes go with the last. `by` is who does it, if not the user. Raises
    `StaffNeedFactor` when staff would be left without a strong one.
    """
    User.objects.select_for_update().get(pk=user.pk)
    rows = Authenticator.objects.filter(user=user, type__in=[kind] if kind else FACTORS)
    if pk is not None:
        rows = rows.filter(pk=pk)
    gone = list(rows.values_list("pk", "type"))
    left = Authenticator.objects.filter(user=user).exclude(pk__in=[one for one, _ in gone])
    if user.is_staff_member and by is None and not left.filter(type__in=STRONG).exists():
        raise StaffNeedFactor
    rows.delete()
    if not left.filter(type__in=FACTORS).exists():
        left.delete()
    for word in sorted({of for _, of in gone}):
        record(
            act="user.factor-off", subject=user.key, by=by or user.actor, at=at, person=user.key,
            details={"kind": word},
        )  # fmt: skip
    return len(gone)


def recovery_codes(*, user: User) -> list[str]:
    """Return the unused recovery codes, grouped as 1234 5678."""
    row = Authenticator.objects.filter(user=user, type=Kind.CODES).first()
    found = row.wrap().get_unused_codes() if row else []
    return [f"{code[:4]} {code[4:]}" for code in found]


@transaction.atomic
def renew_recovery_codes(*, user: User, at: datetime) -> None:
    """Replace all recovery codes by new ones."""
    User.objects.select_for_update().get(pk=user.pk)
    Authenticator.objects.filter(user=user, type=Kind.CODES).delete()
    RecoveryCodes.activate(user)
    record(act="user.recovery-codes", subject=user.key, by=user.actor, at=at, person=user.key)


def _charge(user: User, at: datetime) -> None:
    wait = limits.take(limit=TRIES, key=user.key, at=at)
    if wait:
        raise TooManyTries(wait)


@transaction.atomic
def _check_app(user: User, code: str, at: datetime) -> Authenticator | None:
    row = Authenticator.objects.select_for_update().filter(user=user, type=Kind.APP).first()
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
    row = Authenticator.objects.filter(user=user, type=Kind.CODES).first()
    return row if row is not None and row.wrap().validate_code(code) else None


def _phone(user: User) -> str:
    return user.phone or ""


def _step(at: datetime) -> int:
    return int(at.timestamp()) // PERIOD


def _matching_step(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    now, typed = _step(at), compact(code)
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        expected = format_hotp_value(hotp_value(secret, step))
        if hmac.compare_digest(typed.encode(), expected.encode()) and step > after:
            return step
    return None
