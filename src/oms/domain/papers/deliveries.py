"""Printed copies: prepared at a person's wish, sent or kept at a point, handed over or returned.

The law gives no form any more (108н, п. 28–30); who wants paper gets the extract printed.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from oms.domain.accounts.models import User
from oms.domain.directory.models import DeliveryPoint, Insurer
from oms.domain.journal.actions import Actor, record
from oms.domain.notifications.actions import tell
from oms.domain.papers.models import Delivery, Paper
from oms.kit.denied import Denied
from oms.law.dates import long
from oms.law.typed import NBSP

LONGEST_NAME, LONGEST_DOCUMENT, LONGEST_NOTE = 184, 120, 200
TO_AN_ADDRESS = frozenset({Delivery.Way.POST, Delivery.Way.COURIER})
TO_A_POINT = frozenset(Delivery.Way) - TO_AN_ADDRESS
TO_BRING = {
    Delivery.Way.OFFICE: "Паспорт. За ребёнка: ваш паспорт и свидетельство о рождении",
    Delivery.Way.MFC: "Паспорт. За ребёнка: ваш паспорт и свидетельство о рождении",
    Delivery.Way.AGENT: "Паспорт",
    Delivery.Way.POST: "Паспорт: письмо заказное, его отдают под подпись",
    Delivery.Way.COURIER: "Паспорт: покажите его курьеру",
}


class NotOnTheWay(Denied):
    """The copy was handed over or came back already."""

    text = "Этот экземпляр уже вручён или вернулся. Обновите страницу."


class NotInForce(Denied):
    """Nobody gets a print of what is not valid."""

    text = "Этот документ больше не действует. Попросите новый и отправьте его."


class WrongPlace(Denied):
    """The point is closed, or hands over the papers of another insurer."""

    text = "Этот пункт сейчас не выдаёт ваши документы. Выберите другой."


class NobodyTold(Denied):
    """Hand-over without saying to whom."""

    text = "Укажите, кто забрал экземпляр и по какому документу."


@transaction.atomic
def prepare(
    *,
    paper: Paper,
    insurer: Insurer,
    way: str,
    basis: str,
    by: Actor,
    at: datetime,
    on: date,
    point: DeliveryPoint | None = None,
    address: str = "",
) -> Delivery:
    """Record a printed copy that waits at its point or is on its way; one for a `basis`.

    Raises `NotInForce`, `WrongPlace`.
    """
    known = Delivery.objects.filter(basis=basis).first()
    if known:
        return known
    if paper.state != Paper.State.ISSUED:
        raise NotInForce
    wished = Delivery.Way(way)
    to_a_point = wished in TO_A_POINT
    if to_a_point and not (point and _serves(point, wished, insurer, on=on)):
        raise WrongPlace
    if not to_a_point and not address:
        raise WrongPlace
    made = Delivery.objects.create(
        paper=paper,
        insurer=insurer,
        basis=basis,
        way=wished,
        point=point if to_a_point else None,
        address="" if to_a_point else address,
        state=Delivery.State.WAITING if to_a_point else Delivery.State.SENT,
        state_at=at,
        prepared_at=at,
    )
    _tell("delivery.prepare", made, by=by, at=at, way=wished.value)
    return made


def _serves(point: DeliveryPoint, way: str, insurer: Insurer, *, on: date) -> bool:
    is_open = point.closed_on is None or point.closed_on > on
    return is_open and point.kind == way and point.insurer_id in {None, insurer.pk}


@transaction.atomic
def hand_over(
    *, delivery: Delivery, taken_by: str, document: str, by: User, at: datetime
) -> Delivery:
    """Record who took the copy and by which document. Raises `NotOnTheWay`, `NobodyTold`.

    The same told once more is answered as done.
    """
    name, shown = " ".join(taken_by.split()), " ".join(document.split())
    if not name or not shown:
        raise NobodyTold
    one = Delivery.objects.select_for_update().get(pk=delivery.pk)
    told = (name[:LONGEST_NAME], shown[:LONGEST_DOCUMENT])
    if one.state == Delivery.State.HANDED and (one.taken_by, one.taken_by_document) == told:
        return one
    if not one.is_on_the_way:
        raise NotOnTheWay
    one.state, one.state_at = Delivery.State.HANDED, at
    one.taken_by, one.taken_by_document = told
    one.save(update_fields=["state", "state_at", "taken_by", "taken_by_document"])
    _tell("delivery.hand", one, by=by.actor, at=at, taken_by=name, document=shown)
    _say("paper-handed", one, at=at, when=f"{long(localdate(at))}")
    return one


@transaction.atomic
def return_copy(*, delivery: Delivery, note: str, by: User, at: datetime) -> Delivery:
    """Record that nobody took the copy, and why. Raises `NotOnTheWay`."""
    one = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if one.state == Delivery.State.RETURNED:
        return one
    if not one.is_on_the_way:
        raise NotOnTheWay
    one.state, one.state_at = Delivery.State.RETURNED, at
    one.note = " ".join(note.split())[:LONGEST_NOTE]
    one.save(update_fields=["state", "state_at", "note"])
    _tell("delivery.return", one, by=by.actor, at=at, note=one.note)
    _say("paper-returned", one, at=at, text=one.note.rstrip("."))
    return one


def place_words(delivery: Delivery) -> str:
    """Say where the copy waits or goes. The point must be fetched with the row."""
    if delivery.point is None:
        return delivery.address
    return f"{delivery.point.name}, {delivery.point.address}".replace(" д. ", f" д.{NBSP}")


def _say(kind: str, one: Delivery, *, at: datetime, **context: str) -> None:
    """Tell the person, if there is an account to tell."""
    user, number = one.paper.person.user, one.paper.number
    if user:
        tell(
            user=user,
            kind=kind,
            context={"number": number, **context},
            key=f"delivery:{one.pk}:{one.state}",
            at=at,
            subject=f"paper:{one.paper_id}",
            link=f"/documents/{number}/",
        )


def _tell(act: str, one: Delivery, *, by: Actor, at: datetime, **details: str) -> None:
    record(
        act=act,
        subject=f"delivery:{one.pk}",
        person=f"person:{one.paper.person_id}",
        by=by,
        at=at,
        details=details | {"paper": one.paper.number},
    )
