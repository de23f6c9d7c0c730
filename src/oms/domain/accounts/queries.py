"""What may be asked about accounts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import BigAutoField, Exists, OuterRef, QuerySet

from oms.domain.accounts import factors
from oms.domain.accounts.models import Representation, Source, User, Visit
from oms.domain.works.models import PlannedWork
from oms.kit.prepared import Prepared, Slot


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
    """Return the user with this key, unless there is none or the account is closed.

    `has_wards` and `has_works` come along, read in the same query: whoever represents nobody pays
    for no question about it, and nobody for works while there are none.
    """
    return _ACTIVE.first(pk=pk)


def _active(pk: Slot) -> QuerySet[User]:
    confirmed = Representation.objects.filter(
        representative=OuterRef("pk"), state=Representation.State.CONFIRMED
    )
    works = PlannedWork.objects.public().filter(ended_at=None)
    rows = User.objects.filter(pk=pk, is_active=True)
    return rows.annotate(has_wards=Exists(confirmed), has_works=Exists(works))


_ACTIVE = Prepared(_active, pk=BigAutoField())


def account(*, pk: int) -> User | None:
    """Return the account with this key, closed or not, unless it was erased."""
    return User.objects.filter(pk=pk, erased_at=None).first()


def blocked_account(*, pk: int) -> User | None:
    """Return the account with this key if it is closed for abuse."""
    return User.objects.filter(pk=pk, is_active=False, erased_at=None).first()


def profile(user: User) -> dict[str, ProfileLine]:
    """Return the current values of a profile by field (`actions.FIELDS`); one query.

    Dates are ISO texts, documents and addresses mappings, as written.
    """
    lines = user.profile_values.filter(current=True)
    return {line.field: ProfileLine(line.value, Source(line.source), line.at) for line in lines}


def profile_seen_at(user: User) -> datetime:
    """Return when the owner last looked at all values: at the latest as they registered."""
    return user.profile_checked_at or user.created_at


def needs_factor_offer(user: User) -> bool:
    """Tell whether the cabinet should offer a second factor."""
    return not factors.has_factor(user=user)


def live_visits(user: User, *, at: datetime) -> list[Visit]:
    """Return the sessions still open, newest first."""
    open_keys = Session.objects.filter(expire_date__gt=at).values("session_key")
    return list(Visit.objects.filter(user=user, session_key__in=open_keys).order_by("-started_at"))
