"""A slot is taken by one UPDATE that asks whether it is free; constraints stand beneath it.

Locks are taken in one order everywhere: the person's row, slots, appointments. Who waits for a
slot never holds up whom they wait for; where a meeting of expired holds could still lock two
requests crosswise, the database ends one of them and it reads `Taken`.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, transaction

from oms.domain.booking.models import Appointment, Slot
from oms.domain.booking.refused import AlreadyAsked, KeyUsed, OfferOver, Overlap, Taken
from oms.domain.booking.schedule_models import FOR_GOOD, FREE
from oms.kit.denied import Denied

State = Appointment.State
_PROMISES: dict[str, type[Denied]] = {
    "booking_one_patient_a_slot": Taken,
    "booking_appointment.slot_id": Taken,  # as SQLite calls it
    "booking_person_overlap": Overlap,
    "booking_appointment.key": KeyUsed,
    "booking_appointment_key_": KeyUsed,
    "booking_move.key": KeyUsed,
    "booking_move_key_": KeyUsed,
    "booking_laterequest.appointment_id": AlreadyAsked,
    "booking_one_late_request": AlreadyAsked,
}
"""What a refusal of the database means, by a part of its words."""
_NUMBER = ("booking_appointment.number", "booking_appointment_number_")
_DEADLOCK = "40P01"
_LETTERS = "2345679ACDEFHJKLMNPRTUVWXY"  # none looks like another, or like a digit
P = ParamSpec("P")
R = TypeVar("R")


def all_or_nothing(act: Callable[P, R]) -> Callable[P, R]:
    """Run an act in a transaction; say in words what the database's promises refuse."""

    @wraps(act)
    def tried(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with transaction.atomic():
                return act(*args, **kwargs)
        except IntegrityError as error:
            if not any(name in str(error) for name in _NUMBER):
                raise _in_words(error) from None
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != _DEADLOCK:
                raise
            raise Taken from None
        with transaction.atomic():  # the number drawn was another's: draw again
            return act(*args, **kwargs)

    return tried


def _in_words(error: IntegrityError) -> Exception:
    said = str(error)
    return next((no() for name, no in _PROMISES.items() if name in said), error)


def new_number() -> str:
    """Return a number that tells nothing and cannot be guessed: «З-4F7K-29QM»."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"З-{drawn[:4]}-{drawn[4:]}"


def take(
    *, slot_id: int, until: datetime, at: datetime, kept_until: datetime | None = None
) -> None:
    """Take a free slot until the moment; one that an offer keeps, by the end of that offer.

    Raises `Taken`, `OfferOver`.
    """
    rows = Slot.objects.filter(pk=slot_id, is_open=True, starts_at__gt=at)
    if kept_until is None:
        if not rows.filter(taken_until__lte=at).update(taken_until=until):
            raise Taken
    elif kept_until <= at or not rows.filter(taken_until=kept_until).update(taken_until=until):
        raise OfferOver


def keep_for_good(*, slot_id: int, held_until: datetime) -> bool:
    """Turn the hold that ends at that moment into a booking; False: it is no longer ours."""
    rows = Slot.objects.filter(pk=slot_id, is_open=True, taken_until=held_until)
    return bool(rows.update(taken_until=FOR_GOOD))


def give_back(*, slot_id: int, taken_until: datetime) -> bool:
    """Free a slot taken until that moment; False: it is somebody else's by now."""
    rows = Slot.objects.filter(pk=slot_id, taken_until=taken_until)
    return bool(rows.update(taken_until=FREE))


def settle_overtaken(*, slot: Slot, at: datetime) -> None:
    """Close holds that ran out on a slot just taken. `slot` as it was read before.

    A slot given back is `FREE`, so one that was never taken or given back has none to close.
    """
    if FREE < slot.taken_until < FOR_GOOD:
        held = Appointment.objects.filter(slot=slot, state=State.HELD)
        held.update(state=State.LAPSED, ended_at=at)
