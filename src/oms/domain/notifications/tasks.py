"""Sending: a delivery is claimed, handed to its gateway under its key, and settled.

A worker may die between the gateway's answer and our commit. The delivery is then tried again
under the same key, by which the receiver knows it: lost 0, doubled 0.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from oms.domain.notifications import letters
from oms.domain.notifications.models import OPEN, Delivery
from oms.gateways import mail, sms
from oms.gateways.errors import Permanent, Temporary
from oms.kit.tasks import periodic, queued_arguments, retrying, task

LEASE = timedelta(minutes=2)  # longer than any gateway may take
MAX_ATTEMPTS = 8
ORPHAN_AFTER = timedelta(minutes=2)
SWEEP_AT_ONCE = 1000
State = Delivery.State
log = structlog.get_logger(__name__)


@task()
@retrying()
def deliver(delivery_id: int) -> None:
    """Try one delivery, if it is due. Safe to run at any time, any number of times."""
    at = timezone.now()
    delivery = claim(delivery_id=delivery_id, at=at)
    if delivery is None:
        _come_back(delivery_id, at=at)
        return
    if delivery.attempts > MAX_ATTEMPTS:
        _fail(delivery, "Попытки отправить кончились")
    elif delivery.until is not None and delivery.until < at:
        _fail(delivery, "Сообщение устарело, пока ждало отправки")
    else:
        _try(delivery, at=at)


@periodic(every=timedelta(minutes=1))
def sweep(*, at: datetime) -> None:
    """Queue deliveries that are long due and have no task: none is forgotten."""
    late = Delivery.objects.filter(state__in=OPEN, next_at__lte=at - ORPHAN_AFTER)
    queued = {arguments[0] for arguments in queued_arguments(deliver)}
    for number in late.order_by("next_at").values_list("pk", flat=True)[:SWEEP_AT_ONCE]:
        if number not in queued:
            deliver.enqueue(number)


def claim(*, delivery_id: int, at: datetime) -> Delivery | None:
    """Take the delivery for one attempt, or None if it is not due. Two never take one.

    The first attempt waits for nothing, whatever the clock of who made the row said.
    """
    due = Q(next_at__lte=at) | Q(state=State.WAITING, attempts=0)
    taken = Delivery.objects.filter(due, pk=delivery_id, state__in=OPEN).update(
        state=State.SENDING, attempts=F("attempts") + 1, next_at=at + LEASE
    )
    return Delivery.objects.get(pk=delivery_id) if taken else None


def pause(*, attempt: int) -> timedelta:
    """How long to wait after the given failed attempt (1, 2, …): 1, 2, 4 … 128 minutes."""
    return timedelta(minutes=2 ** (attempt - 1))


def _try(delivery: Delivery, *, at: datetime) -> None:
    try:
        _hand_over(delivery)
    except Temporary as error:
        if delivery.attempts >= MAX_ATTEMPTS:
            _fail(delivery, str(error))
        else:
            _wait(delivery, str(error), at=at)
    except Permanent as error:
        _fail(delivery, str(error))
    else:
        _settle(delivery, state=State.SENT, sent_at=at, error="")


def _hand_over(delivery: Delivery) -> None:
    if delivery.channel == Delivery.Channel.SMS:
        sms.gateway().send(to=delivery.address, text=delivery.text, key=delivery.key)
        return
    mail.gateway().send(
        to=delivery.address,
        subject=delivery.title,
        text=delivery.text,
        html=letters.mail_html(title=delivery.title, text=delivery.text),
        key=delivery.key,
        at=delivery.created_at,  # a resend is the same letter to the byte
    )


def _wait(delivery: Delivery, error: str, *, at: datetime) -> None:
    """Let it rest; the next attempt is queued in the same transaction."""
    following = at + pause(attempt=delivery.attempts)
    with transaction.atomic():
        if _settle(delivery, state=State.WAITING, next_at=following, error=error[:250]):
            deliver.using(run_after=following).enqueue(delivery.pk)


def _fail(delivery: Delivery, error: str) -> None:
    log.error("delivery.failed", delivery=delivery.pk, channel=delivery.channel, reason=error)
    _settle(delivery, state=State.FAILED, error=error[:250])


def _settle(delivery: Delivery, **values: object) -> bool:
    """Write the outcome, unless another attempt has begun since. A code is erased at its end."""
    if delivery.secret and values["state"] not in OPEN:
        values["text"] = ""
    ours = Delivery.objects.filter(pk=delivery.pk, state=State.SENDING, attempts=delivery.attempts)
    return ours.update(**values) == 1


def _come_back(delivery_id: int, *, at: datetime) -> None:
    """Look again when it is due: the attempt under way may have died with its worker."""
    later = Delivery.objects.filter(pk=delivery_id, state__in=OPEN, next_at__gt=at)
    for due_at in later.values_list("next_at", flat=True):
        deliver.using(run_after=due_at).enqueue(delivery_id)
