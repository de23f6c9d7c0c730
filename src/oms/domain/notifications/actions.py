"""Telling people: the row first, the sending later, both of one transaction."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from oms.domain.accounts import wards
from oms.domain.accounts.models import User
from oms.domain.journal.actions import SYSTEM, Actor, record
from oms.domain.notifications import letters, texts, wishes
from oms.domain.notifications.models import OPEN, Delivery, Message, Preferences, Subscription
from oms.domain.notifications.reach import Pass, ways
from oms.domain.notifications.tasks import deliver
from oms.domain.notifications.templates import Filled, Template
from oms.kit.denied import Denied
from oms.law import dates

Channel = Delivery.Channel
CODE_LIVES = timedelta(minutes=10)
REST_BETWEEN_RESENDS = timedelta(minutes=1)
RESENDS_A_DAY = 5
_OF_BOTH = ("case-", "appointment-", "slot-")
"""Of these a minor with a cabinet is told together with who acts for them."""


class NothingToResend(Denied):
    """The text held a code or a pass and is erased."""

    text = "В сообщении был одноразовый код или ссылка, повторить их нельзя. Запросите новый код."


class JustSent(Denied):
    """A resend within a minute."""

    text = "Сообщение только что отправлено. Подождите минуту."


class TooManyResends(Denied):
    """The day's repeats are used up."""

    text = "Это сообщение сегодня уже повторяли пять раз. Попробуйте завтра."


class ContactTakesNothing(Denied):
    """The person's contact was refused and nothing has changed since."""

    text = "Этот контакт не принимает сообщения. Исправьте его в «Моих данных», потом повторите."


class NoSuchBrowser(Denied):
    """A push can be repeated only to a browser that is still subscribed."""

    text = "Этот браузер больше не подписан на уведомления."


def tell(
    *,
    user: User,
    kind: str,
    context: Mapping[str, str],
    key: str,
    at: datetime,
    subject: str = "",
    link: str = "",
    answer_by: datetime | None = None,
    passed: Pass | None = None,
) -> Message:
    """Tell a person of an event, once per `key`; return the message.

    `kind` names a text of `templates.py` and `context` fills it (`answer_by` is added in
    words); `subject` is a key such as `case:17`, `link` a path of the portal. By which channels
    it goes, and when, is said in `reach.py`. With `passed` letters hold its link instead of
    `link`, which is what the archive keeps. Raises `KeyError` for an unknown kind or a name the
    context lacks.
    """
    words = {"answer_by": _day(answer_by)} if answer_by else {}
    told, template, filled = _composed(
        kind, {**words, **context}, user=user, key=key, at=at, subject=subject, link=link
    )
    told.answer_by = answer_by
    with transaction.atomic():
        message, new = _once(told, template, filled, passed)
        if new:
            for copy in _for_representatives(message):
                _once(copy, template, filled, passed)
    return message


def keep(
    *,
    user: User,
    kind: str,
    context: Mapping[str, str],
    key: str,
    at: datetime,
    subject: str = "",
    link: str = "",
) -> Message:
    """Put a message into the archive, once per `key`, of what was sent another way; send nothing.

    It is not new to the person, so it is read already. Raises `KeyError` as `tell` does.
    """
    told, _, _ = _composed(kind, context, user=user, key=key, at=at, subject=subject, link=link)
    told.read_at = at
    values = _values(told)
    message, _ = Message.objects.get_or_create(key=values.pop("key"), defaults=values)
    return message


def send_now(
    *,
    channel: str,
    address: str,
    title: str,
    text: str,
    key: str,
    at: datetime,
    user: User | None = None,
    secret: bool = True,
    until: datetime | None = None,
) -> Delivery:
    """Send one text to one address, once per `key`, without a message in the cabinet.

    For one-time codes: a secret text is erased once sent or given up, and of no use after
    `until` (10 minutes if not told). `title` is the subject of an e-mail.
    """
    if secret and until is None:
        until = at + CODE_LIVES
    with transaction.atomic():
        delivery, new = Delivery.objects.get_or_create(
            key=key,
            defaults={
                "user": user,
                "channel": channel,
                "address": address,
                "title": title,
                "text": letters.mail_text(body=text) if channel == Channel.EMAIL else text,
                "secret": secret,
                "until": until,
                "next_at": at,
                "created_at": at,
            },
        )
        if new:
            deliver.enqueue(delivery.pk)
    return delivery


