"""The crowd of the demo's clinic: its past weeks, its busy day, the coming days less and less full.

People of the register without cabinets: their visits are written in bulk, one entry of the journal
stands for all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import cycle
from random import Random

from django.db.models import Q

from oms.domain.booking import taking
from oms.domain.booking.models import Appointment, Quota, Slot
from oms.domain.booking.schedule_models import FOR_GOOD
from oms.domain.journal.actions import Actor, record
from oms.domain.register.models import InsuredPerson, Policy
from oms.faces.demo.doctors import RICH
from oms.kit import bulk
from oms.law.zones import zone

State = Appointment.State
FULL, FULL_DAYS = "endocrinology", 9
"""Whom people wait for: no time is free for so many days."""
MOST_PAST, MOST_AHEAD = 14, 4
_BUSY = {8: 0.95, 9: 0.9, 10: 0.85, 11: 0.7, 12: 0.45, 13: 0.35, 14: 0.5, 15: 0.5, 16: 0.6,
         17: 0.85, 18: 0.9, 19: 0.6}  # fmt: skip
"""Which share of an hour is taken in the past: mornings and after work."""
_COMPLAINTS = ("Кашель и температура третий день", "Нужны результаты анализов", "Повторный приём",
               "Болит спина", "Продлить рецепт", "", "", "")  # fmt: skip
_CLOCK = zone("77")


@dataclass
class _Diary:
    """Who of the crowd is where already: one visit a day, one ahead a speciality."""

    people: Iterator[InsuredPerson]
    number: int
    past: Counter[int] = field(default_factory=Counter)
    ahead: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    days: set[tuple[int, date]] = field(default_factory=set)

    def pick(self, slot: Slot, *, at: datetime) -> InsuredPerson | None:
        """The next one in turn whom the rules would let have this slot."""
        day, what = slot.starts_at.astimezone(_CLOCK).date(), slot.position.speciality
        for _ in range(min(self.number, 40)):
            one = next(self.people)
            if (one.pk, day) in self.days:
                continue
            if slot.starts_at <= at:
                if self.past[one.pk] >= MOST_PAST:
                    continue
                self.past[one.pk] += 1
            elif what in self.ahead[one.pk] or len(self.ahead[one.pk]) >= MOST_AHEAD:
                continue
            else:
                self.ahead[one.pk].add(what)
            self.days.add((one.pk, day))
            return one
        return None


def come(*, by: Actor, at: datetime) -> None:
    """Fill the rich clinic: its past weeks, today almost whole, the coming days less and less."""
    today = at.astimezone(_CLOCK).date()
    insured = Q(policies__state=Policy.State.ACTIVE, policies__begins_on__lt=today)
    rows = InsuredPerson.objects.filter(
        insured, region="77", user=None, state=InsuredPerson.State.ACTIVE, birth_date__year__lt=2005
    )
    people = list(rows.distinct().order_by("pk")[:1500])
    if not people:
        return
    chance = Random("visits")  # noqa: S311
    diary = _Diary(cycle(people), len(people))
    visits = []
    slots = Slot.objects.filter(position__clinic=RICH, is_open=True, taken_until__lte=at)
    nearest = slots.select_related("position").order_by("starts_at")
    for slot in sorted(nearest, key=lambda one: _order(one, at)):
        if chance.random() < _share(slot, today):
            person = diary.pick(slot, at=at)
            if person is not None:
                visits.append(_visit(slot, person, chance, at))
    bulk.insert(visits)
    keys = [one.slot_id for one in visits]
    for start in range(0, len(keys), 500):
        Slot.objects.filter(pk__in=keys[start : start + 500]).update(taken_until=FOR_GOOD)
    details = {"visits": len(visits)}
    record(act="appointment.synthetic", subject="booking:demo", by=by, at=at, details=details)


def _order(slot: Slot, at: datetime) -> tuple[bool, timedelta]:
    """Who is waited for, then today: a small world has people for a day, not for a month."""
    is_waited_for = slot.position.speciality == FULL and slot.starts_at > at
    return not is_waited_for, abs(slot.starts_at - at)


def _share(slot: Slot, today: date) -> float:
    """How likely it is that the slot is taken."""
    here = slot.starts_at.astimezone(_CLOCK)
    ahead = (here.date() - today).days
    if ahead < 0:
        return _BUSY.get(here.hour, 0.5) * (0.8 if here.weekday() == 5 else 1)
    if slot.position.speciality == FULL and ahead < FULL_DAYS:
        return 1
    return max(0.85 - 0.08 * ahead, 0.1)


def _visit(slot: Slot, person: InsuredPerson, chance: Random, at: datetime) -> Appointment:
    state = _state(slot, chance, at)
    booked = min(at, slot.starts_at) - timedelta(hours=chance.randint(2, 200))
    came = state in (State.ARRIVED, State.FULFILLED)
    ended = {State.FULFILLED: slot.ends_at, State.NO_SHOW: slot.starts_at + timedelta(minutes=15)}
    return Appointment(
        number=taking.new_number(),
        slot=slot,
        person=person,
        position=slot.position,
        doctor_id=slot.doctor_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        state=state,
        channel=slot.quota,
        key=f"demo:{slot.pk}",
        made_at=booked,
        booked_at=booked,
        answered_at=min(at, slot.starts_at) - timedelta(hours=1) if chance.random() < 0.4 else None,
        arrived_at=min(at, slot.starts_at) - timedelta(minutes=9) if came else None,
        ended_at=ended.get(state),
        complaint=chance.choice(_COMPLAINTS),
        referral="УЧ-4410" if slot.quota == Quota.REFERRAL else "",
    )


def _state(slot: Slot, chance: Random, at: datetime) -> State:
    """Over, or missed; those of this half hour sit in the corridor; one or two are late."""
    if slot.starts_at > at + timedelta(minutes=20):
        return State.BOOKED
    if slot.ends_at > at or slot.starts_at > at - timedelta(minutes=14):
        return State.BOOKED if chance.random() < 0.4 else State.ARRIVED
    return State.NO_SHOW if chance.random() < 0.07 else State.FULFILLED
