"""Reading messages."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from oms.domain.accounts.models import User
from oms.domain.notifications.models import Message

MANY = 99
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Page:
    """Messages, newest first, and the cursor of the older ones (empty: there are none)."""

    messages: list[Message]
    before: str


def inbox(*, user: User, limit: int = 25, before: str = "") -> Page:
    """A page of a person's messages with their deliveries; two queries however many there are.

    `before` is the cursor a former page gave; a damaged one begins anew.
    """
    rows = Message.objects.visible_to(user).filter(_older_than(before))
    found = list(rows.order_by("-at", "-id").prefetch_related("deliveries")[: limit + 1])
    more = len(found) > limit
    return Page(found[:limit], _cursor(found[limit - 1]) if more else "")


def unread_count(*, user: User) -> int:
    """How many messages are unread; 99 means 99 or more. One query over an index.

    Keys are counted here: that is half the work of a COUNT over a limited subquery.
    """
    unread = Message.objects.visible_to(user).filter(read_at=None)
    return len(unread.values_list("pk", flat=True)[:MANY])


def _cursor(message: Message) -> str:
    micros = (message.at - _EPOCH) // timedelta(microseconds=1)
    return f"{micros}-{message.pk}"


def _older_than(cursor: str) -> Q:
    micros, _, number = cursor.partition("-")
    if not (micros.isdecimal() and number.isdecimal() and len(cursor) < 40):
        return Q()
    try:
        at = _EPOCH + timedelta(microseconds=int(micros))
    except OverflowError:
        return Q()
    return Q(at__lt=at) | Q(at=at, pk__lt=min(int(number), 2**63 - 1))
