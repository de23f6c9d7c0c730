"""The clinic's waiting list: the order, what was offered; joined and answered for who calls."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.booking import at_clinic
from oms.domain.booking import waiting as domain
from oms.domain.booking.models import Offer, WaitingEntry
from oms.faces.design.parts import Crumb
from oms.faces.design.parts import State as Tint
from oms.faces.desk.booking import words
from oms.faces.desk.booking.day import own_clinic
from oms.faces.desk.booking.forms import WaitForm
from oms.faces.desk.booking.new import sought
from oms.faces.desk.looks import look_at_people, look_at_person
from oms.faces.desk.pages import page, staff
from oms.kit.denied import Denied
from oms.law import dates, phone
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
    open_offer: int = 0
    """Key of the offer that waits for an answer."""
    phone: str = ""


@require_safe
@staff_required(Role.REGISTRAR)
def waiting(request: HttpRequest) -> HttpResponse:
    """Show who waits for this clinic, in the order slots are offered. Fixed queries."""
    at, clinic = timezone.now(), own_clinic(request)
    entries = at_clinic.waiting(clinic)
    places = domain.places(entries)
    look_at_people(request, [one.person for one in entries], purpose=PURPOSE, at=at)
    clock = zone(clinic.region_id)
    today = timezone.localdate(at, clock)
    lists = [
        (_title(code), [_row(one, places[one.pk], clock, today) for one in rows])
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


def _row(one: WaitingEntry, place: int, clock: ZoneInfo, today: date) -> Row:
    latest, user = next(iter(one.offers.all()), None), one.person.user
    return Row(
        place,
        words.full_name(one.person),
        _wishes(one),
        words.near_words(one.joined_at, clock=clock, today=today),
        str(one.get_state_display()),
        TINTS[one.state],
        _offer(latest, clock, today) if latest else "",
        latest.pk if latest and latest.state == Offer.State.OPEN else 0,
        phone.display(user.phone) if user and user.phone else "",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.REGISTRAR)
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the person who was found into the waiting list of a doctor or of all like them."""
    at, clinic = timezone.now(), own_clinic(request)
    person, how = sought(request, pk, at)
    told = request.GET.get("position", "")
    key = int(told) if told.isascii() and told.isdigit() and len(told) < 18 else 0
    position = at_clinic.position(pk=key, clinic=clinic)
    if person is None or position is None:
        raise Http404
    look_at_person(request, person, purpose=how, at=at)
    form, no = WaitForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        whom: dict[str, Any] = {"position": position}
        if form.cleaned_data["whose"] == "any":
            whom = {"clinic": clinic, "speciality": position.speciality}
        user = staff(request)
        try:
            domain.join(
                person=person, wishes=form.wishes(), by=user.actor, user=user, at=at, **whom
            )
        except Denied as denied:
            no = denied
        else:
            messages.success(request, f"{words.short_name(person)}: место в листе ожидания есть.")
            return redirect("desk:booking_waiting")
    return page(
        request,
        "desk/booking/wait.html",
        section="booking_new",
        status=no.status if no else 422 if form.errors else 200,
        title="В лист ожидания",
        crumbs=[
            Crumb("Кого записать", reverse("desk:booking_new")),
            Crumb("Время", f"{reverse('desk:booking_for', args=[pk])}?position={key}"),
            Crumb("Лист ожидания"),
        ],
        who=words.full_name(person),
        position=position,
        form=form,
        no=no,
    )


@require_POST
@staff_required(Role.REGISTRAR)
def answer(request: HttpRequest, pk: int, said: str) -> HttpResponse:
    """Answer an offer for the person who says it by phone."""
    at, user = timezone.now(), staff(request)
    found = at_clinic.offer(pk=pk, clinic=own_clinic(request))
    if found is None or said not in {"yes", "no"}:
        raise Http404
    try:
        if said == "no":
            domain.refuse(offer=found, by=user.actor, at=at)
            messages.success(request, "Отказ записан, место в очереди осталось.")
            return redirect("desk:booking_waiting")
        made = domain.accept(offer=found, by=user.actor, user=user, key=f"offer:{pk}", at=at)
    except Denied as no:
        messages.warning(request, no.text)
        return redirect("desk:booking_waiting")
    messages.success(request, f"Готово. Номер записи {made.number}.")
    return redirect("desk:booking_visit", made.pk)


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
