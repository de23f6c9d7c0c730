"""A free time goes to who waits for it: offered for a while, to one after the other (BKG-5).

While an offer stands nobody else can take the slot: `taken_until` lies `GRACE` beyond the offer's
end, so that the worker may pass it on before it is free for all; without a worker it becomes free
by itself. Offers made at night last until the morning and half an hour more. The order is the
list's: who is passed over, and why, is told by the journal (BEY-13).

Locks follow those of `taking`: slots, then places in the list by their order, then offers.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from oms.domain.accounts.models import User
from oms.domain.booking import fitting, rules, telling
from oms.domain.booking.models import Appointment, Offer, Quota, Slot, WaitingEntry
from oms.domain.booking.reading import clinic_day, slot_of
from oms.domain.booking.refused import NotYours, OfferOver
from oms.domain.booking.states import side
from oms.domain.booking.taking import all_or_nothing, give_back
from oms.domain.journal.actions import SYSTEM, Act, Actor, record, record_many
from oms.domain.register.models import InsuredPerson
from oms.law.visits import RULES

State, Waits = Offer.State, WaitingEntry.State
GRACE = timedelta(minutes=2)
SILENT = 3
"""So many offers without an answer in a row end the place: others wait too."""
_ROUNDS = 30
_PLACE = ("slot__position__clinic", "slot__position__doctor")
_WHOSE = ("entry__person__user", "instead_of__person__user", "instead_of__position")


@transaction.atomic
def offer_freed(*, slot: Slot | int, at: datetime, tell_passed: bool = True) -> Offer | None:
    """Offer a free slot to the first place in the list it suits; None: it is free for all.

    Belongs into the transaction that frees the slot. Two queries when nobody waits.
    """
    place = slot_of(slot)
    is_free = place.is_open and place.taken_until <= at
    if not is_free or place.quota not in fitting.GIVEN or place.starts_at <= fitting.nearest(at):
        return None
    passed: list[tuple[WaitingEntry, str]] = []
    for entry in fitting.in_order(place):
        why = fitting.why_not(entry, place, at=at)
        until = _until(entry, at) if not why else at
        if not why and until + fitting.LEAD > place.starts_at:
            why = "Asleep"
        if not why:
            return _offer(entry, place, until=until, passed=passed, at=at)
        passed.append((entry, why))
    if tell_passed:
        _tell_passed(passed, place, at=at)
    return None


@all_or_nothing
def accept(
    *,
    offer: Offer,
    by: Actor,
    user: User | None,
    key: str,
    at: datetime,
    complaint: str = "",
    referral: str = "",
) -> Appointment:
    """Book what was offered; a later visit to such a doctor is brought forward instead.

    Accepted already, the same visit again. Raises `OfferOver`, `NotYours` and the noes of `rules`.
    """
    own = _read(offer)
    person = _person(own)
    rules.refuse_stranger(person, by, on=clinic_day(own.slot, at))
    if own.state == State.TAKEN:
        return _taken(own, person)
    if own.state != State.OPEN or own.until <= at:
        raise OfferOver
    made = _booked(
        own, person, by=by, user=user, key=key, at=at, complaint=complaint, referral=referral
    )
    if not _answer(own, State.TAKEN, at=at):
        raise OfferOver
    if own.entry:
        WaitingEntry.objects.filter(appointment=made).update(appointment=None)
        own.entry.state, own.entry.appointment = Waits.BOOKED, made
        own.entry.save(update_fields=["state", "appointment"])
    _journal("accept", own, by=by, at=at, appointment=made.key_of_subject)
    telling.answered(own, at=at)
    return made


@all_or_nothing
def refuse(*, offer: Offer, by: Actor, at: datetime) -> Offer:
    """Say no: the place in the list stays, the slot goes to the next. Said already, nothing more.

    Raises `OfferOver`, `NotYours`.
    """
    own = _read(offer)
    rules.refuse_stranger(_person(own), by, on=clinic_day(own.slot, at))
    side(own.slot.position.clinic_id, by)
    if own.state == State.REFUSED:
        return own
    if not _answer(own, State.REFUSED, at=at):
        raise OfferOver
    _wait_on(own)
    _journal("refuse", own, by=by, at=at)
    telling.answered(own, at=at)
    pass_on(own, at=at)
    return own


def lapse_offers(*, at: datetime, most: int = 500) -> int:
    """End offers whose time is over, or whose day was closed; return how many.

    Each in a transaction of its own. The place stays, unless so many were not answered.
    """
    over = Offer.objects.filter(Q(until__lte=at) | Q(slot__is_open=False), state=State.OPEN)
    return sum(
        _lapse(pk, at=at) for pk in over.order_by("until").values_list("pk", flat=True)[:most]
    )


def sweep(*, at: datetime) -> int:
    """Offer what is free and waited for: left by holds that ran out, or newly made.

    Return how many offers were made.
    """
    waiting = WaitingEntry.objects.filter(state=Waits.WAITING)
    regions = waiting.order_by("region").values_list("region", flat=True).distinct()
    return sum(_sweep(region, at=at) for region in list(regions))


def end_place(entry: WaitingEntry, *, why: str, text: str, at: datetime) -> None:
    """Close a place in the list that nobody left, and tell the person."""
    entry.state = Waits.ENDED
    entry.save(update_fields=["state"])
    record(
        act="waiting.end", subject=entry.key, person=entry.person.key, by=SYSTEM, at=at,
        details={"why": why},
    )  # fmt: skip
    telling.waiting_ended(entry, text=text, at=at)


def pass_on(offer: Offer, *, at: datetime) -> None:
    """Give an ended offer's slot back and offer it to the next."""
    if give_back(slot_id=offer.slot_id, taken_until=kept_until(offer)):
        offer_freed(slot=offer.slot_id, at=at)


