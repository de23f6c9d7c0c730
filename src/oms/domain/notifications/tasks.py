"""Sending: a delivery is claimed, handed to its gateway under its key, and settled.

A worker may die between the gateway's answer and our commit. The delivery is then tried again
under the same key, and by the same provider, who knows it by that: lost 0, doubled 0.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from oms.domain.notifications import letters, providers
from oms.domain.notifications.models import OPEN, Delivery, Message, Preferences, Subscription
from oms.gateways import mail, push, smpp, sms
from oms.gateways.errors import BadAddress, NotTaken, Permanent, Temporary
from oms.kit.tasks import periodic, queued_arguments, retrying, task

LEASE = timedelta(minutes=2)  # longer than any gateway may take
PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (10, 2 * 60, 8 * 60, 30 * 60, 3600, 7200, 7200)
)
"""Once more at once, then slower and slower: given up after about six hours."""
MAX_ATTEMPTS = len(PAUSES) + 1
OLDEST = timedelta(days=2)
"""What could not even be tried for so long is given up."""
ORPHAN_AFTER = timedelta(minutes=2)
SWEEP_AT_ONCE = 1000
REMIND_BEFORE = timedelta(days=1)
TOLD_LONG_BEFORE = timedelta(hours=12)
"""Who was told less than this before has no need of a reminder."""
AT_ONCE = 500
LOST = {
    "EXPIRED": "телефон был слишком долго выключен или вне сети",
    "UNDELIV": "телефон не принял сообщение",
    "REJECTD": "оператор отклонил сообщение",
    "DELETED": "оператор удалил сообщение",
}
State, Hold, Channel = Delivery.State, Delivery.Hold, Delivery.Channel
log = structlog.get_logger(__name__)


class Rest(Exception):  # noqa: N818  nobody failed
    """All providers rest; `until` says when one may be asked again."""

    def __init__(self, until: datetime) -> None:
        super().__init__("Все провайдеры СМС временно не отвечают")
        self.until = until


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
    late = late.exclude(hold=Hold.DIGEST)
    queued = {arguments[0] for arguments in queued_arguments(deliver)}
    for number in late.order_by("next_at").values_list("pk", flat=True)[:SWEEP_AT_ONCE]:
        if number not in queued:
            deliver.enqueue(number)


@periodic(every=timedelta(minutes=5))
def gather(*, at: datetime) -> None:
    """Make one letter of what waits for the letter of the day, person by person."""
    due = Delivery.objects.filter(
        hold=Hold.DIGEST, state=State.WAITING, inside=None, next_at__lte=at
    )
    people = due.order_by("user").values_list("user", flat=True).distinct()
    for user_id in list(people[:AT_ONCE]):
        _gather(user_id, at=at)


@periodic(every=timedelta(minutes=15))
def remind(*, at: datetime) -> None:
    """Say once, a day before the term, that a message still waits for its answer."""
    from oms.domain.notifications.actions import tell

    waiting = Message.objects.filter(
        answer_by__gt=at,
        answer_by__lte=at + REMIND_BEFORE,
        answered_at=None,
        at__lte=at - TOLD_LONG_BEFORE,
    ).exclude(key__contains=">")  # copies: who represents is told with the person
    for message in waiting.exclude(kind__in=_self_reminding()).select_related("user")[:AT_ONCE]:
        key = f"{message.key}!soon"
        if not Message.objects.filter(key=key).exists():
            tell(
                user=message.user,
                kind="answer-reminder",
                context={"about": message.title},
                key=key,
                subject=message.subject,
                link=message.link,
                answer_by=message.answer_by,
                at=at,
            )


@periodic(every=timedelta(hours=6))
def watch_licences(*, at: datetime) -> int:
    """Tell those on duty of licences that end; return how many messages were new."""
    from oms.domain.notifications import duty

    return duty.watch_licences(at=at)


@periodic(every=timedelta(minutes=1))
def listen(*, at: datetime) -> None:
    """Keep the sessions open over which delivery receipts arrive."""
    sms.listen()


def take_receipt(code: str, receipt: smpp.Receipt) -> bool:
    """Write down what the network said of an SMS; False when no such SMS is known (yet)."""
    at = timezone.now()
    found = Delivery.objects.filter(provider=code, reference=receipt.reference)
    if receipt.state in LOST:
        error = f"Не доставлено: {LOST[receipt.state]}"
        lost = {"state": State.FAILED, "receipt": Delivery.Receipt.LOST, "error": error}
        return found.update(receipt_at=at, **lost) > 0
    return found.update(receipt_at=at, receipt=Delivery.Receipt.DELIVERED) > 0


def claim(*, delivery_id: int, at: datetime) -> Delivery | None:
    """Take the delivery for one attempt, or None if it is not due. Two never take one.

    The first attempt waits for nothing but a hold, whatever the clock of who made the row said.
    """
    due = Q(next_at__lte=at) | Q(state=State.WAITING, attempts=0, hold="")
    mine = Delivery.objects.filter(due, pk=delivery_id, state__in=OPEN).exclude(hold=Hold.DIGEST)
    taken = mine.update(
        state=State.SENDING, attempts=F("attempts") + 1, next_at=at + LEASE, hold=""
    )
    return Delivery.objects.get(pk=delivery_id) if taken else None


def pause(*, attempt: int) -> timedelta:
    """How long to wait after the given failed attempt (1, 2, …): 10 s, then 2 min … 2 h."""
    return PAUSES[min(attempt, len(PAUSES)) - 1]


def _try(delivery: Delivery, *, at: datetime) -> None:
    try:
        told = _hand_over(delivery, at=at)
    except Rest as rest:
        if at - delivery.created_at > OLDEST:
            _fail(delivery, str(rest))
        else:  # nobody was asked: no attempt
            _wait(delivery, str(rest), until=rest.until, attempts=delivery.attempts - 1)
    except Temporary as error:
        if delivery.attempts >= MAX_ATTEMPTS:
            _fail(delivery, str(error))
        else:
            _wait(delivery, str(error), until=at + pause(attempt=delivery.attempts))
    except BadAddress as error:
        with transaction.atomic():
            if _fail(delivery, str(error)):
                _flag(delivery, str(error), at=at)
    except Permanent as error:
        _fail(delivery, str(error))
    else:
        if _settle(delivery, state=State.SENT, sent_at=at, error="", **told):
            _unflag(delivery)


def _hand_over(delivery: Delivery, *, at: datetime) -> dict[str, str]:
    """Send; return what is to be kept of the answer."""
    if delivery.channel == Channel.SMS:
        return _send_sms(delivery, at=at)
    if delivery.channel == Channel.PUSH:
        _send_push(delivery, at=at)
        return {}
    letter = mail.Letter(
        to=delivery.address,
        subject=delivery.title,
        text=delivery.text,
        html=letters.mail_html(title=delivery.title, text=delivery.text),
        key=delivery.key,
        at=delivery.created_at,  # a resend is the same letter to the byte
    )
    mail.gateway().send(letter)
    return {}


def _send_sms(delivery: Delivery, *, at: datetime) -> dict[str, str]:
    """Ask the providers in turn; on to the next only when the one before surely took nothing.

    A code is an exception: twice is better than too late.
    """
    error: Temporary | None = None
    holder = delivery.provider
    for code in _askable(delivery, at=at):
        if not _note_provider(delivery, code):
            break  # another attempt has begun: it is no longer ours to send
        try:
            number = sms.gateway(code).send(
                to=delivery.address, text=delivery.text, key=delivery.key
            )
        except NotTaken as no:
            providers.went_wrong(code, at=at)
            error = no
            if code != holder:  # what it did not take now it may have taken before
                _note_provider(delivery, "")
        except Temporary as unsure:
            providers.went_wrong(code, at=at)
            if not delivery.secret:
                raise
            error = unsure
        else:
            providers.went_well(code, at=at)
            return {"reference": number[:80]}
    raise error or Rest(providers.wait_until(sms.weights(), at=at))


def _askable(delivery: Delivery, *, at: datetime) -> list[str]:
    """Return whom to ask. Who may have it already is asked alone."""
    weights = sms.weights()
    holder = delivery.provider if delivery.provider in weights else ""
    if holder and not delivery.secret:
        return [holder]
    asked = providers.choice(delivery.key, weights, at=at, hurry=delivery.secret)
    return sorted(asked, key=lambda code: code == holder)


def _note_provider(delivery: Delivery, code: str) -> bool:
    """Write down who is asked before asking: whoever takes over must ask the same."""
    delivery.provider = code
    ours = Delivery.objects.filter(pk=delivery.pk, state=State.SENDING, attempts=delivery.attempts)
    return ours.update(provider=code) == 1


def _send_push(delivery: Delivery, *, at: datetime) -> None:
    browser = Subscription.objects.filter(pk=int(delivery.address)).first()
    if browser is None:
        raise Permanent("Браузер больше не подписан на уведомления")
    try:
        push.gateway().send(
            to=push.Browser(browser.endpoint, browser.p256dh, browser.auth),
            title=delivery.title,
            path=f"/messages/{delivery.message_id}/" if delivery.message_id else "/messages/",
            key=delivery.key,
            at=at,
        )
    except push.Gone:
        _forget(browser)
        raise
    Subscription.objects.filter(pk=browser.pk).update(sent_at=at)


@transaction.atomic
def _forget(browser: Subscription) -> None:
    """Forget a browser that is subscribed no more."""
    browser.delete()
    left = Subscription.objects.filter(user=browser.user_id).exists()
    Preferences.objects.filter(pk=browser.user_id).update(has_push=left)


def _wait(delivery: Delivery, error: str, *, until: datetime, **more: object) -> None:
    """Let it rest; the next attempt is queued in the same transaction."""
    with transaction.atomic():
        if _settle(delivery, state=State.WAITING, next_at=until, error=error[:250], **more):
            deliver.using(run_after=until).enqueue(delivery.pk)


def _fail(delivery: Delivery, error: str) -> bool:
    log.error("delivery.failed", delivery=delivery.pk, channel=delivery.channel, reason=error)
    return _settle(delivery, state=State.FAILED, error=error[:250])


def _settle(delivery: Delivery, **values: object) -> bool:
    """Write the outcome, unless another attempt has begun since. A code is erased at its end.

    What went inside a letter of the day ends with it.
    """
    if delivery.secret and values["state"] not in OPEN:
        values["text"] = ""
    ours = Delivery.objects.filter(pk=delivery.pk, state=State.SENDING, attempts=delivery.attempts)
    with transaction.atomic():
        if ours.update(**values) != 1:
            return False
        if delivery.message_id is None and values["state"] not in OPEN:
            Delivery.objects.filter(inside=delivery.pk).update(
                state=values["state"], sent_at=values.get("sent_at"), error=values["error"], hold=""
            )
    return True


def _flag(delivery: Delivery, reason: str, *, at: datetime) -> None:
    """Remember that a person's contact takes nothing, and tell them by the other ways."""
    from oms.domain.notifications.actions import tell
    from oms.domain.notifications.wishes import bad_address, confirmed_address

    user, channel = delivery.user, delivery.channel
    if user is None or confirmed_address(user, channel) != delivery.address:
        return
    Preferences.objects.get_or_create(user=user)
    kept = Preferences.objects.select_for_update().get(pk=user.pk)
    if bad_address(user, kept, channel):
        return
    kept.bad[channel] = {"address": delivery.address, "since": at.isoformat(), "reason": reason}
    kept.save(update_fields=["bad"])
    tell(
        user=user,
        kind="contact-unreachable",
        context={"what": "телефон" if channel == Channel.SMS else "почта", "reason": reason},
        key=f"unreachable:{user.pk}:{channel}:{at.isoformat()}",
        subject=user.key,
        link="/account/profile/",
        at=at,
    )


