"""How a delivery stands, in words: for the page of a message and for exports."""

from dataclasses import dataclass
from datetime import datetime

from oms.domain.accounts import masks
from oms.domain.notifications.models import OPEN, Delivery, Message
from oms.faces.design.parts import State
from oms.faces.design.templatetags.design import datetime_words

ICONS = {
    Delivery.Channel.EMAIL: "mail",
    Delivery.Channel.SMS: "smartphone",
    Delivery.Channel.PUSH: "bell",
}
_TINTS: dict[str, State] = {
    Delivery.State.WAITING: "info",
    Delivery.State.SENDING: "info",
    Delivery.State.SENT: "ok",
    Delivery.State.FAILED: "danger",
}


@dataclass(frozen=True)
class Standing:
    """One delivery as a person reads it."""

    row: Delivery
    channel: str
    icon: str
    where: str
    tint: State
    word: str
    details: list[str]
    may_resend: bool


def standings(message: Message) -> list[Standing]:
    """Return the deliveries of a message, oldest first; the newest of each may be repeated."""
    rows = sorted(message.deliveries.all(), key=lambda row: row.pk)
    newest = {row.key.partition("~")[0]: row.pk for row in rows}
    return [standing(row, is_newest=newest[row.key.partition("~")[0]] == row.pk) for row in rows]


def standing(row: Delivery, *, is_newest: bool = False) -> Standing:
    """Say how one delivery stands."""
    return Standing(
        row=row,
        channel=str(row.get_channel_display()),
        icon=ICONS[Delivery.Channel(row.channel)],
        where=_where(row),
        tint="ok" if row.receipt == Delivery.Receipt.DELIVERED else _TINTS[row.state],
        word=_word(row),
        details=_details(row),
        may_resend=is_newest and not row.secret and row.state not in OPEN,
    )


def _word(row: Delivery) -> str:
    if row.receipt == Delivery.Receipt.DELIVERED:
        return "Доставлено"
    if row.hold and row.state in OPEN:
        return "Отложено"
    return str(row.get_state_display())


def _details(row: Delivery) -> list[str]:
    """Return what is known, with times and reasons."""
    found = []
    if row.hold == Delivery.Hold.NIGHT and row.state in OPEN:
        found.append(f"У вас тихие часы. Отправим {_at(row.next_at)}")
    elif row.hold == Delivery.Hold.DIGEST and row.state in OPEN:
        found.append(f"Придёт в письме за день: {_at(row.next_at)}")
    elif row.state in OPEN and row.error:
        found.append(f"{row.error}. Попробуем ещё раз: {_at(row.next_at)}")
    if row.sent_at:
        words = "Отправлено в письме за день" if row.inside_id else "Отправлено"
        found.append(f"{words} {_at(row.sent_at)}")
    if row.receipt_at and row.receipt == Delivery.Receipt.DELIVERED:
        found.append(f"Телефон получил {_at(row.receipt_at)}")
    if row.state == Delivery.State.FAILED:
        found.append(row.error or "Причина не указана")
    return found


def _where(row: Delivery) -> str:
    if row.channel == Delivery.Channel.EMAIL:
        return masks.email(row.address)
    return masks.phone(row.address) if row.channel == Delivery.Channel.SMS else ""


def _at(moment: datetime) -> str:
    return str(datetime_words(moment))
