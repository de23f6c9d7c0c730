"""What booking tells: a person's visits, one visit, a clinic's day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Prefetch, QuerySet

from oms.domain.accounts.models import User
from oms.domain.booking.models import Appointment, LateRequest, Offer
from oms.domain.directory.models import MedicalOrganization
from oms.domain.register.models import InsuredPerson
from oms.law.zones import moment, zone

PAST_SHOWN = 50
_PLACE = ("slot", "position__clinic__region", "position__doctor", "person")
_UNTOLD = (Appointment.State.HELD, Appointment.State.LAPSED)


@dataclass(frozen=True)
class Visits:
    """A person's visits: those to come, nearest first; the others, latest first."""

    ahead: Sequence[Appointment]
    past: Sequence[Appointment]


def visits_of(persons: InsuredPerson | Iterable[InsuredPerson], *, at: datetime) -> Visits:
    """Return what these people have ahead, and the last of what is over. Four queries.

    Each has `asked`: open requests to the clinic. Holds are no visits yet.
    """
    whose = [persons] if isinstance(persons, InsuredPerson) else list(persons)
    rows = _with_place(Appointment.objects.filter(person__in=whose))
    ahead = list(
        rows.filter(state__in=Appointment.KEPT, ends_at__gt=at).order_by("starts_at", "pk")
    )
    past = rows.exclude(state__in=_UNTOLD).exclude(pk__in=[row.pk for row in ahead])
    return Visits(ahead, list(past.order_by("-starts_at", "-pk")[:PAST_SHOWN]))


def next_visit(person: InsuredPerson, *, at: datetime) -> Appointment | None:
    """Return the person's nearest visit ahead. One query."""
    rows = Appointment.objects.filter(person=person, state__in=Appointment.KEPT, ends_at__gt=at)
    found = rows.select_related("position__clinic", "position__doctor")
    return found.order_by("starts_at", "pk").first()


def hold_of(person: InsuredPerson, *, at: datetime) -> Appointment | None:
    """Return the hold the person has now."""
    rows = _with_place(Appointment.objects.filter(person=person))
    return rows.filter(state=Appointment.State.HELD, held_until__gt=at).first()


def lost_with_offer(person: InsuredPerson, *, at: datetime) -> list[Appointment]:
    """Return visits a closed day took for which another time is kept now. One query or two."""
    standing = Offer.objects.filter(state=Offer.State.OPEN, until__gt=at)
    rows = Appointment.objects.filter(person=person, offers__in=standing)
    return list(_with_place(rows).order_by("starts_at", "pk"))


def appointment(which: str | int, *, user: User) -> Appointment | None:
    """Return a visit by its number or id, if this user may see it. Two queries."""
    rows = _with_place(Appointment.objects.visible_to(user))
    return rows.filter(pk=which).first() if isinstance(which, int) else by_number(rows, which)


def by_number(rows: QuerySet[Appointment], number: str) -> Appointment | None:
    """Return the visit of that number, typed in any case."""
    return rows.filter(number=number.strip().upper()).first()


def day_of(clinic: MedicalOrganization, day: date, *, user: User) -> list[Appointment]:
    """Return the visits of a clinic's day by its clock, as far as the user may see. Two queries."""
    clock = zone(clinic.region_id)
    since, until = moment(day, time(), clock), moment(day + timedelta(days=1), time(), clock)
    rows = _with_place(Appointment.objects.visible_to(user))
    rows = rows.filter(position__clinic=clinic, starts_at__gte=since, starts_at__lt=until)
    return list(rows.exclude(state__in=_UNTOLD).order_by("starts_at", "pk"))


def _with_place(rows: QuerySet[Appointment]) -> QuerySet[Appointment]:
    asked = LateRequest.objects.filter(state=LateRequest.State.OPEN)
    return rows.select_related(*_PLACE).prefetch_related(
        Prefetch("late_requests", queryset=asked, to_attr="asked")
    )
