"""What may be asked about accounts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session

from oms.domain.accounts import factors
from oms.domain.accounts.models import Source, User, Visit


@dataclass(frozen=True)
class ProfileLine:
    """A value of a profile, where it came from and since when it is known."""

    value: Any
    source: Source
    at: datetime

    @property
    def is_checked(self) -> bool:
        """Whether somebody but the person vouches for it."""
        return self.source is not Source.TYPED


def active_user(*, pk: int) -> User | None:
    """Return the user with this key, unless there is none or the account is closed."""
    return next(iter(User.objects.filter(pk=pk, is_active=True)), None)


def profile(user: User) -> dict[str, ProfileLine]:
    """Return the current values of a profile by field (`actions.FIELDS`); one query.

    Dates are ISO texts, documents and addresses mappings, as written.
    """
    lines = user.profile_values.filter(current=True)
    return {line.field: ProfileLine(line.value, Source(line.source), line.at) for line in lines}


def needs_factor_offer(user: User) -> bool:
    """Tell whether the cabinet should offer a second factor."""
    return not factors.has_factor(user=user)


def factor(user: User) -> Authenticator | None:
    """Return the user's authenticator app, if set up."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()


def live_visits(user: User, *, at: datetime) -> list[Visit]:
    """Return the sessions still open, newest first."""
    open_keys = Session.objects.filter(expire_date__gt=at).values("session_key")
    return list(Visit.objects.filter(user=user, session_key__in=open_keys).order_by("-started_at"))
