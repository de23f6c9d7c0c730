"""By which ways a message goes: what must be sent, what was chosen, what is possible."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from oms.domain.notifications import letters, wishes
from oms.domain.notifications.models import Delivery, Message, Preferences, Subscription
from oms.domain.notifications.templates import Filled, Template
from oms.domain.notifications.wishes import Wish

Channel = Delivery.Channel
Hold = Delivery.Hold


@dataclass(frozen=True)
class Way:
    """One delivery to be made. With `error` it is kept, but not tried."""

    channel: str
    address: str
    text: str
    next_at: datetime
    hold: str = ""
    error: str = ""


def ways(message: Message, template: Template, filled: Filled, *, at: datetime) -> list[Way]:
    """Return the ways of a new message. One query, two for who has a subscribed browser."""
    kept = wishes.preferences(message.user)
    return [
        *_by_contact(message, template, filled, kept, at=at),
        *_by_push(message, template, kept, at=at),
    ]


def _by_contact(
    message: Message, template: Template, filled: Filled, kept: Preferences, *, at: datetime
) -> Iterator[Way]:
    user = message.user
    for channel in (Channel.EMAIL, Channel.SMS):
        address = wishes.confirmed_address(user, channel)
        said = Wish.NOW if template.must_send else wishes.wish(kept, template.group, channel)
        if not address or said == Wish.OFF:
            continue
        text = (
            letters.sms_text(short=filled.short)
            if channel == Channel.SMS
            else letters.mail_text(
                body=filled.body, link=message.link, link_title=message.link_title
            )
        )
        error = wishes.bad_address(user, kept, channel)
        if error:
            yield Way(channel, address, text, at, error=f"Не отправляли: {error}"[:250])
        elif said == Wish.DAILY and channel == Channel.EMAIL and message.answer_by is None:
            moment = wishes.digest_at(kept, at=at)
            yield Way(channel, address, text, moment, hold=Hold.DIGEST)
        elif channel == Channel.SMS and not template.must_send:
            yield _not_at_night(Way(channel, address, text, at), kept, at=at)
        else:
            yield Way(channel, address, text, at)


def _by_push(
    message: Message, template: Template, kept: Preferences, *, at: datetime
) -> Iterator[Way]:
    """Name the browsers to wake. Only the title is shown there: others may see the screen."""
    off = wishes.wish(kept, template.group, Channel.PUSH) == Wish.OFF
    if not kept.has_push or (off and not template.must_send):
        return
    for browser in Subscription.objects.filter(user=message.user):
        way = Way(Channel.PUSH, str(browser.pk), message.title, at)
        yield way if template.must_send else _not_at_night(way, kept, at=at)


def _not_at_night(way: Way, kept: Preferences, *, at: datetime) -> Way:
    morning = wishes.quiet_until(kept, at=at)
    if morning is None:
        return way
    return Way(way.channel, way.address, way.text, morning, hold=Hold.NIGHT)
