"""Booked visits that the schedule no longer has a place for: the registrar calls these people."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from oms.domain.booking import planning
from oms.domain.booking.models import Appointment
from oms.domain.directory.models import Position
from oms.law.visits import RULES

Span = tuple[datetime, datetime]


def conflicts(
    *,
    positions: Collection[Position],
    at: datetime,
    since: date | None = None,
    until: date | None = None,
) -> list[Appointment]:
    """Visits ahead that lie outside of the hours their doctor works, or in a slot that is closed.

    A visit inside of the hours fits, be the slots around it of another length. Days are those of
    the clinic's clock, by default the whole horizon. At most 5 queries.
    """
    first = since or (at - timedelta(days=1)).date()
    last = until or first + timedelta(days=RULES.ahead_days + 3)
    schedule = planning.read(positions=[one.pk for one in positions], since=first, until=last)
    rows = Appointment.objects.filter(
        position__in=positions, state=Appointment.State.BOOKED, starts_at__gt=at
    ).select_related("slot", "person__user", "position__doctor", "position__clinic")
    worked: dict[int, list[Span]] = {}
    found = []
    for visit in rows.order_by("starts_at", "pk"):
        begins, ends = schedule.bounds(visit.position_id, first, last)
        if not begins <= visit.starts_at < ends:
            continue
        if visit.position_id not in worked:
            worked[visit.position_id] = _worked(schedule, visit.position_id, first, last)
        if not visit.slot.is_open or not _fits(visit, worked[visit.position_id]):
            found.append(visit)
    return found


def _worked(schedule: planning.Schedule, position: int, since: date, until: date) -> list[Span]:
    """The hours worked, as stretches without a gap."""
    spans: list[Span] = []
    for slot in sorted(schedule.slots(position, since, until), key=lambda one: one.starts_at):
        if spans and slot.starts_at <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], slot.ends_at))
        else:
            spans.append((slot.starts_at, slot.ends_at))
    return spans


def _fits(visit: Appointment, spans: list[Span]) -> bool:
    return any(begins <= visit.starts_at and visit.ends_at <= ends for begins, ends in spans)
