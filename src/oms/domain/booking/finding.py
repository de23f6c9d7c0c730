"""Finding a doctor with free time: who, when, how many; each page a fixed number of queries."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Exists, F, OrderBy, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from oms.domain.booking import rules
from oms.domain.booking.heat import Heat, heat
from oms.domain.booking.schedule_models import Quota, Slot
from oms.domain.directory.folding import fold
from oms.domain.directory.models import Doctor, Position
from oms.domain.register.models import InsuredPerson
from oms.law import complaints, dates, zones
from oms.law.specialities import SPECIALITIES, Speciality
from oms.law.visits import RULES

__all__ = [
    "ONLINE",
    "QUOTAS",
    "Found",
    "FreeTime",
    "Heat",
    "at_work",
    "doctor",
    "free_counts",
    "free_days",
    "free_times",
    "heat",
    "hints",
    "nearest",
    "position",
    "positions",
    "seen_by",
]
QUOTAS: Mapping[str, tuple[str, ...]] = {
    channel: tuple(sorted(given)) for channel, given in rules.GIVEN_OUT.items()
}
"""Quotas that each channel may take of, as the database is asked (BKG-7)."""
ONLINE = QUOTAS[Quota.INTERNET]
SORTS = ("nearest", "rating", "name")
_RATED = Coalesce("doctor__rating", "clinic__rating")
"""What people say of the doctor, else of the clinic."""
_DAY = timedelta(days=1)
_WORDS_READ = 6
_FULL_AGE = 18
_WALKED = 500


@dataclass(frozen=True)
class Found:
    """A doctor at a clinic: the nearest free moment by the clinic's clock, how many are free."""

    position: Position
    speciality: Speciality
    nearest: datetime | None
    free: int
    clock: ZoneInfo


@dataclass(frozen=True)
class FreeTime:
    """One free slot as a button shows it: both ends by the clinic's clock."""

    slot: Slot
    begins: datetime
    ends: datetime


def positions(
    *,
    at: datetime,
    region: str = "",
    speciality: str = "",
    clinic: str = "",
    kind: str = "",
    text: str = "",
    rating: int = 0,
    person: InsuredPerson | None = None,
    doctor: int | None = None,
    only_free: bool = False,
    sort: str = "nearest",
    quotas: Sequence[str] = ONLINE,
    limit: int = 20,
    offset: int = 0,
) -> list[Found]:
    """Doctors at work who suit, with their free time ahead; 2 queries.

    `speciality` is a code; `kind` a part of the clinic's name («детская»); `text` is read as a
    complaint («болит горло») unless a speciality is given, else as words of the doctor's or the
    clinic's name. With a `person`, those who do not see this age or sex are left out. Ask for one
    more than shown to learn whether there is a next page.
    """
    on = localdate(at)
    asked = [speciality] if speciality else [one.code for one in hints(text=text, of=person, on=on)]
    rows = at_work(on=on)
    if asked:
        rows = rows.filter(speciality__in=asked)
    if region:
        rows = rows.filter(clinic__region=region)
    if clinic:
        rows = rows.filter(clinic=clinic)
    if doctor is not None:
        rows = rows.filter(doctor=doctor)
    if kind:
        rows = rows.filter(clinic__search_text__contains=fold(kind))
    if rating:
        rows = rows.alias(rated=_RATED).filter(rated__gte=rating)
    if person is not None:
        rows = rows.filter(seen_by(person, on=on))
    if text and (speciality or not asked):
        rows = _named(rows, text)
    is_wide = not (asked or clinic or text or doctor is not None)
    if is_wide and sort == "nearest" and connection.vendor == "postgresql":
        rows = _soonest(rows, offset + limit, at=at, quotas=quotas)
    timed = rows.annotate(nearest=nearest(at=at, quotas=quotas))
    if only_free:
        timed = timed.exclude(nearest=None)
    chosen = timed.select_related("doctor", "clinic").order_by(*_order(sort))
    return _told(list(chosen[offset : offset + limit]), at, quotas)


def at_work(*, on: date) -> QuerySet[Position]:
    """Positions whose doctor and clinic see people on the day."""
    return Position.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=on),
        Q(clinic__ends_on=None) | Q(clinic__ends_on__gte=on),
    )


def seen_by(person: InsuredPerson, *, on: date) -> Q:
    """Positions that see a person of this age and sex."""
    age = dates.age(person.birth_date, on=on)
    return Q(from_age__lte=age, below_age__gt=age) & (Q(sex=None) | Q(sex=person.sex))


def nearest(*, at: datetime, quotas: Sequence[str] = ONLINE) -> Subquery:
    """The first free moment of a position, as a column: one look into `booking_slots_free`."""
    free = Slot.objects.free(at=at).filter(position=OuterRef("pk"), quota__in=quotas)
    return Subquery(free.order_by("starts_at").values("starts_at")[:1])


