"""Looks into the directory: who works where, what a code means, which days are working."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from time import monotonic
from typing import Any

from django.db import connection
from django.db.models import Count, ExpressionWrapper, F, FloatField, Q, QuerySet
from django.db.models.functions import Substr

from oms.domain.directory.folding import fold, programme_mark, speciality_mark
from oms.domain.directory.models import (
    DayOverride,
    DeliveryPoint,
    Doctor,
    Insurer,
    InsurerOffice,
    Load,
    MedicalOrganization,
    OrganizationVersion,
    ReferenceEntry,
    Region,
    TerritorialFund,
)
from oms.domain.directory.opening import EVENING, HALVES
from oms.law.calendar import Calendar
from oms.law.facts import InsurerFacts

_HOUSES: Mapping[str, type[Insurer | TerritorialFund | MedicalOrganization]] = {
    "insurer": Insurer,
    "fund": TerritorialFund,
    "clinic": MedicalOrganization,
}
CALENDAR_LIFE = 60.0  # seconds another process may work by the calendar of before a decree
_calendars: dict[str | None, tuple[float, Calendar]] = {}


def regions() -> list[Region]:
    """All regions, by name."""
    return list(Region.objects.all())


def insurers(*, region: str, on: date) -> list[Insurer]:
    """Insurers one may choose in a region on a day: in the register and with a licence; 1 query."""
    return list(Insurer.objects.filter(_insurer_in_force(on), region_id=region))


def insurer(*, code: str) -> Insurer | None:
    """The insurer with this code (smocod), in force or not."""
    return Insurer.objects.select_related("region").filter(code=code).first()


def offices(*, insurers: Iterable[str]) -> list[InsurerOffice]:
    """Offices of these insurers (their codes), each with its insurer; 1 query."""
    rows = InsurerOffice.objects.filter(insurer__in=list(insurers)).select_related("insurer")
    return list(rows.order_by("insurer", "name"))


def fund(*, region: str) -> TerritorialFund | None:
    """The fund of the region, in force; 1 query."""
    rows = TerritorialFund.objects.filter(region_id=region, ends_on=None)
    return rows.order_by("code").first()


def is_in_force(insurer: Insurer, *, on: date) -> bool:
    """Whether the insurer may be chosen on the day: in the register and with a licence."""
    begun = all(day is None or day <= on for day in (insurer.included_on, insurer.licence_from))
    listed = insurer.excluded_on is None or insurer.excluded_on > on
    return begun and listed and (insurer.licence_until is None or insurer.licence_until >= on)


def clinics_of_insurers(*, region: str) -> dict[str, int]:
    """How many clinics work with each insurer of a region, by the insurer's code; 1 query."""
    links = Insurer.clinics.through.objects.filter(insurer__region_id=region)
    return dict(links.values_list("insurer_id").annotate(Count("pk")))


def insurer_facts(*, insurer: Insurer) -> InsurerFacts:
    """What the law asks about an insurer: it stops when excluded or when its licence runs out.

    An insurer without a licence on record is judged by the register alone (a fund has none).
    """
    starts = [day for day in (insurer.included_on, insurer.licence_from) if day]
    ends = [insurer.excluded_on] if insurer.excluded_on else []
    if insurer.licence_until:
        ends.append(insurer.licence_until + timedelta(days=1))
    return InsurerFacts(
        code=insurer.code,
        region=insurer.region_id,
        included_from=max(starts, default=date.min),
        excluded_on=min(ends, default=None),
    )


def organization_names(*, keys: Collection[str]) -> dict[str, str]:
    """Return short names by keys as accounts hold them (`insurer:77001`). A query a kind."""
    found: dict[str, str] = {}
    for kind, model in _HOUSES.items():
        codes = [key.partition(":")[2] for key in keys if key.startswith(f"{kind}:")]
        if codes:
            rows = model.objects.filter(pk__in=codes).values_list("pk", "short_name")
            found |= {f"{kind}:{code}": name for code, name in rows}
    codes = [key.partition(":")[2] for key in keys if key.startswith("doctor:")]
    if codes:
        found |= {one.key: one.name for one in Doctor.objects.filter(pk__in=codes)}
    return found


def names_of(*, keys: Collection[str]) -> dict[str, str]:
    """Return names by keys of organisations and regions (`region:77`). A query a kind at most."""
    codes = [key.partition(":")[2] for key in keys if key.startswith("region:")]
    rows = Region.objects.filter(pk__in=codes).values_list("pk", "name") if codes else ()
    return organization_names(keys=keys) | {f"region:{code}": name for code, name in rows}