def make(
    slot: Slot,
    *,
    until: datetime,
    at: datetime,
    entry: WaitingEntry | None = None,
    instead_of: Appointment | None = None,
) -> Offer | None:
    """Keep a free slot for one person; None if somebody was faster. Tells nobody."""
    free = Slot.objects.filter(pk=slot.pk, is_open=True, taken_until__lte=at, starts_at__gt=until)
    if not free.update(taken_until=until + GRACE):
        return None
    return Offer.objects.create(
        slot=slot, entry=entry, instead_of=instead_of, made_at=at, until=until
    )


def kept_until(offer: Offer) -> datetime:
    """Return `taken_until` of a slot that an open offer keeps."""
    return offer.until + GRACE


def _offer(
    entry: WaitingEntry,
    slot: Slot,
    *,
    until: datetime,
    passed: list[tuple[WaitingEntry, str]],
    at: datetime,
) -> Offer | None:
    made = make(slot, until=until, at=at, entry=entry)
    if made is None:
        return None
    entry.state = Waits.OFFERED
    entry.save(update_fields=["state"])
    _journal("offer", made, by=SYSTEM, at=at, until=until)
    _tell_passed(passed, slot, at=at)
    telling.offered(made, at=at)
    return made


def _until(entry: WaitingEntry, at: datetime) -> datetime:
    user = entry.person.user
    return (fitting.awake_at(user, at=at) if user else at) + RULES.offer


def _tell_passed(passed: list[tuple[WaitingEntry, str]], slot: Slot, *, at: datetime) -> None:
    acts = [
        Act("waiting.pass", one.key, one.person.key, {**_place_of(slot), "why": why})
        for one, why in passed
    ]
    record_many(acts=acts, by=SYSTEM, at=at)


def _booked(
    own: Offer,
    person: InsuredPerson,
    *,
    by: Actor,
    user: User | None,
    key: str,
    at: datetime,
    complaint: str,
    referral: str,
) -> Appointment:
    """Book the slot, or move a later visit to it."""
    from oms.domain.booking import actions  # they free slots, so they know of offers

    lost = own.instead_of
    now = rules.own_of(person, key="", at=at)
    later = fitting.brought_forward(now, own.slot, at=at) if own.entry else None
    if later:
        return actions.move(
            appointment=later, slot=own.slot, by=by, at=at, key=key, kept_until=kept_until(own)
        )
    return actions.book(
        slot=own.slot,
        person=person,
        by=by,
        user=user,
        channel=Quota.INTERNET,
        key=key,
        at=at,
        complaint=complaint or (lost.complaint if lost else ""),
        referral=referral or (lost.referral if lost else ""),
        kept_until=kept_until(own),
    )


def _taken(own: Offer, person: InsuredPerson) -> Appointment:
    found = Appointment.objects.filter(
        slot=own.slot_id, person=person, state__in=Appointment.IN_PLACE
    ).first()
    if found is None:
        raise OfferOver
    return found


@all_or_nothing
def _lapse(pk: int, *, at: datetime) -> bool:
    own = _read(Offer(pk=pk))
    if not _answer(own, State.LAPSED, at=at):
        return False
    _wait_on(own)
    _journal("lapse", own, by=SYSTEM, at=at)
    if own.entry and _is_silent(own.entry):
        text = "Три предложения подряд остались без ответа. Встать в очередь снова можно сразу."
        end_place(own.entry, why="silent", text=text, at=at)
    else:
        telling.offer_over(own, at=at)
    pass_on(own, at=at)
    return True


def _sweep(region: str, *, at: datetime) -> int:
    made, tried = 0, set[int]()
    for _ in range(_ROUNDS):
        slots = fitting.served(region=region, at=at, but=tried)
        if not slots:
            break
        for slot in slots:
            tried.add(slot)
            made += offer_freed(slot=slot, at=at, tell_passed=False) is not None
    return made


def _is_silent(entry: WaitingEntry) -> bool:
    last = Offer.objects.filter(entry=entry).order_by("-pk").values_list("state", flat=True)
    states = list(last[:SILENT])
    return len(states) == SILENT and set(states) == {State.LAPSED}


def _wait_on(own: Offer) -> None:
    if own.entry:
        rows = WaitingEntry.objects.filter(pk=own.entry.pk, state=Waits.OFFERED)
        rows.update(state=Waits.WAITING)
        own.entry.state = Waits.WAITING


def _answer(own: Offer, state: Offer.State, *, at: datetime) -> bool:
    """End an open offer; False when another hand was faster."""
    if not Offer.objects.filter(pk=own.pk, state=State.OPEN).update(state=state, answered_at=at):
        return False
    own.state, own.answered_at = state, at
    return True


def _read(offer: Offer) -> Offer:
    return Offer.objects.select_related(*_PLACE, *_WHOSE).get(pk=offer.pk)


def _person(own: Offer) -> InsuredPerson:
    known = own.entry or own.instead_of
    if known is None:
        raise NotYours
    return known.person


def _journal(act: str, own: Offer, *, by: Actor, at: datetime, **details: object) -> None:
    subject = own.entry.key if own.entry else f"appointment:{own.instead_of_id}"
    record(
        act=f"waiting.{act}",
        subject=subject,
        person=_person(own).key,
        by=by,
        at=at,
        details={"offer": own.pk, **_place_of(own.slot), **details},
    )


def _place_of(slot: Slot) -> dict[str, object]:
    return {
        "slot": slot.pk,
        "starts_at": slot.starts_at,
        "position": f"position:{slot.position_id}",
    }