def _soonest(
    rows: QuerySet[Position], needed: int, *, at: datetime, quotas: Sequence[str]
) -> QuerySet[Position]:
    """Leave only those of the very next free times, if these are as many as are needed.

    Asking each of a region's thousands of doctors for the nearest time takes a while; the next
    five hundred free times are one short walk through `booking_slots_soon`, and whoever is not
    among them has none sooner.
    """
    soon = Slot.objects.free(at=at).filter(quota__in=quotas).order_by("starts_at", "position")
    among = Q(pk__in=soon.values("position")[:_WALKED])
    enough = Exists(rows.filter(among)[needed - 1 : needed])
    return rows.filter(among | ~enough)


def _order(sort: str) -> list[str | OrderBy]:
    name: list[str | OrderBy] = ["doctor__family_name", "doctor__given_name", "pk"]
    soon: list[str | OrderBy] = [F("nearest").asc(nulls_last=True), "pk"]
    if sort == "rating":
        return [_RATED.desc(nulls_last=True), *soon]
    return name if sort == "name" else soon


def _named(rows: QuerySet[Position], text: str) -> QuerySet[Position]:
    """Those whose doctor or clinic has every word; е finds ё too."""
    for word in fold(text).split()[:_WORDS_READ]:
        begins = rf"^{re.escape(word).replace('е', '[её]').replace('и', '[ий]')}"
        rows = rows.filter(
            Q(clinic__search_text__contains=word)
            | Q(doctor__family_name__iregex=begins)
            | Q(doctor__given_name__iregex=begins)
            | Q(doctor__patronymic__iregex=begins)
        )
    return rows


def _told(rows: Sequence[Position], at: datetime, quotas: Sequence[str]) -> list[Found]:
    free = free_counts(positions=[one.pk for one in rows], at=at, quotas=quotas)
    found = []
    for one in rows:
        clock = zones.zone(one.clinic.region_id)
        moment: datetime | None = getattr(one, "nearest", None)
        here = moment.astimezone(clock) if moment else None
        found.append(Found(one, SPECIALITIES[one.speciality], here, free.get(one.pk, 0), clock))
    return found


def free_counts(
    *, positions: Iterable[int], at: datetime, quotas: Sequence[str] = ONLINE
) -> dict[int, int]:
    """How many slots of each position are free within the fortnight ahead; 1 query."""
    horizon = at + _DAY * (RULES.ahead_days + 1)
    rows = Slot.objects.free(at=at).filter(
        position__in=list(positions), quota__in=quotas, starts_at__lt=horizon
    )
    return dict(rows.values_list("position").annotate(Count("pk")))


def doctor(*, pk: int, at: datetime, quotas: Sequence[str] = ONLINE) -> tuple[Doctor, list[Found]]:
    """A doctor and their places of work; raises `Doctor.DoesNotExist`; 3 queries."""
    return Doctor.objects.get(pk=pk), positions(at=at, doctor=pk, quotas=quotas, sort="name")


def position(*, pk: int, at: datetime, quotas: Sequence[str] = ONLINE) -> Found:
    """One doctor at one clinic; raises `Position.DoesNotExist`; 2 queries."""
    rows = Position.objects.filter(pk=pk).select_related("doctor", "clinic")
    row = rows.annotate(nearest=nearest(at=at, quotas=quotas)).get()
    return _told([row], at, quotas)[0]


def free_days(
    *, position: Position, month: date, at: datetime, quotas: Sequence[str] = ONLINE
) -> dict[date, int]:
    """Days of the month (any day of it) with how many slots are free; days without are left out.

    Days are those of the clinic's clock. 1 query: the position's clinic should be loaded.
    """
    first = month.replace(day=1)
    rows = _free(position, first, dates.months_after(first, 1), at=at, quotas=quotas)
    clock = zones.zone(position.clinic.region_id)
    begins = rows.values_list("starts_at", flat=True)
    return dict(Counter(moment.astimezone(clock).date() for moment in begins))


def free_times(
    *, position: Position, day: date, at: datetime, quotas: Sequence[str] = ONLINE
) -> list[FreeTime]:
    """Free slots of a day by the clinic's clock, in order; 1 query."""
    clock = zones.zone(position.clinic.region_id)
    rows = _free(position, day, day + _DAY, at=at, quotas=quotas)
    return [
        FreeTime(one, one.starts_at.astimezone(clock), one.ends_at.astimezone(clock))
        for one in rows
    ]


def _free(
    position: Position, since: date, until: date, *, at: datetime, quotas: Sequence[str]
) -> QuerySet[Slot]:
    """From a day to another one, without the last; in order."""
    clock = zones.zone(position.clinic.region_id)
    first, last = (zones.moment(day, time.min, clock) for day in (since, until))
    rows = Slot.objects.free(at=at).filter(position=position, quota__in=quotas)
    return rows.filter(starts_at__gte=first, starts_at__lt=last).order_by("starts_at")


def hints(
    *, text: str, of: InsuredPerson | None = None, on: date | None = None
) -> list[Speciality]:
    """Which doctors a complaint in plain words leads to, best first (no query).

    Children are led to children's doctors: tell whose complaint it is, and the day.
    """
    grown = of is None or on is None or dates.age(of.birth_date, on=on) >= _FULL_AGE
    return complaints.lead_to(text, is_child=not grown)