@dataclass(frozen=True)
class Wanted:
    """What is asked of clinics; `open_at` is a place in the week (`opening.slot`)."""

    text: str = ""
    speciality: str = ""
    programme: str = ""
    hours: str = ""
    open_at: int = 0
    rating: int = 0
    best_first: bool = False


def clinics(
    *,
    region: str,
    text: str = "",
    speciality: str = "",
    wanted: Wanted | None = None,
    on: date | None = None,
    limit: int = 20,
    offset: int = 0,
) -> list[MedicalOrganization]:
    """Clinics of a region whose name, code, place or speciality holds every word of `text`.

    `speciality` is matched whole, `wanted` asks for more (and instead of both); `on` leaves out
    clinics that did not work on the day. Ask for one more than shown to learn whether there is a
    next page. 1 query.
    """
    asked = wanted or Wanted(text=text, speciality=speciality)
    order = ("short_name", "code")
    found = _clinics(region, asked.text).order_by(*order)
    if asked.speciality:
        found = found.filter(search_text__contains=speciality_mark(asked.speciality))
    if asked.programme:
        found = found.filter(search_text__contains=programme_mark(asked.programme))
    if asked.rating:
        found = found.filter(rating__gte=asked.rating)
    if asked.best_first:
        found = found.order_by(F("rating").desc(nulls_last=True), *order)
    found = _at_hours(found, asked)
    if on:
        begun = Q(begins_on=None) | Q(begins_on__lte=on)
        found = found.filter(begun, Q(ends_on=None) | Q(ends_on__gte=on))
    return list(found[offset : offset + limit])


def clinics_of(*, codes: Collection[str]) -> list[MedicalOrganization]:
    """Clinics with these codes in their order, each with its insurers; 2 queries."""
    rows = MedicalOrganization.objects.filter(code__in=list(codes)).select_related("region")
    found = {row.code: row for row in rows.prefetch_related("insurers")}
    return [found[code] for code in codes if code in found]


def near(clinic: MedicalOrganization, *, on: date, count: int = 6) -> list[MedicalOrganization]:
    """Clinics at work around one, the nearest first, those with a place only; 1 query."""
    if clinic.latitude is None or clinic.longitude is None:
        return []
    latitude, longitude = clinic.latitude, clinic.longitude
    box = Decimal("0.15")
    rows = MedicalOrganization.objects.filter(
        region_id=clinic.region_id,
        latitude__range=(latitude - box, latitude + box),
        longitude__range=(longitude - 2 * box, longitude + 2 * box),
    ).exclude(pk=clinic.pk)
    rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=on))
    away = (F("latitude") - latitude) * (F("latitude") - latitude) + (
        F("longitude") - longitude
    ) * (F("longitude") - longitude) * Decimal("0.31")  # squared cosine of 56 degrees
    ordered = rows.annotate(away=ExpressionWrapper(away, FloatField())).order_by("away", "code")
    return list(ordered[:count])


def clinic(*, code: str) -> MedicalOrganization | None:
    """The clinic with this code (mcod), in force or not."""
    return MedicalOrganization.objects.select_related("region").filter(code=code).first()


def doctor(*, code: str) -> Doctor | None:
    """The doctor with this key (a number); 1 query."""
    right = code.isascii() and code.isdigit() and len(code) < 19
    return Doctor.objects.filter(pk=code).first() if right else None


def programmes(*, region: str) -> list[str]:
    """Every programme that some clinic of the region serves, by the alphabet."""
    return _told("programmes", region)


def specialities(*, region: str) -> list[str]:
    """Every speciality that some clinic of the region offers, by the alphabet."""
    return _told("specialities", region)


def _told(column: str, region: str) -> list[str]:
    """Return each word of the column's lists once, taken apart where they lie."""
    table = MedicalOrganization._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(_WORDS[connection.vendor].format(column=column, table=table), [region])
        return sorted(word for (word,) in cursor.fetchall())


_WORDS: Mapping[str, str] = {
    "postgresql": (
        "SELECT DISTINCT jsonb_array_elements_text({column}) FROM {table} WHERE region_id = %s"
    ),
    "sqlite": (
        "SELECT DISTINCT word.value FROM {table}, json_each({table}.{column}) AS word"
        " WHERE region_id = %s"
    ),
}


def delivery_points(
    *, region: str, on: date, kind: str = "", insurer: str | None = None
) -> list[DeliveryPoint]:
    """Places that hand printed papers over in a region on a day, by kind and name; 1 query.

    With an `insurer`, those that hand its papers over: its own offices and the common places.
    """
    found = DeliveryPoint.objects.filter(region_id=region)
    found = found.filter(Q(closed_on=None) | Q(closed_on__gt=on))
    if kind:
        found = found.filter(kind=kind)
    if insurer is not None:
        found = found.filter(Q(insurer=None) | Q(insurer_id=insurer))
    order = {value: place for place, value in enumerate(DeliveryPoint.Kind.values)}
    return sorted(found, key=lambda point: (order[point.kind], point.name, point.code))


