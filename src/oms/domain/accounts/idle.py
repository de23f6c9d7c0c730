"""How long a session lives: an idle limit and an absolute one (ASVS 7.3).

The time of the last request is kept in the session and in the list of visits, written once a
minute at most.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from oms.domain.accounts.models import User, Visit

WRITE_AFTER = timedelta(minutes=1)
_SEEN = "seen"


@dataclass(frozen=True)
class Left:
    """The time left; `final` when the absolute limit is the nearer: no request puts it off."""

    time: timedelta
    final: bool

    @property
    def seconds(self) -> int:
        """Whole seconds, never below zero."""
        return max(0, int(self.time.total_seconds()))


def limit_of(user: User) -> timedelta:
    """Return how long the user may do nothing: staff less than citizens."""
    return settings.STAFF_IDLE if user.is_staff_member else settings.CITIZEN_IDLE


def left(*, session: SessionBase, user: User, at: datetime) -> Left:
    """Return how long the session still lives if nothing happens from now on."""
    idle = _seen(session, user, at) + limit_of(user) - at
    final = session.get_expiry_date() - at
    return Left(min(idle, final), final <= idle)


def touch(*, session: SessionBase, user: User, at: datetime) -> None:
    """Note a request of the person."""
    if _seen(session, user, at) + WRITE_AFTER <= at:
        begin(session=session, at=at)
        Visit.objects.filter(session_key=session.session_key or "").update(seen_at=at)


def begin(*, session: SessionBase, at: datetime) -> None:
    """Start to count, at sign-in."""
    session[_SEEN] = int(at.timestamp())


def _seen(session: SessionBase, user: User, at: datetime) -> datetime:
    """The last request noted; before the first one, the sign-in."""
    told = session.get(_SEEN)
    return datetime.fromtimestamp(told, UTC) if told else user.last_login or at
