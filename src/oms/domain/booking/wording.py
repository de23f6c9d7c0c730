"""When and where, in the words of messages and calendars: always by the clinic's clock."""

from datetime import datetime, tzinfo
from urllib.parse import quote

from django.utils import timezone

from oms.domain.booking.models import Appointment, Slot
from oms.domain.directory.models import Position
from oms.law import dates, zones
from oms.law.specialities import SPECIALITIES
from oms.law.typed import NBSP

VISITS = "/visits/"
WAITING = "/waiting/"


def when(moment: datetime, position: Position, *, reader: tzinfo | None = None) -> str:
    """Return the moment by the clinic's clock; it is named if the reader's shows another time.

    The reader's clock is the portal's region's when not told. Needs `position.clinic`.

    «5 октября 2026 г. в 10:20 (МСК+2)»
    """
    return in_region(moment, position.clinic.region_id, reader=reader)


def in_region(moment: datetime, region: str, *, reader: tzinfo | None = None) -> str:
    """Return the moment by the clock of a region, as `when` does."""
    clock = zones.zone(region)
    here = moment.astimezone(clock)
    words = f"{dates.long(here.date())} в{NBSP}{here:%H:%M}"
    theirs = moment.astimezone(reader or timezone.get_default_timezone())
    if theirs.utcoffset() == here.utcoffset():
        return words
    return f"{words} ({zones.name(clock, at=moment)})"


def doctor(position: Position) -> str:
    """Return who sees the person: «Соколова Анна Ивановна, терапевт»."""
    return f"{position.doctor.name}, {speciality(position.speciality)}"


def speciality(code: str) -> str:
    """Return a speciality as it stands within a sentence: «терапевт»."""
    title = SPECIALITIES[code].title if code in SPECIALITIES else "врач"
    return title[:1].lower() + title[1:]


def place(position: Position, room: str = "") -> str:
    """Return the clinic, its address and the room, without a full stop."""
    clinic = position.clinic
    address = clinic.actual_address or clinic.legal_address
    number = room or position.room
    parts = (clinic.short_name, address, f"кабинет{NBSP}{number}" if number else "")
    return ", ".join(part.strip(" .") for part in parts if part)


def page_of(appointment: Appointment) -> str:
    """Return the path of the visit's page."""
    return f"{VISITS}{quote(appointment.number)}/"


def of_slot(slot: Slot) -> dict[str, str]:
    """Return when, who and where, as templates of messages ask for it."""
    return {
        "when": when(slot.starts_at, slot.position),
        "doctor": doctor(slot.position),
        "place": place(slot.position, slot.room),
    }
