"""Doctors of the demo: who works in which clinic, when, and the slots of the weeks around today.

The polyclinic of the registrar Миронова is rich: several therapists in turns, a doctor on duty
every day, slots of four weeks past, so that its heat map and its history are true.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from django.db import transaction

from oms.domain.booking import slots
from oms.domain.booking.models import Shift
from oms.domain.directory.models import Doctor, MedicalOrganization, Position
from oms.domain.journal.actions import SYSTEM, record
from oms.domain.register import invented
from oms.law.dates import age
from oms.law.specialities import BY_SERVICE, SPECIALITIES
from oms.law.visits import RULES
from oms.law.zones import zone

RICH = "779901"
PAST = timedelta(days=28)
_FIRST = 60_000_000
"""Where invented doctors begin: nobody of the register has their numbers."""
_TEAM = ("therapy", "therapy", "therapy")
"""Therapists of the rich clinic besides the one each clinic has."""
_CHILD = frozenset({"paediatrics", "child-surgery", "child-dentistry"})
_CATEGORIES = ("", "first", "highest", "second", "highest", "first")
_ABOUT = (
    "Ведёт приём взрослых. Объясняет простыми словами, что делать дальше.",
    "Проводит диспансеризацию и наблюдает людей с хроническими болезнями.",
    "Принимает спокойно и без спешки. Возьмите прежние заключения, если они есть.",
    "",
)
_ON_DUTY = 9
"""The place of the rich clinic's last therapist, who is there on every day of the year."""
_DAYS = ((0, 2, 4), (1, 3), (0, 1, 3))


@dataclass(frozen=True)
class Post:
    """One position to fill: where, of what, the how-manyeth of its kind there."""

    clinic: MedicalOrganization
    speciality: str
    place: int


def open_clinics(*, at: datetime) -> None:
    """Give every clinic of the demo its doctors, shifts and slots, unless it has some."""
    clinics = MedicalOrganization.objects.filter(positions=None, code__regex=r"^\d{2}99\d{2}$")
    posts = [post for clinic in clinics.order_by("code") for post in _posts(clinic)]
    if not posts:
        return
    with transaction.atomic():
        centres = MedicalOrganization.objects.filter(pk__in={post.clinic.pk for post in posts})
        centres.filter(short_name__contains="центр").update(wants_certificate=True)
        taken = Doctor.objects.count()
        people = _people(at.date(), taken)
        made = [_fill(post, next(people), number) for number, post in enumerate(posts, taken)]
        details = {"positions": len(made)}
        record(act="schedule.synthetic", subject="booking:demo", by=SYSTEM, at=at, details=details)
    rich = [one for one in made if one.clinic_id == RICH]
    _make(rich, at, back=PAST)
    _make([one for one in made if one.clinic_id != RICH], at, back=timedelta(0))


def _make(positions: list[Position], at: datetime, *, back: timedelta) -> None:
    day = at.astimezone(zone("77")).date()
    until = day + timedelta(days=RULES.ahead_days)
    then = min(at, datetime.combine(day, time.min, tzinfo=zone("77"))) - back
    slots.make(positions=positions, since=day - back, until=until, at=then)


def _posts(clinic: MedicalOrganization) -> Iterator[Post]:
    known = [BY_SERVICE[one].code for one in clinic.specialities if one in BY_SERVICE]
    for place, speciality in enumerate([*known, *(_TEAM if clinic.code == RICH else ())]):
        yield Post(clinic, speciality, place)


def _people(on: date, skip: int) -> Iterator[invented.Invented]:
    """Adults of working age, of a family each."""
    seen: set[str] = set()
    found = invented.invent(start=_FIRST, count=20_000, on=on)

    def suits(one: invented.Invented) -> bool:
        stem = one.family_name.removesuffix("а")
        if stem in seen or not 27 <= age(one.birth_date, on=on) <= 68:
            return False
        seen.add(stem)
        return True

    return islice((one for one in found if suits(one)), skip, None)


def _fill(post: Post, one: invented.Invented, number: int) -> Position:
    """A doctor hired, with the hours worked."""
    born = one.birth_date.year
    doctor = Doctor.objects.create(
        code=f"ВР-{post.clinic.code}-{post.place:02}",
        family_name=one.family_name,
        given_name=one.given_name,
        patronymic=one.patronymic,
        sex=one.sex,
        category=_CATEGORIES[number % len(_CATEGORIES)],
        practises_since=born + 26,
        about=_ABOUT[number % len(_ABOUT)] if SPECIALITIES[post.speciality].first_contact else "",
    )
    children = "детская" in post.clinic.short_name or post.speciality in _CHILD
    position = Position.objects.create(
        doctor=doctor,
        clinic=post.clinic,
        speciality=post.speciality,
        room=str(101 + post.place * 7 % 40 + post.place % 4 * 100),
        from_age=0 if children else 18,
        below_age=18 if children else 150,
        needs_referral="центр" in post.clinic.short_name,
    )
    Shift.objects.bulk_create(_shifts(position, post, at_rich=post.clinic.code == RICH))
    return position


def _shifts(position: Position, post: Post, *, at_rich: bool) -> list[Shift]:
    if not at_rich:
        begins = time(9) if post.place % 2 else time(14)
        return [
            _shift(position, day, begins, time(begins.hour + 4), minutes=20)
            for day in _DAYS[post.place % len(_DAYS)]
        ]
    if post.place == _ON_DUTY:
        return [_shift(position, day, time(9), time(15), minutes=15, duty=True) for day in range(7)]
    late = post.place % 2 == 1
    found = []
    for day in range(5):
        first, second = (time(14), time(8)) if late else (time(8), time(14))
        for weeks, begins in (("odd", first), ("even", second)):
            found.append(
                _shift(position, day, begins, time(begins.hour + 6), minutes=20, weeks=weeks)
            )
    if post.place % 3 == 0:
        found.append(_shift(position, 5, time(9), time(14), minutes=20))
    return found


def _shift(
    position: Position,
    weekday: int,
    begins: time,
    ends: time,
    *,
    minutes: int,
    weeks: str = "every",
    duty: bool = False,
) -> Shift:
    middle = time((begins.hour + ends.hour) // 2)
    return Shift(
        position=position,
        weekday=weekday,
        weeks=weeks,
        begins=begins,
        ends=ends,
        break_begins=middle,
        break_ends=middle.replace(minute=30),
        service="visit",
        minutes=minutes,
        quotas={"registrar": 6, "phone": 2} if duty else {"phone": 2, "registrar": 2},
        on_holidays=duty,
        from_day=date(2026, 1, 1),
    )
