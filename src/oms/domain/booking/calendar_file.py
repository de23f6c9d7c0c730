"""Visits as calendars keep them: iCalendar (RFC 5545, 5546), one visit or a feed (BKG-3).

A visit's UID stays for good and `SEQUENCE` grows with each move, so that calendars move the entry
instead of doubling it; a cancelled visit is sent by `METHOD:CANCEL`. Times stand by the clinic's
clock, with its VTIMEZONE. Nothing is told but time, place and doctor.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from icalendar import Alarm, Calendar, Event, vGeo

from oms.domain.booking import wording
from oms.domain.booking.models import Appointment
from oms.law import zones

MEDIA_TYPE = "text/calendar; charset=utf-8"
NAME = "Приёмы у врача"
REFRESH = timedelta(hours=1)
ALARMS = (timedelta(days=1), timedelta(hours=2))
_PRODUCT = "-//OpenOMS//Booking//RU"
_OVER = (Appointment.State.CANCELLED, Appointment.State.NO_SHOW, Appointment.State.LAPSED)
_AROUND = timedelta(days=400)
"""VTIMEZONE tells the changes of the clock this long before and after the visits."""


def of_visit(appointment: Appointment, *, at: datetime) -> bytes:
    """Return the file of one visit: published, or taken back when it is cancelled.

    Needs `slot`, `position__clinic` and `position__doctor`.
    """
    is_over = appointment.state == Appointment.State.CANCELLED
    return _calendar([appointment], method="CANCEL" if is_over else "PUBLISH", at=at)


def of_person(appointments: Sequence[Appointment], *, at: datetime) -> bytes:
    """Return a person's visits as a feed; cancelled ones stand in it as such."""
    return _calendar(appointments, method="PUBLISH", at=at, name=NAME)


def file_name(appointment: Appointment) -> str:
    """Return the name of the file of a visit, in ASCII: «visit-4F7K-29QM.ics»."""
    return f"visit-{_short(appointment)}.ics"


def _calendar(
    appointments: Sequence[Appointment], *, method: str, at: datetime, name: str = ""
) -> bytes:
    made = Calendar()
    made.add("prodid", _PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", method)
    if name:
        made.add("name", name)
        made.add("x-wr-calname", name)
        made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        made.add("x-published-ttl", REFRESH)
    for row in appointments:
        made.add_component(_event(row, at=at))
    if appointments:
        days = [row.starts_at.date() for row in appointments]
        made.add_missing_timezones(min(days) - _AROUND, max(days) + _AROUND)
    content: bytes = made.to_ical()
    return content


def _event(row: Appointment, *, at: datetime) -> Event:
    clock = zones.zone(row.position.clinic.region_id)
    is_over = row.state in _OVER
    made = Event()
    made.add("uid", f"{_short(row)}@visits.openoms")
    made.add("dtstamp", at)
    made.add("sequence", row.sequence)
    made.add("dtstart", row.starts_at.astimezone(clock))
    made.add("dtend", row.ends_at.astimezone(clock))
    made.add("summary", f"Приём: {wording.doctor(row.position)}")
    made.add("location", wording.place(row.position, row.slot.room))
    made.add("status", "CANCELLED" if is_over else "CONFIRMED")
    made.add("transp", "TRANSPARENT" if is_over else "OPAQUE")
    made.add("class", "PRIVATE")
    if is_over:
        return made
    made.add("description", "Возьмите паспорт и полис или его номер.")
    made.add("url", f"{settings.BASE_URL}{wording.page_of(row)}")
    _add_place(made, row)
    for before in ALARMS:
        made.add_component(_alarm(before, "Приём у врача"))
    return made


def _add_place(made: Event, row: Appointment) -> None:
    clinic = row.position.clinic
    if clinic.latitude is not None and clinic.longitude is not None:
        made.add("geo", vGeo((float(clinic.latitude), float(clinic.longitude))))


def _alarm(before: timedelta, words: str) -> Alarm:
    made = Alarm()
    made.add("action", "DISPLAY")
    made.add("description", words)
    made.add("trigger", -before)
    return made


def _short(row: Appointment) -> str:
    return row.number.rpartition("З-")[2]
