"""Accounts of the demo world and of tests: ready to sign in, marked by nobody's real data."""

from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import encrypt
from django.db import transaction

from oms.domain.accounts import consents
from oms.domain.accounts.actions import COLUMNS, set_profile_values
from oms.domain.accounts.models import Consent, Role, Source, User
from oms.domain.accounts.registration import give_consents
from oms.domain.journal.actions import SYSTEM, record

DEMO_SECRET = "OMSDEMOOMSDEMOOMSDEMOOMSDEMOOMSA"  # noqa: S105  printed by the demo on purpose


@transaction.atomic
def make_user(
    *,
    role: Role,
    phone: str,
    email: str,
    password: str | None,
    at: datetime,
    family_name: str,
    given_name: str,
    patronymic: str = "",
    birth_date: date | None = None,
    organization: str = "",
    confirmed: bool = True,
    totp_secret: str | None = None,
    **columns: Any,
) -> User:
    """Make an account that can sign in at once: contacts confirmed, consents given.

    `phone` is E.164. `totp_secret` (base32) sets up the second factor; pass `DEMO_SECRET`
    where the code is shown on a page. Without a password nobody signs in. `columns` are
    further profile fields (`sex`, `snils` …).
    """
    moment = at if confirmed else None
    user = User(
        role=role, organization=organization, phone=phone, phone_confirmed_at=moment,
        email=email.lower(), email_confirmed_at=moment, family_name=family_name,
        given_name=given_name, patronymic=patronymic, birth_date=birth_date, created_at=at,
        **columns,
    )  # fmt: skip
    user.set_password(password)
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=confirmed, primary=True)
    texts = (consents.current(kind=kind) for kind in Consent.Kind)
    give_consents(user=user, given={t.kind: [t.version, t.hash] for t in texts}, at=at)
    values = {name: getattr(user, name) for name in COLUMNS if getattr(user, name)}
    set_profile_values(user=user, values=values, source=Source.TYPED, at=at, by=SYSTEM)
    if totp_secret:
        add_factor(user=user, secret=totp_secret, at=at)
    record(act="user.make", subject=user.key, by=SYSTEM, at=at, person=user.key)
    return user


def add_factor(*, user: User, secret: str, at: datetime) -> None:
    """Give the user an authenticator app with a known secret, and recovery codes."""
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret)}, created_at=at
    )
    RecoveryCodes.activate(user)