def _unflag(delivery: Delivery) -> None:
    """A code that was accepted proves that the contact takes messages again."""
    if delivery.message_id is not None or delivery.user_id is None:
        return
    with transaction.atomic():
        rows = Preferences.objects.select_for_update().filter(pk=delivery.user_id).exclude(bad={})
        for kept in rows:
            if kept.bad.get(delivery.channel, {}).get("address") == delivery.address:
                del kept.bad[delivery.channel]
                kept.save(update_fields=["bad"])


@transaction.atomic
def _gather(user_id: int, *, at: datetime) -> None:
    rows = list(
        Delivery.objects.select_for_update(of=("self",))
        .filter(user=user_id, hold=Hold.DIGEST, state=State.WAITING, inside=None, next_at__lte=at)
        .select_related("message")
        .order_by("created_at", "pk")
    )
    if not rows:
        return
    parts = [
        (row.message.title, row.message.body, f"/messages/{row.message.pk}/")
        for row in rows
        if row.message
    ]
    letter = Delivery.objects.create(
        user_id=user_id,
        channel=Channel.EMAIL,
        address=rows[-1].address,
        title="Сообщения за день",
        text=letters.digest_text(parts=parts),
        key=f"digest:{user_id}:{rows[0].pk}",
        next_at=at,
        created_at=at,
    )
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(inside=letter)
    deliver.enqueue(letter.pk)


def _self_reminding() -> list[str]:
    from oms.domain.notifications.templates import TEMPLATES

    return [template.kind for template in TEMPLATES.values() if template.reminds_itself]


def _come_back(delivery_id: int, *, at: datetime) -> None:
    """Look again when it is due: the attempt under way may have died with its worker."""
    later = Delivery.objects.filter(pk=delivery_id, state__in=OPEN, next_at__gt=at)
    for due_at in later.exclude(hold=Hold.DIGEST).values_list("next_at", flat=True):
        deliver.using(run_after=due_at).enqueue(delivery_id)