def delivery_point(*, code: str) -> DeliveryPoint | None:
    """The place with this code, open or closed."""
    return DeliveryPoint.objects.filter(code=code).first()


def entry(*, book: str, code: str, on: date) -> ReferenceEntry | None:
    """What a code of a simple book (F008 to F012, V005, O001) means on a day."""
    return _entries(book, on).filter(code=code).order_by("-begins_on").first()


def periods(*, book: str, code: str, limit: int = 50) -> list[ReferenceEntry]:
    """Everything a code of a simple book ever meant, newest first; 1 query."""
    rows = ReferenceEntry.objects.filter(book=book, code=code)
    return list(rows.order_by("-begins_on", "-pk")[:limit])


def entries(*, book: str, on: date) -> list[ReferenceEntry]:
    """The rows of a simple book in force on a day, by code; the latest of each code."""
    latest = {row.code: row for row in _entries(book, on).order_by("begins_on")}
    return sorted(latest.values(), key=lambda row: (len(row.code), row.code))


@dataclass(frozen=True)
class AsOf:
    """An organisation as a file told of it: our fields, and everything the file said."""

    fields: dict[str, Any]
    source: dict[str, Any]
    valid_from: date
    valid_until: date | None


def as_of(*, kind: str, code: str, on: date) -> AsOf | None:
    """An insurer, fund or clinic (`kind`) as it was on a day; None when nothing is known."""
    found = (
        OrganizationVersion.objects.filter(kind=kind, code=code, valid_from__lte=on)
        .filter(Q(valid_until=None) | Q(valid_until__gt=on))
        .order_by("-valid_from", "-pk")
        .first()
    )
    if found is None:
        return None
    return AsOf(
        found.data["fields"], found.data.get("source", {}), found.valid_from, found.valid_until
    )


def loads(*, limit: int = 30) -> list[Load]:
    """The last readings of reference files, newest first; 1 query."""
    return list(Load.objects.order_by("-loaded_at", "-pk")[:limit])


def calendar(*, region: str | None) -> Calendar:
    """Working days of a region (None: of the country), with the days moved by decrees.

    Kept in the process for a minute; a change made here is seen at once. Inside of a
    transaction the table itself is read: what is not yet committed must not stay.
    """
    if connection.in_atomic_block:
        return _read_calendar(region)
    known = _calendars.get(region)
    if known is None or known[0] < monotonic():
        known = _calendars[region] = (monotonic() + CALENDAR_LIFE, _read_calendar(region))
    return known[1]


def forget_calendars() -> None:
    """Read the days anew at the next question."""
    _calendars.clear()


def _read_calendar(region: str | None) -> Calendar:
    """A regional day wins over the same day of the country."""
    rows = DayOverride.objects.filter(Q(region=None) | Q(region_id=region))
    days = sorted(rows.values_list("region_id", "day", "is_working"), key=lambda row: row[0] or "")
    return Calendar({day: is_working for _, day, is_working in days})


def _insurer_in_force(on: date) -> Q:
    return (
        (Q(included_on=None) | Q(included_on__lte=on))
        & (Q(excluded_on=None) | Q(excluded_on__gt=on))
        & (Q(licence_from=None) | Q(licence_from__lte=on))
        & (Q(licence_until=None) | Q(licence_until__gte=on))
    )


def _clinics(region: str, text: str) -> QuerySet[MedicalOrganization]:
    found = MedicalOrganization.objects.filter(region_id=region)
    for word in fold(text).split():
        found = found.filter(search_text__contains=word)
    return found


def _at_hours(found: QuerySet[MedicalOrganization], asked: Wanted) -> QuerySet[MedicalOrganization]:
    """Those open at some half hour of the asked ones; unreadable hours are never said to be."""
    spans = {
        "now": [(asked.open_at, 1)],
        "evening": [(day * HALVES + EVENING.start, len(EVENING)) for day in range(5)],
        "saturday": [(5 * HALVES, HALVES)],
        "sunday": [(6 * HALVES, HALVES)],
    }.get(asked.hours, [])
    is_open = Q()
    for place, (start, length) in enumerate(spans):
        found = found.alias(**{f"span_{place}": Substr("week", start + 1, length)})
        is_open |= Q(**{f"span_{place}__contains": "1"})
    return found.filter(is_open)


def _entries(book: str, on: date) -> QuerySet[ReferenceEntry]:
    in_force = Q(ends_on=None) | Q(ends_on__gte=on)
    return ReferenceEntry.objects.filter(in_force, book=book, begins_on__lte=on)
