"""The log-in history (ACC-8): who tried, how, what became of it. Kept for a year.

Written for known names only. An unknown name pays for the same work: the row is written and
taken back in the same transaction.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from ipaddress import ip_address

from django.db import transaction

from oms.domain.accounts.models import SignIn, User

KEEP = timedelta(days=365)
SHOWN = 20
Outcome = SignIn.Outcome


@transaction.atomic
def note(
    *,
    user: User | None,
    outcome: SignIn.Outcome,
    at: datetime,
    method: str = "",
    agent: str = "",
    origin: str = "",
) -> None:
    """Write a line; for nobody (`user` None) only spend the time of one."""
    with transaction.atomic():
        SignIn.objects.create(
            user_id=user.pk if user else 0,
            outcome=outcome,
            at=at,
            method=method[:32],
            agent=agent[:120],
            origin=_address(origin),
        )
        if user is None:
            transaction.set_rollback(True)


def latest(*, user: User) -> list[SignIn]:
    """Return the last lines, newest first."""
    return list(user.sign_ins.order_by("-at", "-pk")[:SHOWN])


def forget_old(*, before: datetime) -> int:
    """Delete lines older than the moment; return how many."""
    return SignIn.objects.filter(at__lt=before).delete()[0]


def _address(origin: str) -> str | None:
    with suppress(ValueError):
        return str(ip_address(origin))
    return None
