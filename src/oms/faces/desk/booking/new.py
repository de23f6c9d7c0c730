"""Booking for somebody who calls or stands at the window: found, a doctor, a time, done."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.booking import actions as booking
from oms.domain.booking import at_clinic
from oms.domain.booking.models import Appointment
from oms.domain.directory.models import MedicalOrganization
from oms.domain.register.models import InsuredPerson
from oms.faces.design.parts import Crumb, Fact
from oms.faces.desk.booking import words
from oms.faces.desk.booking.choosing import Chosen, choose
from oms.faces.desk.booking.day import own_clinic
from oms.faces.desk.booking.forms import CHANNELS, PURPOSES, WINDOW, BookForm, WhomForm
from oms.faces.desk.looks import look_at_person, search_made
from oms.faces.desk.pages import page, staff
from oms.kit.denied import Denied
from oms.law import dates
from oms.law.zones import zone

LASTS = timedelta(minutes=30)
"""How long somebody found may be booked without being looked for again."""
_SOUGHT = "desk_booking_sought"
_FOUND = "desk_booking_found"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.REGISTRAR)
def whom(request: HttpRequest) -> HttpResponse:
    """Look for the person to book. What is typed stays in the session, not in an address."""
    at = timezone.now()
    own_clinic(request)
    slot = _slot_asked(request)
    if request.method == "POST":
        form = WhomForm(request.POST)
        if form.is_valid():
            request.session[_SOUGHT] = {**form.cleaned_data, "new": True, "slot": slot}
            return redirect(f"{reverse('desk:booking_new')}?found=1")
        return _whom_page(request, form, None, slot)
    sought: dict[str, Any] = request.session.get(_SOUGHT) or {}
    if "found" not in request.GET or not sought:
        return _whom_page(request, WhomForm(initial={"how": WINDOW}), None, slot)
    people = at_clinic.people_by(text=sought["text"])
    if sought.get("new"):
        purpose = PURPOSES[sought["how"]]
        search_made(request, text=sought["text"], purpose=purpose, found=people, at=at)
        request.session[_SOUGHT] = {**sought, "new": False}
        _allow(request, people, sought["how"], at)
    form = WhomForm(initial={"text": sought["text"], "how": sought["how"]})
    return _whom_page(request, form, people, str(sought.get("slot") or ""))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.REGISTRAR)
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose doctor, day and time for the person found, and book; or let them in without it."""
    at, clinic = timezone.now(), own_clinic(request)
    how = _how(request, pk, at)
    person = sought(request, pk, at)[0]
    if person is None:
        return _whom_page(request, WhomForm(initial={"how": WINDOW}), None, "", no=NotSought())
    look_at_person(request, person, purpose=PURPOSES[how], at=at)
    chosen = choose(
        clinic=clinic, person=person, channel=CHANNELS[how], asked=request.GET.dict(), at=at
    )
    asking = Asking(clinic, person, how, chosen, at)
    form = BookForm(request.POST or None, initial={"key": secrets.token_urlsafe(18)})
    no = None
    if request.method == "POST" and form.is_valid():
        try:
            made = _done(request, asking, form)
        except Denied as denied:
            no = denied
        else:
            messages.success(request, f"Готово. Номер записи {made.number}.")
            return redirect("desk:booking_visit", made.pk)
    return _page(request, asking, form, no)


def sought(request: HttpRequest, pk: int, at: datetime) -> tuple[InsuredPerson | None, str]:
    """Return who was looked for in the last half hour, and the purpose it was done for."""
    how = _how(request, pk, at)
    return (at_clinic.person(pk=pk), PURPOSES[how]) if how else (None, "")


@dataclass(frozen=True)
class Asking:
    """Who is to be booked, how they came, and what is chosen so far."""

    clinic: MedicalOrganization
    person: InsuredPerson
    how: str
    chosen: Chosen
    at: datetime


