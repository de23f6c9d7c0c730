"""What the accounts forget by themselves, once a day."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from oms.domain.accounts import codes, history, limits, permits, puzzles, registration, requests
from oms.domain.accounts.models import Visit
from oms.kit.tasks import periodic

DAY = timedelta(days=1)
KEEP_COUNTERS = 90 * DAY


@periodic(every=DAY)
def forget_stale(*, at: datetime) -> None:
    """Forget what is over: registrations never finished, codes, counters, sessions.

    They hold names, phones and what was typed before a sign-in; nothing needs them any more.
    """
    registration.forget_old(before=at - DAY)
    codes.forget_old(before=at - DAY)
    limits.forget_old(before=at - KEEP_COUNTERS)
    history.forget_old(before=at - history.KEEP)
    puzzles.forget_old(before=at - DAY)
    permits.forget_old(before=at - permits.KEEP)
    requests.forget_old(before=at - requests.KEEP)
    Session.objects.filter(expire_date__lt=at).delete()
    alive = Session.objects.values("session_key")
    Visit.objects.filter(started_at__lt=at - DAY).exclude(session_key__in=alive).delete()
