"""What people sign in with: one field, four kinds, recognised by shape."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Lower

from oms.domain.accounts.models import User
from oms.law import phone, requisites, snils
from oms.law.verdict import Invalid

Kind = Literal["phone", "email", "snils", "inn", "unknown"]
MAX_TYPED = 254

Reading = tuple[Kind, str]

_SHAPES: tuple[tuple[Kind, Callable[[str], str]], ...] = (
    ("phone", phone.normalize),
    ("snils", snils.normalize),
    ("inn", lambda text: requisites.normalize_inn(text, length=12)),
)


@dataclass(frozen=True)
class Identifier:
    """A typed name: how it may be read, in normal form, the likeliest reading first.

    Eleven digits that begin with 8 may be a phone and, one time in a hundred, a СНИЛС too.
    """

    readings: tuple[Reading, ...]

    @property
    def fingerprint(self) -> str:
        """A keyed hash that stands for the name in counters."""
        kind, value = self.readings[0]
        return fingerprint(f"{kind}:{value}")


def recognize(text: str) -> Identifier:
    """Return what was typed; the only reading is `unknown` when it is no name at all.

    Forgiving: spaces, dashes, 8 or +7, letter case.
    """
    typed = text.strip()[:MAX_TYPED]
    if _is_email(typed):
        return Identifier((("email", typed.lower()),))
    readings = tuple(_readings(typed))
    return Identifier(readings or (("unknown", typed.lower()),))


def find_user(identifier: Identifier) -> User | None:
    """Return the account behind an identifier."""
    for kind, value in identifier.readings:
        user = _owner(kind, value)
        if user is not None:
            return user
    return None


def find_by_email(email: str) -> User | None:
    """Return the account with this e-mail, whatever the letter case; uses the unique index."""
    return User.objects.alias(lower=Lower("email")).filter(lower=email.lower()).first()


def names_of(user: User) -> list[Identifier]:
    """Return everything the user may sign in with."""
    values = (user.phone, user.email, user.snils, user.inn)
    return [recognize(value) for value in values if value]


def fingerprint(text: str) -> str:
    """Return a keyed SHA-256 of a text, in hex: it cannot be turned back without our secret."""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def _owner(kind: Kind, value: str) -> User | None:
    if kind == "unknown":
        return None
    if kind == "email":
        return find_by_email(value)
    return User.objects.filter(**{kind: value}).first()


def _readings(typed: str) -> Iterator[Reading]:
    for kind, normalize in _SHAPES:
        with suppress(Invalid):
            yield kind, normalize(typed)


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
