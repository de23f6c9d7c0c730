"""By which ways a message goes: what must be sent, what was chosen, what is possible."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
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
    secret: bool = False
    until: datetime | None = None


@dataclass(frozen=True)
class Pass:
    """A link that acts without log-in: it stands in the letter alone, which is then erased.

    What holds it is of no use after `until`, so it waits neither for the morning nor for the
    letter of the day.
    """

    link: str
    until: datetime


def ways(
    message: Message, template: Template, filled: Filled, *, at: datetime, passed: Pass | None
) -> list[Way]:
    """Return the ways of a new message. One query, two for who has a subscribed browser."""
    kept = wishes.preferences(message.user)
    found = [
        *_by_contact(message, template, filled, kept, at=at, link=passed.link if passed else ""),
        *_by_push(message, template, kept, at=at),
    ]
    return [_under_pass(way, passed, at=at) for way in found] if passed else found


def _by_contact(
    message: Message,
    template: Template,
    filled: Filled,
    kept: Preferences,
    *,
    at: datetime,
    link: str,
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
                body=filled.body, link=link or message.link, link_title=message.link_title
            )
        )
        error = wishes.bad_address(user, kept, channel)
        if error:
            yield Way(channel, address, text, at, error=f"Не отправляли: {error}"[:250])
        elif said == Wish.DAILY and channel == Channel.EMAIL and message.answer_by is None:
            moment = wishes.digest_at(kept, at=at)
            yield Way(channel, address, text, moment, hold=Hold.DIGEST)
        elif channel == Channel.SMS and _may_wait(template):
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
        yield _not_at_night(way, kept, at=at) if _may_wait(template) else way


def _may_wait(template: Template) -> bool:
    return template.by_day or not template.must_send


def _under_pass(way: Way, passed: Pass, *, at: datetime) -> Way:
    """Let it go at once and not too late; a letter holds the pass."""
    by_letter = way.channel == Channel.EMAIL
    return replace(way, next_at=at, hold="", secret=by_letter, until=passed.until)


def _not_at_night(way: Way, kept: Preferences, *, at: datetime) -> Way:
    morning = wishes.quiet_until(kept, at=at)
    if morning is None:
        return way
    return Way(way.channel, way.address, way.text, morning, hold=Hold.NIGHT)
