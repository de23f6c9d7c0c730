"""What the journal is told of a visit: the same words for every act."""

from datetime import datetime
from typing import Any

from oms.domain.booking.models import Appointment, Slot
from oms.domain.journal.actions import Actor, record


def tell_journal(
    act: str, appointment: Appointment, *, by: Actor, at: datetime, **details: Any
) -> None:
    """Record an act on a visit with the time and place it is for. Needs `position`."""
    record(
        act=f"appointment.{act}",
        subject=appointment.key_of_subject,
        person=f"person:{appointment.person_id}",
        by=by,
        at=at,
        details=place_of(appointment) | {name: told for name, told in details.items() if told},
    )


def place_of(row: Appointment | Slot) -> dict[str, Any]:
    """Return when and where, as JSON keeps it."""
    return {
        "slot": row.slot_id if isinstance(row, Appointment) else row.pk,
        "starts_at": row.starts_at,
        "position": f"position:{row.position_id}",
        "clinic": f"clinic:{row.position.clinic_id}",
    }
