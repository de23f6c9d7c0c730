"""A visit within 24 hours: the person asks, the clinic decides (BKG-4)."""

from datetime import datetime

from oms.domain.booking import after, rules
from oms.domain.booking.changing import cancel, is_near, move
from oms.domain.booking.journaling import tell_journal
from oms.domain.booking.models import Appointment, LateRequest, Slot
from oms.domain.booking.reading import clinic_day, locked_visit
from oms.domain.booking.refused import AlreadyAsked, NeedsSlot, NotLate, NotYours, Settled
from oms.domain.booking.states import Side, begin, side
from oms.domain.booking.taking import all_or_nothing
from oms.domain.journal.actions import Actor

Wish, State = LateRequest.Wish, LateRequest.State


@all_or_nothing
def ask_late(
    *, appointment: Appointment, wish: str, words: str, by: Actor, at: datetime
) -> LateRequest:
    """Ask the clinic to cancel or move a near visit; it stands until the clinic agrees.

    The same wish again returns the request that waits. Raises `NotLate`, `AlreadyAsked`,
    `Settled`, `NotYours`.
    """
    row = locked_visit(appointment)
    rules.refuse_stranger(row.person, by, on=clinic_day(row, at))
    begin("late_ask", row, by)
    if not is_near(row, at=at):
        raise NotLate
    if row.starts_at <= at:
        raise Settled
    waiting = LateRequest.objects.filter(appointment=row, state=State.OPEN).first()
    if waiting:
        return _same(waiting, wish)
    made = LateRequest.objects.create(
        appointment=row,
        clinic=row.position.clinic,
        wish=Wish(wish),
        words=" ".join(words.split())[:300],
        asked_at=at,
    )
    tell_journal("late_ask", row, by=by, at=at, wish=made.wish, words=made.words)
    return made


@all_or_nothing
def decide_late(
    *,
    request: LateRequest,
    accept: bool,
    answer: str,
    by: Actor,
    at: datetime,
    slot: Slot | int | None = None,
) -> LateRequest:
    """Agree and do it, or refuse with words; decided the same way already, nothing changes.

    To move needs the `slot`. Raises `NeedsSlot`, `Settled`, `NotYours`, and as `move` does.
    """
    row = locked_visit(request.appointment)
    if side(row.position.clinic_id, by) != Side.CLINIC:
        raise NotYours
    own = LateRequest.objects.get(pk=request.pk)
    decided = State.DONE if accept else State.REFUSED
    if own.state != State.OPEN:
        if own.state == decided:
            return own
        raise Settled
    if accept:
        _do(own, row, slot, because=answer, by=by, at=at)
    own.state, own.decided_at, own.decided_by = decided, at, by.key
    own.answer = " ".join(answer.split())[:300]
    own.save(update_fields=["state", "decided_at", "decided_by", "answer"])
    tell_journal("late_decide", row, by=by, at=at, accept=accept, wish=own.wish, answer=own.answer)
    after.late_answered(request=own, at=at)
    return own


def _same(waiting: LateRequest, wish: str) -> LateRequest:
    if waiting.wish != wish:
        raise AlreadyAsked
    return waiting


def _do(
    own: LateRequest,
    row: Appointment,
    slot: Slot | int | None,
    *,
    because: str,
    by: Actor,
    at: datetime,
) -> None:
    if own.wish == Wish.CANCEL:
        cancel(appointment=row, by=by, at=at, because=because)
    elif slot is None:
        raise NeedsSlot
    else:
        move(appointment=row, slot=slot, by=by, at=at, key=f"late:{own.pk}")
