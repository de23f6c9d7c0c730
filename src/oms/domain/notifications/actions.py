"""Telling people: the row first, the sending later, both of one transaction."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.utils import timezone

from oms.domain.accounts import wards
from oms.domain.accounts.models import User
from oms.domain.journal.actions import SYSTEM, Actor, record
from oms.domain.notifications import letters
from oms.domain.notifications.models import OPEN, Delivery, Message
from oms.domain.notifications.tasks import deliver
from oms.domain.notifications.templates import TEMPLATES, Filled, Template
from oms.kit.denied import Denied
from oms.law import dates

Channel = Delivery.Channel
CODE_LIVES = timedelta(minutes=10)
REST_BETWEEN_RESENDS = timedelta(minutes=1)


class NothingToResend(Denied):
    """The text was a code and is erased."""

    text = "Это сообщение содержало одноразовый код. Запросите новый код."


class JustSent(Denied):
    """A resend within a minute."""

    text = "Сообщение только что отправлено. Подождите минуту."


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
) -> Message:
    """Tell a person of an event, once per `key`; return the message.

    `kind` names a text of `templates.py` and `context` fills it (`answer_by` is added in
    words); `subject` is a key such as `case:17`, `link` a path of the portal. E-mail goes to a
    confirmed address, SMS to a confirmed phone if the kind must be sent. Raises `KeyError` for
    an unknown kind or a name the context lacks.
    """
    template = TEMPLATES[kind]
    words = {"answer_by": _day(answer_by)} if answer_by else {}
    filled = template.fill({**words, **context})
    told = Message(
        user=user,
        kind=kind,
        template_version=template.version,
        title=template.title,
        body=filled.body,
        link=link,
        link_title=template.link_title if link else "",
        subject=subject,
        key=key,
        answer_by=answer_by,
        at=at,
    )
    with transaction.atomic():
        message, new = _once(told, template, filled)
        if new:
            for copy in _for_representatives(message):
                _once(copy, template, filled)
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


def resend(*, delivery: Delivery, by: Actor, at: datetime) -> Delivery:
    """Send a finished delivery again («Повторить отправку»); return the one under way.

    A failed one is tried anew under its old key: if it did arrive, nobody gets it twice. One
    that was sent gets a successor with a key of its own. Raises `NothingToResend`, `JustSent`.
    """
    with transaction.atomic():
        locked = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if locked.secret:
            raise NothingToResend
        latest = _latest(locked)
        if latest.state in OPEN:
            return latest
        if latest.state == Delivery.State.SENT:
            latest = _successor(latest, at=at)
        else:
            Delivery.objects.filter(pk=latest.pk).update(
                state=Delivery.State.WAITING, attempts=0, next_at=at, error=""
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


def _once(told: Message, template: Template, filled: Filled) -> tuple[Message, bool]:
    """Keep and send a message unless its key is known; return it and whether it is new."""
    values = _values(told)
    message, new = Message.objects.get_or_create(key=values.pop("key"), defaults=values)
    if new:
        message.user = told.user
        channels = _send_out(message, template, filled, at=message.at)
        record(
            act="message.tell",
            subject=f"message:{message.pk}",
            by=SYSTEM,
            at=message.at,
            person=message.user.key,
            details={"kind": message.kind, "about": message.subject, "channels": channels},
        )
    return message, new


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
    if ward.can_sign_in and not message.kind.startswith("case-"):
        return
    for right in wards.of_ward(ward=ward, on=on):
        copy = Message(**_values(message))
        copy.user = right.representative
        copy.key = f"{message.key}>{right.pk}"
        copy.body = f"Для кого сообщение: {ward.given_name}.\n\n{message.body}"
        if message.link:
            copy.link = f"/account/wards/{right.pk}/open/?next={quote(message.link)}"
        yield copy


def _send_out(message: Message, template: Template, filled: Filled, *, at: datetime) -> list[str]:
    """Make and queue the deliveries of a new message; return their channels."""
    user = message.user
    texts: dict[str, tuple[str, str]] = {}
    if user.email and user.email_confirmed_at:
        texts[Channel.EMAIL] = (
            user.email,
            letters.mail_text(body=filled.body, link=message.link, link_title=message.link_title),
        )
    if template.must_send and user.phone and user.phone_confirmed_at:
        texts[Channel.SMS] = (user.phone, letters.sms_text(short=filled.short))
    for channel, (address, text) in texts.items():
        delivery = Delivery.objects.create(
            message=message,
            user=user,
            channel=channel,
            address=address,
            title=message.title,
            text=text,
            key=f"{message.key}/{channel}",
            next_at=at,
            created_at=at,
        )
        deliver.enqueue(delivery.pk)
    return [str(channel) for channel in texts]


def _latest(delivery: Delivery) -> Delivery:
    """The newest of a delivery and its successors."""
    root = delivery.key.partition("~")[0]
    family = Delivery.objects.filter(user=delivery.user, key__startswith=root)
    return [one for one in family.order_by("pk") if one.key.partition("~")[0] == root][-1]


def _successor(sent: Delivery, *, at: datetime) -> Delivery:
    """A fresh copy of a delivery that was sent, `…~2`, `…~3` and so on."""
    if sent.sent_at is not None and at - sent.sent_at < REST_BETWEEN_RESENDS:
        raise JustSent
    root, _, number = sent.key.partition("~")
    return Delivery.objects.create(
        message=sent.message,
        user=sent.user,
        channel=sent.channel,
        address=sent.address,
        title=sent.title,
        text=sent.text,
        key=f"{root}~{int(number or 1) + 1}",
        next_at=at,
        created_at=at,
    )


def _day(moment: datetime) -> str:
    return dates.long(timezone.localtime(moment).date())
