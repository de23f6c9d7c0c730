"""What people are told of visits, offers and the waiting list.

Each message goes once per event; a person without a cabinet is told by the clinic. Rows come
with `slot`, `position__clinic` and `position__doctor`, or cost a query each.
"""

from datetime import datetime

from oms.domain.accounts.models import Role, User
from oms.domain.booking import wording
from oms.domain.booking.models import Appointment, LateRequest, Offer, Slot, WaitingEntry
from oms.domain.journal.actions import Actor
from oms.domain.notifications import actions as messages
from oms.domain.notifications.reach import Pass
from oms.domain.register.models import InsuredPerson

_WISHES = {LateRequest.Wish.CANCEL: "отменить", LateRequest.Wish.MOVE: "перенести"}


def booked(appointment: Appointment, *, at: datetime) -> None:
    """The visit is booked: when, where, what to bring."""
    _tell(appointment, "appointment-booked", "booked", at=at)


def moved(appointment: Appointment, *, before: Slot, at: datetime) -> None:
    """The visit is at another time; the one before is given back."""
    _tell(
        appointment,
        "appointment-moved",
        f"moved:{appointment.sequence}",
        at=at,
        before=wording.when(before.starts_at, before.position),
    )


def cancelled(appointment: Appointment, *, by: Actor, at: datetime) -> None:
    """The visit is cancelled: by the person, at their request, or by the clinic.

    A cancellation is told once: who has told of a closed day already says nothing more.
    """
    asked = appointment.late_requests.filter(
        wish=LateRequest.Wish.CANCEL, state=LateRequest.State.DONE, decided_at=at
    ).first()
    if asked:
        _late(asked, appointment, answer=appointment.ended_because, at=at)
    elif by.role == Role.REGISTRAR:
        reason = _plain(appointment.ended_because) or "её уточнит регистратура"
        _tell(appointment, "appointment-called-off", "cancelled", at=at, reason=reason)
    else:
        _tell(appointment, "appointment-cancelled", "cancelled", at=at)


def doubled(appointment: Appointment, *, kept: Appointment, at: datetime) -> None:
    """Of two visits at one time, once the records of one person were merged, this one goes."""
    other = wording.when(kept.starts_at, kept.position)
    _tell(appointment, "appointment-doubled", "cancelled", at=at, other=other)


def missed(appointment: Appointment, *, at: datetime) -> None:
    """The person did not come in time."""
    _tell(appointment, "appointment-missed", f"missed:{at.isoformat()}", at=at)


def late_answered(request: LateRequest, *, at: datetime) -> None:
    """The clinic answered a request; of a move done `moved` has told already."""
    if request.wish == LateRequest.Wish.MOVE and request.state == LateRequest.State.DONE:
        return
    _late(request, request.appointment, answer=request.answer, at=at)


def reminded(appointment: Appointment, *, kind: str, passed: Pass, at: datetime) -> None:
    """A visit is near; letters hold a link that answers without log-in."""
    once = f"{kind}:{appointment.starts_at.isoformat()}"
    _tell(appointment, f"appointment-{kind}-reminder", once, at=at, passed=passed)


def offered(offer: Offer, *, at: datetime) -> None:
    """A time the person waits for is kept for them."""
    assert offer.entry is not None
    user = offer.entry.person.user
    if user is None:
        return
    until = wording.when(offer.until, offer.slot.position)
    messages.tell(
        user=user,
        kind="slot-offered",
        context={**wording.of_slot(offer.slot), "until": until},
        key=f"offer:{offer.pk}",
        subject=offer.entry.key,
        link=_page(offer.entry),
        answer_by=offer.until,
        at=at,
    )


def closed(appointment: Appointment, *, because: str, offer: Offer | None, at: datetime) -> None:
    """The day is closed: the visit will not be, but perhaps another time is kept."""
    reason = _plain(because)
    if offer is None:
        _tell(appointment, "appointment-closed", "cancelled", at=at, reason=reason)
        return
    new = wording.of_slot(offer.slot)
    _tell(
        appointment,
        "appointment-closed-offer",
        "cancelled",
        at=at,
        reason=reason,
        until=wording.when(offer.until, offer.slot.position),
        answer_by=offer.until,
        other=new["when"],
        doctor=new["doctor"],
        place=new["place"],
    )


def offer_over(offer: Offer, *, at: datetime) -> None:
    """An offer ended without an answer."""
    of_entry = offer.entry is not None
    person = _whose(offer)
    text = (
        "Ваше место в очереди прежнее: предложим следующее время."
        if of_entry
        else "Выберите другое время сами или встаньте в очередь."
    )
    user = person.user
    if user is None:
        return
    words = wording.of_slot(offer.slot)
    entry, visit = offer.entry, offer.instead_of
    messages.tell(
        user=user,
        kind="slot-lapsed",
        context={"when": words["when"], "doctor": words["doctor"], "text": text},
        key=f"offer:{offer.pk}:over",
        subject=entry.key if entry else f"appointment:{offer.instead_of_id}",
        link=_page(entry) if entry else wording.page_of(visit) if visit else wording.VISITS,
        at=at,
    )


def waiting_ended(entry: WaitingEntry, *, text: str, at: datetime) -> None:
    """The place in the list is closed by the clinic's clock or by silence."""
    if entry.person.user is None:
        return
    messages.tell(
        user=entry.person.user,
        kind="slot-waiting-ended",
        context={"doctor": wording.speciality(entry.speciality), "text": text},
        key=f"{entry.key}:ended",
        subject=entry.key,
        link=wording.VISITS,
        at=at,
    )


def answered(offer: Offer, *, at: datetime) -> None:
    """Note that the person answered: nobody reminds them any more."""
    user = _whose(offer).user
    subject = offer.entry.key if offer.entry else f"appointment:{offer.instead_of_id}"
    if user is not None:
        messages.answered(user=user, subject=subject, at=at)


def _whose(offer: Offer) -> InsuredPerson:
    known = offer.entry or offer.instead_of
    assert known is not None  # booking_offer_for_one
    return known.person


def _late(request: LateRequest, appointment: Appointment, *, answer: str, at: datetime) -> None:
    done = request.state == LateRequest.State.DONE
    kind = "appointment-late-done" if done else "appointment-late-refused"
    what = _WISHES[LateRequest.Wish(request.wish)]
    _tell(appointment, kind, f"late:{request.pk}", at=at, what=what, answer=answer.strip())


def _tell(
    appointment: Appointment,
    kind: str,
    once: str,
    *,
    at: datetime,
    answer_by: datetime | None = None,
    passed: Pass | None = None,
    **words: str,
) -> None:
    user: User | None = appointment.person.user
    if user is None:
        return
    place = wording.place(appointment.position, appointment.slot.room)
    messages.tell(
        user=user,
        kind=kind,
        context={
            "number": appointment.number,
            "when": wording.when(appointment.starts_at, appointment.position),
            "doctor": wording.doctor(appointment.position),
            "place": place,
            **words,
        },
        key=f"{appointment.key_of_subject}:{once}",
        subject=appointment.key_of_subject,
        link=wording.page_of(appointment),
        answer_by=answer_by,
        passed=passed,
        at=at,
    )


def _page(entry: WaitingEntry) -> str:
    return f"{wording.WAITING}{entry.pk}/"


def _plain(reason: str) -> str:
    """Return a reason as the end of a sentence that has its own full stop."""
    return reason.strip().rstrip(".!… ")
