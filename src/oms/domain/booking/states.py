"""Every act on a visit: from which states, to which, by whom. One table, read by all acts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from oms.domain.accounts.models import Role
from oms.domain.booking.models import Appointment
from oms.domain.booking.refused import NotYours, Settled
from oms.domain.journal.actions import SYSTEM, Actor

State = Appointment.State


class Side(StrEnum):
    """Who acts: the person or who represents them; the visit's own clinic; time itself."""

    PERSON = "person"
    CLINIC = "clinic"
    SYSTEM = "system"


@dataclass(frozen=True)
class Act:
    """One row of the table. `to` is None where the state stays."""

    title: str
    since: frozenset[State]
    to: State | None
    sides: frozenset[Side]


_ANY = frozenset(Side)
_DESK = frozenset({Side.CLINIC})

ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "confirm": Act("Подтвердить", frozenset({State.HELD}), State.BOOKED, _ANY),
        "release": Act("Отпустить", frozenset({State.HELD}), State.LAPSED, _ANY),
        "move": Act("Перенести", frozenset({State.BOOKED}), None, _ANY),
        "cancel": Act("Отменить", frozenset({State.BOOKED}), State.CANCELLED, _ANY),
        "late_ask": Act("Попросить", frozenset({State.BOOKED}), None, frozenset({Side.PERSON})),
        "come": Act("Приду", frozenset({State.BOOKED}), None, _ANY),
        "arrive": Act(
            "Отметить приход", frozenset({State.BOOKED, State.NO_SHOW}), State.ARRIVED, _DESK
        ),
        "fulfil": Act(
            "Приём прошёл",
            frozenset({State.BOOKED, State.ARRIVED}),
            State.FULFILLED,
            _DESK | {Side.SYSTEM},
        ),
        "miss": Act("Не пришёл", frozenset({State.BOOKED}), State.NO_SHOW, _DESK | {Side.SYSTEM}),
    }
)


def begin(verb: str, appointment: Appointment, by: Actor) -> bool:
    """Tell whether the act has anything to do; False: it was done before.

    Needs `appointment.position`. Raises `NotYours`, `Settled`.
    """
    act = ACTS[verb]
    if side(appointment.position.clinic_id, by) not in act.sides:
        raise NotYours
    if act.to is not None and appointment.state == act.to:
        return False
    if appointment.state not in act.since:
        raise Settled
    return True


def side(clinic: str, by: Actor) -> Side:
    """Return on whose side of a visit at the clinic somebody stands. Raises `NotYours`."""
    if by == SYSTEM:
        return Side.SYSTEM
    if by.role == Role.REGISTRAR:
        if by.organization != f"clinic:{clinic}":
            raise NotYours
        return Side.CLINIC
    if by.role not in {"", Role.INSURED}:
        raise NotYours
    return Side.PERSON