def mark_read(*, user: User, at: datetime, ids: Iterable[int] | None = None) -> int:
    """Mark the person's messages read (all, or those of `ids`); return how many were unread."""
    unread = Message.objects.visible_to(user).filter(read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=at)


def answered(*, user: User, subject: str, at: datetime) -> int:
    """Note that what was asked of the person is done: no reminder follows. Return how many."""
    open_ones = Message.objects.filter(user=user, subject=subject, answered_at=None)
    return open_ones.exclude(answer_by=None).update(answered_at=at)


@transaction.atomic
def contact_is_right(*, user: User, channel: str, at: datetime) -> None:
    """Use a contact again that had refused a message: its owner says it is right."""
    for kept in Preferences.objects.select_for_update().filter(pk=user.pk):
        if kept.bad.pop(channel, None):
            kept.save(update_fields=["bad"])
            record(
                act="message.contact-right",
                subject=user.key,
                by=user.actor,
                at=at,
                person=user.key,
                details={"channel": channel},
            )


def resend(*, delivery: Delivery, by: Actor, at: datetime) -> Delivery:
    """Send a finished delivery again («Повторить отправку»); return the one under way.

    A failed one is tried anew under its old key: if it did arrive, nobody gets it twice. One
    that was sent (or lost in the network) gets a successor with a key of its own, to the
    person's present contact. Raises `NothingToResend`, `JustSent`, `TooManyResends`,
    `ContactTakesNothing`, `NoSuchBrowser`.
    """
    with transaction.atomic():
        locked = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if locked.secret:
            raise NothingToResend
        latest = _latest(locked)
        if latest.state in OPEN:
            return latest
        _check_may_resend(latest, at=at)
        if latest.state == Delivery.State.SENT or latest.receipt:
            latest = _successor(latest, at=at)
        else:
            Delivery.objects.filter(pk=latest.pk).update(
                state=Delivery.State.WAITING, attempts=0, next_at=at, error="", hold="", inside=None
            )
            latest.refresh_from_db()
        deliver.enqueue(latest.pk)
        record(
            act="message.resend",
            subject=f"delivery:{latest.pk}",
            by=by,
            at=at,
            person=latest.user.key if latest.user else "",
            details={"channel": latest.channel},
        )
    return latest


def _composed(
    kind: str, context: Mapping[str, str], *, link: str, **told: Any
) -> tuple[Message, Template, Filled]:
    """Return the message in the words in force today, not kept yet."""
    template = texts.in_force(kind)
    filled = template.fill(context)
    message = Message(
        kind=kind,
        template_version=template.version,
        title=template.title,
        body=filled.body,
        link=link,
        link_title=template.link_title if link else "",
        **told,
    )
    return message, template, filled


def _once(
    told: Message, template: Template, filled: Filled, passed: Pass | None
) -> tuple[Message, bool]:
    """Keep and send a message unless its key is known; return it and whether it is new."""
    values = _values(told)
    message, new = Message.objects.get_or_create(key=values.pop("key"), defaults=values)
    if new:
        message.user = told.user
        if message.subject and not message.kind.endswith("-reminder"):
            _close_questions(message)
        channels = _send_out(message, template, filled, passed)
        record(
            act="message.tell",
            subject=f"message:{message.pk}",
            by=SYSTEM,
            at=message.at,
            person=message.user.key,
            details={"kind": message.kind, "about": message.subject, "channels": channels},
        )
    return message, new


def _close_questions(news: Message) -> None:
    """What is told next of the same matter, but a reminder, means that a question is over."""
    family = news.kind.partition("-")[0]
    asked = Message.objects.filter(
        Q(kind__startswith=f"{family}-") | Q(kind="answer-reminder"),
        user=news.user_id,
        subject=news.subject,
        answered_at=None,
        answer_by__isnull=False,
    )
    asked.exclude(pk=news.pk).update(answered_at=news.at)


