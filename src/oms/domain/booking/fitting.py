"""Which place in the list a free time suits, and which free times suit a place.

The list is one for a region and speciality, ordered by `joined_at`; a place may be for any doctor,
one clinic or one doctor. What a person wished for is asked in SQL; what the rules say of them, in
the words of `rules`, for the few who come first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TypeAlias

from django.db.models import Exists, OuterRef, Q

from oms.domain.accounts import wards
from oms.domain.accounts.models import User
from oms.domain.booking import rules
from oms.domain.booking.models import Appointment, Offer, Quota, Slot, WaitingEntry
from oms.domain.notifications import wishes
from oms.domain.register.models import InsuredPerson
from oms.kit.denied import Denied
from oms.law.visits import RULES
from oms.law.zones import zone

State = WaitingEntry.State
_Times: TypeAlias = dict[tuple[str, str | int | None, int, int], list[tuple[datetime, date, int]]]
AT_ONCE = 20
SWEPT_AT_ONCE = 200
KEPT_ALIKE = 50
"""Free times of one place, weekday and hour that a sweep looks at."""
LEAD = timedelta(hours=1)
"""From the end of an offer to the visit: who agrees must still get there."""
_WHY: Mapping[str, str] = {
    "NotOnRecord": "ваша запись в реестре закрыта",
    "NoPolicy": "на этот день нет действующего полиса",
    "WrongAge": "врач не принимает в этом возрасте",
    "WrongSex": "врач принимает не всех",
    "Overlap": "в этот час у вас другой приём",
    "OneASpeciality": "к такому врачу вы записаны раньше этого времени",
    "TooMany": "впереди уже пять записей",
    "Asleep": "ночью вас не будили, а утром ответить было бы поздно",
}
GIVEN = (Quota.INTERNET,)
"""Quotas the list is served of: those its people could take themselves."""


def in_order(slot: Slot) -> Iterator[WaitingEntry]:
    """Yield and lock, first come first, those who wished for such a time; each with the person.

    Who was offered this very slot before is left out: they refused it, or did not answer. Needs
    `slot.position.clinic` and a transaction.
    """
    place = slot.position
    here = slot.starts_at.astimezone(zone(place.clinic.region_id))
    offered = Offer.objects.filter(entry=OuterRef("pk"), slot=slot)
    rows = WaitingEntry.objects.filter(
        Q(clinic=None) | Q(clinic=place.clinic_id),
        Q(position=None) | Q(position=place.pk),
        ~Exists(offered),
        region=place.clinic.region_id,
        speciality=place.speciality,
        state=State.WAITING,
        weekdays__contains=str(here.weekday()),
        from_hour__lte=here.hour,
        until_hour__gt=here.hour,
        until_day__gte=here.date(),
    )
    rows = rows.select_for_update(of=("self",)).order_by("joined_at", "pk")
    rows = rows.select_related("person__user")
    page = list(rows[:AT_ONCE])
    while page:
        yield from page
        last = page[-1]
        later = Q(joined_at__gt=last.joined_at) | Q(joined_at=last.joined_at, pk__gt=last.pk)
        page = list(rows.filter(later)[:AT_ONCE]) if len(page) == AT_ONCE else []


def why_not(entry: WaitingEntry, slot: Slot, *, at: datetime) -> str:
    """Return why this person cannot be given the slot now, as a code; empty when they can.

    Nothing is locked: `accept` asks again. Two queries.
    """
    rows = InsuredPerson.objects.filter(pk=entry.person_id).select_related("user")
    person = rules.with_policy(rows).get()
    own = rules.own_of(person, key="", at=at)
    later = brought_forward(own, slot, at=at)
    but = later.pk if later else None
    try:
        rules.refuse_unfit(person, slot.position, on=_day(slot))
        rules.refuse_overlap(slot, own, but=but)
        rules.refuse_more(slot, own, at=at, but=but)
    except Denied as no:
        return no.code
    return "" if person.user else "NoCabinet"


def why_words(code: str) -> str:
    """Say why somebody was passed over, in plain words for them."""
    return _WHY.get(code, "записать вас на это время было нельзя")


def brought_forward(own: rules.Own, slot: Slot, *, at: datetime) -> Appointment | None:
    """Return the later visit to such a doctor that this slot would bring forward.

    Not one so near that the clinic decides: it stands in the way.
    """
    for row in own.standing:
        is_later = row.starts_at > slot.starts_at and row.starts_at - at >= RULES.near
        is_booked = row.state == Appointment.State.BOOKED
        if is_later and is_booked and row.position.speciality == slot.position.speciality:
            return row
    return None


def awake_at(user: User, *, at: datetime) -> datetime:
    """Return since when all who are told can answer: now, or once their quiet hours are over."""
    asleep = (
        wishes.quiet_until(wishes.preferences(one), at=at) for one in told(user, on=at.date())
    )
    return max([at, *(morning for morning in asleep if morning)])


def served(*, region: str, at: datetime, but: Collection[int] = ()) -> list[int]:
    """Return the slots that suit somebody of a region's lists, as each comes in order.

    `but` names slots that are not looked at. Three queries, one pass over the free times: what
    suits nobody costs no more than being read.
    """
    rows = WaitingEntry.objects.filter(state=State.WAITING, region=region)
    waiting = list(rows.order_by("joined_at", "pk"))
    if not waiting:
        return []
    asked = Offer.objects.filter(entry__state=State.WAITING, entry__region=region)
    known = set(asked.values_list("entry", "slot"))
    times = _free_times(region, {one.speciality for one in waiting}, at=at, but=but)
    found = (_first(one, times, known) for one in waiting)
    return list(dict.fromkeys(pk for pk in found if pk is not None))[:SWEPT_AT_ONCE]


def _free_times(
    region: str, specialities: Collection[str], *, at: datetime, but: Collection[int]
) -> _Times:
    """Read the free times once, by speciality, place, weekday and hour; the nearest of each."""
    clock = zone(region)
    free = Slot.objects.filter(
        is_open=True,
        taken_until__lte=at,
        quota__in=GIVEN,
        starts_at__gt=nearest(at),
        position__speciality__in=specialities,
        position__clinic__region=region,
    ).order_by("starts_at", "pk")
    fields = ("pk", "starts_at", "position", "position__clinic", "position__speciality")
    times: _Times = defaultdict(list)
    for pk, starts_at, position, clinic, speciality in free.values_list(*fields).iterator():
        here = starts_at.astimezone(clock)
        for place in (None, clinic, position) if pk not in but else ():
            kept = times[speciality, place, here.weekday(), here.hour]
            if len(kept) < KEPT_ALIKE:
                kept.append((starts_at, here.date(), pk))
    return times


def _first(entry: WaitingEntry, times: _Times, known: Collection[tuple[int, int]]) -> int | None:
    """Return the nearest time that suits a place and was not offered to it before."""
    place = entry.position_id or entry.clinic_id
    hours = range(entry.from_hour, entry.until_hour)
    suiting = (
        (starts_at, pk)
        for weekday in map(int, entry.weekdays)
        for hour in hours
        for starts_at, day, pk in times.get((entry.speciality, place, weekday, hour), ())
        if day <= entry.until_day and (entry.pk, pk) not in known
    )
    nearest_one = min(suiting, default=None)
    return nearest_one[1] if nearest_one else None


def nearest(at: datetime) -> datetime:
    """Return before when a visit is too near to be offered."""
    return at + RULES.offer + LEAD


def _day(slot: Slot) -> date:
    return slot.starts_at.astimezone(zone(slot.position.clinic.region_id)).date()


def told(user: User, *, on: date) -> list[User]:
    """Return who reads what the person is told: a ward without a way in has others for it."""
    if user.can_sign_in:
        return [user]
    return [right.representative for right in wards.of_ward(ward=user, on=on)]