def _done(request: HttpRequest, asking: Asking, form: BookForm) -> Appointment:
    """Book the slot told by the form, or let the person in to the doctor chosen."""
    user, data = staff(request), form.cleaned_data
    told: dict[str, Any] = {
        "person": asking.person,
        "by": user.actor,
        "user": user,
        "at": asking.at,
        "key": f"desk:{data['key']}",
    }
    if "walk_in" in request.POST:
        if asking.chosen.found is None:
            raise NoDoctor
        return booking.walk_in(position=asking.chosen.found.position, **told)
    return booking.book(
        slot=slot_told(request),
        channel=CHANNELS[asking.how],
        complaint=data["complaint"],
        referral=data["referral"],
        **told,
    )


def slot_told(request: HttpRequest) -> int:
    """Return the key of the slot a form was sent with. Raises `NoTime`."""
    told = request.POST.get("slot", "")
    if not (told.isascii() and told.isdigit() and len(told) < 18):
        raise NoTime
    return int(told)


class NotSought(Denied):
    """Nobody was looked for, or that was long ago."""

    text = "Найдите человека ещё раз: после поиска прошло больше получаса."


class NoDoctor(Denied):
    """Nobody was chosen."""

    status = 422
    text = "Сначала выберите врача."


class NoTime(Denied):
    """No time was chosen."""

    status = 422
    text = "Сначала выберите время."


def _page(request: HttpRequest, asking: Asking, form: BookForm, no: Denied | None) -> HttpResponse:
    person, clock = asking.person, zone(asking.clinic.region_id)
    today = timezone.localdate(asking.at, clock)
    ahead = at_clinic.visits_ahead(person=person, user=staff(request), at=asking.at)
    return page(
        request,
        "desk/booking/new.html",
        section="booking_new",
        status=no.status if no else 422 if form.errors else 200,
        title="Записать к врачу",
        crumbs=[
            Crumb("Приём", reverse("desk:booking")),
            Crumb("Кого записать", reverse("desk:booking_new")),
            Crumb("Время"),
        ],
        who=words.full_name(person),
        came=words.came(person),
        person=person,
        facts=[
            Fact("Дата рождения", dates.short(person.birth_date)),
            Fact("Полис", f"…{person.enp[-4:]}" if person.enp else "номера нет"),
            Fact("Обращение", PURPOSES[asking.how]),
        ],
        ahead=[(one, words.moment_words(one.starts_at, clock=clock, today=today)) for one in ahead],
        chosen=asking.chosen,
        form=form,
        no=no,
    )


def _whom_page(
    request: HttpRequest,
    form: WhomForm,
    people: list[InsuredPerson] | None,
    slot: str,
    no: Denied | None = None,
) -> HttpResponse:
    return page(
        request,
        "desk/booking/whom.html",
        section="booking_new",
        status=no.status if no else 422 if form.errors else 200,
        no=no,
        title="Записать к врачу",
        form=form,
        people=None if people is None else [_found(one, slot) for one in people],
        slot=slot,
    )


def _found(person: InsuredPerson, slot: str) -> tuple[InsuredPerson, str, str]:
    """A person found: with the address that leads on, to the slot one came from if any."""
    url = reverse("desk:booking_for", args=[person.pk])
    return person, words.full_name(person), f"{url}?{slot}#sure" if slot else url


def _slot_asked(request: HttpRequest) -> str:
    """The query of the free slot one came from: its doctor, day and key; empty without one."""
    told = {name: request.GET.get(name, "") for name in ("position", "day", "slot")}
    right = all(value and len(value) < 18 and value.isascii() for value in told.values())
    return urlencode(told) if right else ""


def _allow(request: HttpRequest, people: list[InsuredPerson], how: str, at: datetime) -> None:
    since = (at - LASTS).timestamp()
    kept = {key: told for key, told in _allowed(request).items() if told[1] > since}
    new = {str(one.pk): [how, at.timestamp()] for one in people}
    request.session[_FOUND] = {**kept, **new}


def _how(request: HttpRequest, pk: int, at: datetime) -> str:
    """How the person came, if they were looked for in the last half hour; else empty."""
    how, told = _allowed(request).get(str(pk), ["", 0])
    return str(how) if at.timestamp() - told < LASTS.total_seconds() and how in CHANNELS else ""


def _allowed(request: HttpRequest) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = request.session.get(_FOUND, {})
    return found
