"""The waiting list (лист ожидания): joined, changed, left; my place in it (BKG-5, BEY-13).

There is one list for a region and a speciality, in the order people joined it. Refusing an offer,
or changing the days and hours, keeps the place. What becomes of free times is in `offers`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from oms.domain.accounts.models import User
from oms.domain.booking import fitting, rules, wording
from oms.domain.booking.models import Offer, WaitingEntry
from oms.domain.booking.offers import (
    accept,
    end_place,
    lapse_offers,
    offer_freed,
    refuse,
    sweep,
)
from oms.domain.booking.refused import NotOnRecord
from oms.domain.booking.states import side
from oms.domain.booking.taking import all_or_nothing
from oms.domain.directory.models import MedicalOrganization, Position, Region
from oms.domain.journal.actions import Actor, record
from oms.domain.journal.models import Entry
from oms.domain.register.models import InsuredPerson
from oms.kit.denied import Denied
from oms.law.specialities import SPECIALITIES
from oms.law.zones import zone

__all__ = [
    "Wishes",
    "accept",
    "change_wishes",
    "end_old",
    "join",
    "lapse_offers",
    "leave",
    "offer_freed",
    "passed_over",
    "place",
    "places",
    "refuse",
    "sweep",
]

State = WaitingEntry.State
MOST = 5
LONGEST = timedelta(days=180)
EVERY_DAY = "0123456"


class AlreadyWaiting(Denied):
    """One place for each speciality."""

    text = "Вы уже ждёте такого врача. Дни и часы можно изменить на странице «Лист ожидания»."


class TooManyPlaces(Denied):
    """As many places as one person may have."""

    text = "Вы уже в пяти очередях: больше нельзя. Выйдите из той, что не нужна."


class WrongWishes(Denied):
    """Days or hours that make no sense."""

    status = 422


class NoCabinet(Denied):
    """Nobody can tell the person of an offer."""

    text = "У человека нет кабинета, поэтому сообщить о времени некому. Запишите его по телефону."


class Left(Denied):
    """The place is closed."""

    text = "Вы уже не в этой очереди. Если врач ещё нужен, встаньте в неё снова."


@dataclass(frozen=True)
class Wishes:
    """When a visit would suit: weekdays as digits (0 Monday), whole hours, the last day."""

    until_day: date
    weekdays: str = EVERY_DAY
    from_hour: int = 0
    until_hour: int = 24

    def check(self, *, on: date) -> "Wishes":
        """Return them tidied. Raises `WrongWishes`."""
        days = "".join(sorted(set(self.weekdays) & set(EVERY_DAY)))
        if not days:
            raise WrongWishes("Дни недели: не выбран ни один. Отметьте, когда вам удобно.")
        if not 0 <= self.from_hour < self.until_hour <= 24:
            raise WrongWishes("Часы приёма: начало позже конца. Поменяйте их местами.")
        if self.until_day < on:
            raise WrongWishes("Последний день уже прошёл. Укажите день в будущем.")
        if self.until_day > on + LONGEST:
            raise WrongWishes("Последний день слишком далеко. Укажите день в пределах полугода.")
        return Wishes(self.until_day, days, self.from_hour, self.until_hour)


@dataclass(frozen=True)
class Passed:
    """A time somebody was passed over for, and why."""

    starts_at: datetime
    when: str
    why: str


@all_or_nothing
def join(
    *,
    person: InsuredPerson,
    wishes: Wishes,
    by: Actor,
    user: User | None,
    at: datetime,
    position: Position | None = None,
    clinic: MedicalOrganization | None = None,
    speciality: str = "",
    region: Region | None = None,
) -> WaitingEntry:
    """Take a place for a doctor (`position`), or a speciality at a clinic or in a region.

    The same wish again returns the place there is. Raises `AlreadyWaiting`, `TooManyPlaces`,
    `WrongWishes`, `NoCabinet`, `NotYours` and what `rules` has against the person.
    """
    where = position.clinic if position else clinic
    in_region = where.region_id if where else region.pk if region else ""
    code = position.speciality if position else speciality
    if code not in SPECIALITIES or not in_region:
        raise WrongWishes("Врач не выбран. Выберите специальность и место.")
    on = _day(in_region, at)
    told = wishes.check(on=on)
    who = rules.locked_person(person.pk)
    _refuse_stranger(who, where.pk if where else "", by, on=on)
    _refuse_closed(who, position, on=on)
    standing = list(WaitingEntry.objects.filter(person=who, state__in=WaitingEntry.STANDING))
    scope = (in_region, where.pk if where else None, position.pk if position else None)
    for one in standing:
        if one.speciality == code:
            if (one.region_id, one.clinic_id, one.position_id) == scope and _wishes(one) == told:
                return one
            raise AlreadyWaiting
    if len(standing) >= MOST:
        raise TooManyPlaces
    made = WaitingEntry.objects.create(
        person=who,
        region_id=scope[0],
        speciality=code,
        clinic_id=scope[1],
        position_id=scope[2],
        joined_at=at,
        booked_by=user,
        **vars(told),
    )
    _journal("join", made, by=by, at=at, **_said(made))
    return made


@all_or_nothing
def change_wishes(*, entry: WaitingEntry, wishes: Wishes, by: Actor, at: datetime) -> WaitingEntry:
    """Say other days and hours; the place stays. Raises `Left`, `WrongWishes`, `NotYours`."""
    own = _locked(entry, by, at=at)
    told = wishes.check(on=_day(own.region_id, at))
    if own.state not in WaitingEntry.STANDING:
        raise Left
    before = _said(own)
    if _wishes(own) == told:
        return own
    for name, value in vars(told).items():
        setattr(own, name, value)
    own.save(update_fields=list(vars(told)))
    _journal("change", own, by=by, at=at, before=before, **_said(own))
    return own


@all_or_nothing
def leave(*, entry: WaitingEntry, by: Actor, at: datetime, because: str = "") -> WaitingEntry:
    """Give the place up; a time that is offered goes to the next. Left already, nothing changes.

    Raises `Left` for a place that ended otherwise, `NotYours`.
    """
    own = _locked(entry, by, at=at)
    if own.state == State.LEFT:
        return own
    if own.state not in WaitingEntry.STANDING:
        raise Left
    offer = Offer.objects.filter(entry=own, state=Offer.State.OPEN).first()
    if offer:
        refuse(offer=offer, by=by, at=at)
    own.state = State.LEFT
    own.save(update_fields=["state"])
    _journal("leave", own, by=by, at=at, **({"because": because[:200]} if because else {}))
    return own


def place(entry: WaitingEntry) -> int:
    """Return which in turn a place is: 1 is the next. One query. See `places`."""
    return places([entry])[entry.pk]


def places(entries: Iterable[WaitingEntry]) -> dict[int, int]:
    """Return which in turn each place is, by its key. One query.

    Counted are those before it whom a time it would suit could be offered to first: in the whole
    region, at the same clinic, for the same doctor.
    """
    ahead_of_it = WaitingEntry.objects.filter(
        Q(joined_at__lt=OuterRef("joined_at"))
        | Q(joined_at=OuterRef("joined_at"), pk__lt=OuterRef("pk")),
        Q(clinic=None) | Q(clinic=Coalesce(OuterRef("clinic"), "clinic")),
        Q(position=None) | Q(position=Coalesce(OuterRef("position"), "position")),
        region=OuterRef("region"),
        speciality=OuterRef("speciality"),
        state__in=WaitingEntry.STANDING,
    )
    counted = ahead_of_it.order_by().values("region").annotate(n=Count("pk")).values("n")
    rows = WaitingEntry.objects.filter(pk__in=[one.pk for one in entries])
    in_turn = Coalesce(Subquery(counted), 0) + 1
    return dict(rows.annotate(in_turn=in_turn).values_list("pk", "in_turn"))


def passed_over(entry: WaitingEntry, *, most: int = 10) -> list[Passed]:
    """Return times that went to others behind in the list and why, the last first. One query."""
    rows = Entry.objects.filter(subject=entry.key, act="waiting.pass", payload__isnull=False)
    told = rows.order_by("-pk").values_list("payload__data", flat=True)[:most]
    moments = ((datetime.fromisoformat(one["starts_at"]), one["why"]) for one in told)
    return [
        Passed(moment, wording.in_region(moment, entry.region_id), fitting.why_words(why))
        for moment, why in moments
    ]


def end_old(*, at: datetime, most: int = 500) -> int:
    """Close places whose last day is over, or whose person's record is; return how many."""
    earliest = at.astimezone(timezone.get_default_timezone()).date() + timedelta(days=1)
    rows = WaitingEntry.objects.filter(state=State.WAITING, until_day__lt=earliest)
    found = rows.select_related("person__user").order_by("until_day")[:most]
    return sum(_end(one, at=at) for one in found if one.until_day < _day(one.region_id, at))