def _values(message: Message) -> dict[str, Any]:
    fields = (field.attname for field in Message._meta.concrete_fields if not field.primary_key)
    return {name: getattr(message, name) for name in fields}


def _for_representatives(message: Message) -> Iterator[Message]:
    """Make the same message for who acts for the person: by given name, with a way in.

    No query for an adult who can sign in.
    """
    ward, on = message.user, timezone.localtime(message.at).date()
    if not wards.needs_others(ward, on=on):
        return
    if ward.can_sign_in and not message.kind.startswith(_OF_BOTH):
        return
    for right in wards.of_ward(ward=ward, on=on):
        copy = Message(**_values(message))
        copy.user = right.representative
        copy.key = f"{message.key}>{right.pk}"
        copy.body = f"Для кого сообщение: {ward.given_name}.\n\n{message.body}"
        if message.link:
            copy.link = f"/account/wards/{right.pk}/open/?next={quote(message.link)}"
        yield copy


def _send_out(
    message: Message, template: Template, filled: Filled, passed: Pass | None
) -> list[str]:
    """Make and queue the deliveries of a new message; return their channels."""
    at = message.at
    found = ways(message, template, filled, at=at, passed=passed)
    for way in found:
        own = f"{way.channel}{way.address}" if way.channel == Channel.PUSH else way.channel
        delivery = Delivery.objects.create(
            message=message,
            user=message.user,
            channel=way.channel,
            address=way.address,
            title=message.title,
            text=way.text,
            key=f"{message.key}/{own}",
            state=Delivery.State.FAILED if way.error else Delivery.State.WAITING,
            error=way.error,
            hold=way.hold,
            secret=way.secret,
            until=way.until,
            next_at=way.next_at,
            created_at=at,
        )
        if way.hold == Delivery.Hold.NIGHT:
            deliver.using(run_after=way.next_at).enqueue(delivery.pk)
        elif not (way.error or way.hold):
            deliver.enqueue(delivery.pk)
    return [str(way.channel) for way in found]


def _latest(delivery: Delivery) -> Delivery:
    """The newest of a delivery and its successors."""
    root = delivery.key.partition("~")[0]
    family = Delivery.objects.filter(user=delivery.user, key__startswith=root)
    return [one for one in family.order_by("pk") if one.key.partition("~")[0] == root][-1]


def _check_may_resend(latest: Delivery, *, at: datetime) -> None:
    """Raise what stands against one more try."""
    made = latest.key.partition("~")[2]
    if int(made or 1) > RESENDS_A_DAY and at - latest.created_at < timedelta(days=1):
        raise TooManyResends
    if latest.user is None:
        return
    if latest.channel == Channel.PUSH:
        if not Subscription.objects.filter(pk=int(latest.address)).exists():
            raise NoSuchBrowser
    elif wishes.bad_address(latest.user, wishes.preferences(latest.user), latest.channel):
        raise ContactTakesNothing


def _successor(sent: Delivery, *, at: datetime) -> Delivery:
    """A fresh copy of a delivery that was sent, `…~2`, `…~3` and so on."""
    if sent.sent_at is not None and at - sent.sent_at < REST_BETWEEN_RESENDS:
        raise JustSent
    root, _, number = sent.key.partition("~")
    return Delivery.objects.create(
        message=sent.message,
        user=sent.user,
        channel=sent.channel,
        address=_present_address(sent),
        title=sent.title,
        text=sent.text,
        key=f"{root}~{int(number or 1) + 1}",
        next_at=at,
        created_at=at,
    )


def _present_address(sent: Delivery) -> str:
    if sent.user is None or sent.channel == Channel.PUSH:
        return sent.address
    return wishes.confirmed_address(sent.user, sent.channel) or sent.address


def _day(moment: datetime) -> str:
    return dates.long(timezone.localtime(moment).date())
