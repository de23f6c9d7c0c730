"""Reading messages."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.db.models import BigAutoField, Q, QuerySet

from oms.domain.accounts.models import User
from oms.domain.notifications.models import Delivery, Message
from oms.domain.notifications.templates import TEMPLATES
from oms.kit.prepared import Prepared

MANY = 99
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Picked(StrEnum):
    """Which messages to show."""

    ALL = ""
    UNREAD = "unread"
    ANSWER = "answer"
    FAILED = "failed"


@dataclass(frozen=True)
class Sieve:
    """A filter of the archive: group of kinds, state, period (`until` is outside), words."""

    picked: Picked = Picked.ALL
    group: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""

    def __bool__(self) -> bool:
        return self != Sieve()


@dataclass(frozen=True)
class Page:
    """Messages, newest first, and the cursor of the older ones (empty: there are none)."""

    messages: list[Message]
    before: str


def inbox(*, user: User, limit: int = 25, before: str = "", sieve: Sieve = Sieve()) -> Page:
    """A page of a person's messages with their deliveries; two queries however many there are.

    `before` is the cursor a former page gave; a damaged one begins anew.
    """
    found = list(_archive(user, sieve).filter(_older_than(before))[: limit + 1])
    more = len(found) > limit
    return Page(found[:limit], _cursor(found[limit - 1]) if more else "")


def export(*, user: User, limit: int, sieve: Sieve = Sieve()) -> list[Message]:
    """Return the newest messages of a person with their deliveries. Two queries."""
    return list(_archive(user, sieve)[:limit])


def deliveries(*, user: User, limit: int) -> list[Delivery]:
    """Return the latest deliveries to a person for who helps them: no texts, no codes."""
    rows = Delivery.objects.filter(user=user).order_by("-created_at", "-pk")
    return list(rows.defer("text").select_related("message")[:limit])


def _archive(user: User, sieve: Sieve) -> "QuerySet[Message]":
    rows = Message.objects.visible_to(user)
    if sieve.group:
        rows = rows.filter(
            kind__in=[one.kind for one in TEMPLATES.values() if one.group == sieve.group]
        )
    if sieve.picked == Picked.UNREAD:
        rows = rows.filter(read_at=None)
    elif sieve.picked == Picked.ANSWER:
        rows = rows.filter(answer_by__isnull=False, answered_at=None)
    elif sieve.picked == Picked.FAILED:
        failed = Delivery.objects.filter(user=user, state=Delivery.State.FAILED)
        rows = rows.filter(pk__in=failed.values("message"))
    if sieve.since:
        rows = rows.filter(at__gte=sieve.since)
    if sieve.until:
        rows = rows.filter(at__lt=sieve.until)
    if sieve.text:
        rows = rows.filter(_holds(sieve.text))
    return rows.order_by("-at", "-id").prefetch_related("deliveries")


def _holds(text: str) -> Q:
    """Whatever the case of its letters: not every database folds Cyrillic."""
    spelled = {text, text.lower(), text.capitalize(), text.upper()}
    wanted = Q()
    for one in spelled:
        wanted |= Q(title__icontains=one) | Q(body__icontains=one)
    return wanted


def unread_count(*, user: User) -> int:
    """How many messages are unread; 99 means 99 or more. One query over an index.

    Keys are counted here: that is half the work of a COUNT over a limited subquery.
    """
    return len(_UNREAD(user=user.pk))


_UNREAD: Prepared[int] = Prepared(
    lambda user: Message.objects.filter(user=user, read_at=None).values_list("pk", flat=True)[
        :MANY
    ],
    user=BigAutoField(),
)


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