@transaction.atomic
def _end(entry: WaitingEntry, *, at: datetime) -> bool:
    rows = WaitingEntry.objects.select_for_update(of=("self",)).select_related("person__user")
    own = rows.get(pk=entry.pk)
    if own.state != State.WAITING or own.until_day >= _day(own.region_id, at):
        return False
    text = "Последний день, который вы назвали, прошёл, а время не освободилось."
    end_place(own, why="until_day", text=text, at=at)
    return True


def _locked(entry: WaitingEntry, by: Actor, *, at: datetime) -> WaitingEntry:
    rows = WaitingEntry.objects.select_for_update(of=("self",)).select_related("person")
    own = rows.get(pk=entry.pk)
    _refuse_stranger(own.person, own.clinic_id or "", by, on=_day(own.region_id, at))
    return own


def _refuse_stranger(person: InsuredPerson, clinic: str, by: Actor, *, on: date) -> None:
    """A registrar acts for the own clinic only: `side` asks; citizens for themselves."""
    side(clinic, by)
    rules.refuse_stranger(person, by, on=on)


def _refuse_closed(person: InsuredPerson, position: Position | None, *, on: date) -> None:
    if person.user_id is None:
        raise NoCabinet
    if position:
        rules.refuse_unfit(person, position, on=on)
    elif person.state not in {InsuredPerson.State.ACTIVE, InsuredPerson.State.SUSPENDED}:
        raise NotOnRecord


def _day(region: str, at: datetime) -> date:
    return at.astimezone(zone(region)).date()


def _wishes(entry: WaitingEntry) -> Wishes:
    return Wishes(entry.until_day, entry.weekdays, entry.from_hour, entry.until_hour)


def _said(entry: WaitingEntry) -> dict[str, object]:
    return {
        "region": entry.region_id,
        "clinic": entry.clinic_id,
        "position": entry.position_id,
        "speciality": entry.speciality,
        **vars(_wishes(entry)),
    }


def _journal(act: str, entry: WaitingEntry, *, by: Actor, at: datetime, **details: object) -> None:
    record(
        act=f"waiting.{act}",
        subject=entry.key,
        person=entry.person.key,
        by=by,
        at=at,
        details=details,
    )
