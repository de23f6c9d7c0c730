"""The clinic's waiting list as it stands: the order, what each wants, what was offered."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.booking import at_clinic
from oms.domain.booking.models import Offer, WaitingEntry
from oms.faces.design.parts import State as Tint
from oms.faces.desk.booking import words
from oms.faces.desk.booking.day import own_clinic
from oms.faces.desk.looks import look_at_people
from oms.faces.desk.pages import page
from oms.law import dates
from oms.law.specialities import SPECIALITIES
from oms.law.zones import zone

PURPOSE = "Лист ожидания к врачу"
TINTS: dict[str, Tint] = {"waiting": "neutral", "offered": "info"}
_WEEK = "0123456"


@dataclass(frozen=True)
class Row:
    """One place in the list."""

    place: int
    who: str
    wishes: str
    joined: str
    word: str
    tint: Tint
    offer: str = ""


@require_safe
@staff_required(Role.REGISTRAR)
def waiting(request: HttpRequest) -> HttpResponse:
    """Show who waits for this clinic, in the order slots are offered. Fixed queries."""
    at, clinic = timezone.now(), own_clinic(request)
    entries = at_clinic.waiting(clinic)
    look_at_people(request, [one.person for one in entries], purpose=PURPOSE, at=at)
    clock = zone(clinic.region_id)
    today = timezone.localdate(at, clock)
    lists = [
        (_title(code), [_row(one, clock, today) for one in rows])
        for code, rows in groupby(entries, key=lambda one: one.speciality)
    ]
    return page(
        request,
        "desk/booking/waiting.html",
        section="booking_waiting",
        title="Лист ожидания",
        count=len(entries),
        lists=lists,
        full=len(entries) == at_clinic.LISTED,
    )


def _row(one: WaitingEntry, clock: ZoneInfo, today: date) -> Row:
    latest = next(iter(one.offers.all()), None)
    return Row(
        one.place,  # type: ignore[attr-defined]  # of `at_clinic.waiting`
        words.full_name(one.person),
        _wishes(one),
        words.near_words(one.joined_at, clock=clock, today=today),
        str(one.get_state_display()),
        TINTS[one.state],
        _offer(latest, clock, today) if latest else "",
    )


def _wishes(one: WaitingEntry) -> str:
    told = [one.position.doctor.name if one.position else "любой врач"]
    if one.weekdays != _WEEK:
        told.append(", ".join(words.SHORT_DAYS[int(day)] for day in one.weekdays))
    if (one.from_hour, one.until_hour) != (0, 24):
        told.append(f"с {one.from_hour}:00 до {one.until_hour}:00")
    return "; ".join([*told, f"не позже {dates.short(one.until_day)}"])


def _offer(offer: Offer, clock: ZoneInfo, today: date) -> str:
    when = words.near_words(offer.slot.starts_at, clock=clock, today=today)
    word = str(offer.get_state_display()).lower()
    if offer.state != Offer.State.OPEN:
        return f"{when}: {word}"
    return f"{when}: {word}, держим до {offer.until.astimezone(clock):%H:%M}"


def _title(code: str) -> str:
    known = SPECIALITIES.get(code)
    return known.title if known else code
