"""Opening an account: typed data wait until phone and e-mail are both confirmed (ACC-1).

A phone or e-mail that already has an account walks the same way with a decoy code, and its
owner is told; so registration never says who has an account.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from oms.domain.accounts import codes, consents, limits
from oms.domain.accounts.actions import set_profile_values
from oms.domain.accounts.codes import Checked, Issued, Outcome
from oms.domain.accounts.identifiers import find_by_email, fingerprint
from oms.domain.accounts.models import Consent, OneTimeCode, Registration, Source, User
from oms.domain.journal.actions import record
from oms.kit.denied import Denied

MIN_AGE = 14
PUZZLE_AFTER = 3
FROM_ONE_PLACE = limits.Limit(  # many phones share one address of their operator
    "registration", timedelta(hours=1), lambda n: timedelta(hours=1) if n >= 100 else timedelta(0)
)
Purpose = OneTimeCode.Purpose


class AlreadyRegistered(Denied):
    """Someone opened an account with the confirmed phone or e-mail meanwhile."""

    text = "С этим телефоном или почтой уже есть кабинет. Войдите или восстановите пароль."


@dataclass(frozen=True)
class Typed:
    """What a person typed to register, already in normal form; an empty password is none."""

    family_name: str
    given_name: str
    patronymic: str
    birth_date: date
    phone: str
    email: str
    password: str


@dataclass(frozen=True)
class Sending:
    """A code to send to `address`, or (`owner` set) a word to the owner of a taken address."""

    address: str
    issued: Issued
    owner: User | None = None


def take(*, origin: str, at: datetime) -> datetime | None:
    """Charge a registration to its network address; return until when to wait, if so.

    To be called before `begin`, which pays for a hash.
    """
    return limits.take(limit=FROM_ONE_PLACE, key=_place(origin), at=at)


def wants_puzzle(*, origin: str, at: datetime) -> bool:
    """Tell whether so many registered from there that the next must prove a person."""
    counters = [(FROM_ONE_PLACE, _place(origin))]
    return limits.is_suspicious(counters=counters, after=PUZZLE_AFTER, at=at)


@transaction.atomic
def begin(*, typed: Typed, at: datetime, phone_proven: bool = False) -> Registration:
    """Keep what was typed; both consents are given with it, in their current versions.

    `phone_proven`: somebody we trust vouches that the phone is in the person's hands.
    """
    texts = [consents.current(kind=kind) for kind in Consent.Kind]
    return Registration.objects.create(
        key=secrets.token_urlsafe(32),
        family_name=typed.family_name,
        given_name=typed.given_name,
        patronymic=typed.patronymic,
        birth_date=typed.birth_date,
        phone=typed.phone,
        phone_confirmed_at=at if phone_proven else None,
        email=typed.email.lower(),
        password=make_password(typed.password or None),
        consents={text.kind.value: [text.version, text.hash] for text in texts},
        created_at=at,
    )


def find(*, key: str, after: datetime) -> Registration | None:
    """Return the unfinished registration of a session, if begun later than `after`."""
    return Registration.objects.filter(key=key, created_at__gt=after).first() if key else None


def send_phone_code(*, registration: Registration, origin: str, at: datetime) -> Sending:
    """Issue the SMS code, or a decoy and the owner of a phone that is taken."""
    owner = User.objects.filter(phone=registration.phone).first()
    return _send(Purpose.PHONE, registration.phone, owner, origin, at)


def send_email_code(*, registration: Registration, origin: str, at: datetime) -> Sending:
    """Issue the e-mail code, or a decoy and the owner of an e-mail that is taken."""
    owner = find_by_email(registration.email)
    return _send(Purpose.EMAIL, registration.email, owner, origin, at)


@transaction.atomic
def confirm_phone(
    *, registration: Registration, code_key: str, typed: str, at: datetime
) -> Checked:
    """Check the SMS code; the right one confirms the phone."""
    checked = codes.check(
        purpose=Purpose.PHONE, key=code_key, address=registration.phone, typed=typed, at=at
    )
    if checked.outcome is Outcome.RIGHT:
        registration.phone_confirmed_at = at
        registration.save(update_fields=["phone_confirmed_at"])
    return checked


@transaction.atomic
def confirm_email(
    *, registration: Registration, code_key: str, typed: str, at: datetime
) -> tuple[Checked, User | None]:
    """Check the e-mail code; the right one makes the account. Raises `AlreadyRegistered`."""
    checked = codes.check(
        purpose=Purpose.EMAIL, key=code_key, address=registration.email, typed=typed, at=at
    )
    if checked.outcome is not Outcome.RIGHT or registration.phone_confirmed_at is None:
        return checked, None
    return checked, _make_user(registration, at)


@transaction.atomic
def complete(*, registration: Registration, at: datetime) -> User:
    """Make the account of who has both contacts vouched for. Raises `AlreadyRegistered`."""
    return _make_user(registration, at)


def forget_old(*, before: datetime) -> int:
    """Delete registrations never finished, begun before the moment; return how many."""
    return Registration.objects.filter(created_at__lt=before).delete()[0]


def _place(origin: str) -> str:
    return fingerprint(f"origin:{origin}")


def _send(
    purpose: OneTimeCode.Purpose, address: str, owner: User | None, origin: str, at: datetime
) -> Sending:
    issued = codes.issue(
        purpose=purpose, address=address, origin=origin, decoy=owner is not None, at=at
    )
    return Sending(address, issued, owner)


def _make_user(registration: Registration, at: datetime) -> User:
    user = User(
        phone=registration.phone,
        phone_confirmed_at=registration.phone_confirmed_at,
        email=registration.email,
        email_confirmed_at=at,
        family_name=registration.family_name,
        given_name=registration.given_name,
        patronymic=registration.patronymic,
        birth_date=registration.birth_date,
        password=registration.password,
        created_at=at,
    )
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            EmailAddress.objects.create(
                user=user, email=registration.email, verified=True, primary=True
            )
    except IntegrityError:
        raise AlreadyRegistered from None
    give_consents(user=user, given=registration.consents, at=at)
    record(act="user.register", subject=user.key, by=user.actor, at=at, person=user.key)
    set_profile_values(
        user=user,
        values={name: getattr(registration, name) for name in _PROFILE},
        source=Source.TYPED,
        at=at,
        by=user.actor,
    )
    registration.delete()
    return user


_PROFILE = ("family_name", "given_name", "patronymic", "birth_date", "phone", "email")


def give_consents(*, user: User, given: Mapping[str, list[str]], at: datetime) -> None:
    """Store the versions and hashes a person agreed to."""
    Consent.objects.bulk_create(
        Consent(user=user, kind=kind, version=version, text_hash=digest, given_at=at)
        for kind, (version, digest) in given.items()
    )
