"""One visit at the registrar's: who comes, to whom, when; come, done, moved, cancelled."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.booking import actions as booking
from oms.domain.booking import at_clinic
from oms.domain.booking.day_sheet import title_of
from oms.domain.booking.models import Appointment, LateRequest
from oms.faces.design.parts import Crumb, Fact, Moment
from oms.faces.desk.booking import words
from oms.faces.desk.booking.forms import CancelForm
from oms.faces.desk.looks import look_at_person
from oms.faces.desk.pages import page, staff
from oms.kit.denied import Denied
from oms.law import dates, phone
from oms.law.plural import counted
from oms.law.zones import zone

State = Appointment.State
KEYS = (
    ("C", "Отметить приход"),
    ("F", "Отметить, что приём прошёл"),
    ("M", "Перенести"),
    ("X", "Отменить"),
    ("B", "Вернуться к приёму"),
)
DONE: Mapping[str, tuple[Callable[..., Any], str]] = {
    "arrive": (booking.arrive, "Приход отмечен."),
    "fulfil": (booking.fulfil, "Приём отмечен как прошедший."),
}
"""What is done with one press: the act, and what is said of it."""


@require_safe
@staff_required(Role.REGISTRAR)
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one visit; each look is written down."""
    at, found = timezone.now(), find_visit(request, pk)
    look_at_visit(request, found, at)
    clock = zone(found.position.clinic.region_id)
    today = timezone.localdate(at, clock)
    starts = found.starts_at.astimezone(clock)
    return page(
        request,
        "desk/booking/visit.html",
        section="booking",
        title=f"Запись {found.number}",
        keys=KEYS,
        crumbs=[Crumb("Приём", day_url(found)), Crumb(found.number)],
        visit=found,
        who=words.full_name(found.person),
        came=words.came(found.person),
        tint=words.TINTS[found.state],
        when=words.moment_words(found.starts_at, clock=clock, today=today),
        facts=_facts(found),
        of_person=_of_person(found, today),
        moments=_moments(found, clock, today),
        request_open=next((o for o in found.late_requests.all() if o.state == "open"), None),
        is_today=starts.date() == today,
        is_over=found.starts_at < at,
        back=day_url(found),
    )


@require_POST
@staff_required(Role.REGISTRAR)
def press(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Mark as come or as done, and go back to where the button was pressed."""
    if move not in DONE:
        raise Http404
    found = find_visit(request, pk)
    act, said = DONE[move]
    try:
        act(appointment=found, by=staff(request).actor, at=timezone.now())
    except Denied as no:
        messages.warning(request, f"{words.short_name(found.person)}: {no.text}")
    else:
        messages.success(request, f"{words.short_name(found.person)}: {said.lower()}")
    return redirect(f"{_came_from(request, found)}#v{found.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.REGISTRAR)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel for the person, saying why: they read it."""
    at, found = timezone.now(), find_visit(request, pk)
    look_at_visit(request, found, at)
    form, no = CancelForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            booking.cancel(
                appointment=found,
                by=staff(request).actor,
                at=at,
                because=form.words(),
                near_too=True,
            )
        except Denied as denied:
            no = denied
        else:
            messages.success(request, "Запись отменена. Человек получит сообщение.")
            return redirect("desk:booking_visit", pk)
    clock = zone(found.position.clinic.region_id)
    today = timezone.localdate(at, clock)
    return page(
        request,
        "desk/booking/cancel.html",
        section="booking",
        status=no.status if no else 422 if form.errors else 200,
        title="Отменить запись",
        crumbs=visit_crumbs(found, "Отменить"),
        visit=found,
        who=words.full_name(found.person),
        when=words.moment_words(found.starts_at, clock=clock, today=today),
        form=form,
        no=no,
    )


def find_visit(request: HttpRequest, pk: int) -> Appointment:
    """Return a visit of the registrar's clinic; raise Http404."""
    found = at_clinic.visit(pk=pk, user=staff(request))
    if found is None:
        raise Http404
    return found


def look_at_visit(request: HttpRequest, visit: Appointment, at: datetime) -> None:
    """Write down a look at the person of a visit."""
    purpose = f"Запись к врачу {visit.number}"
    look_at_person(request, visit.person, purpose=purpose, at=at)


def day_url(visit: Appointment) -> str:
    """Return the address of the visit's day, its doctor chosen."""
    day = visit.starts_at.astimezone(zone(visit.position.clinic.region_id)).date()
    asked = {"day": day.isoformat(), "doctor": visit.position_id}
    return f"{reverse('desk:booking')}?{urlencode(asked)}"


def visit_crumbs(visit: Appointment, title: str) -> list[Crumb]:
    """Return the way to a page of a visit."""
    own = reverse("desk:booking_visit", args=[visit.pk])
    return [Crumb("Приём", day_url(visit)), Crumb(visit.number, own), Crumb(title)]


def _came_from(request: HttpRequest, visit: Appointment) -> str:
    """The page the button stood on, if it is one of ours; else the visit's day."""
    told = request.headers.get("Referer", "")
    own = url_has_allowed_host_and_scheme(told, {request.get_host()}, request.is_secure())
    return told.partition("#")[0] if own and "/desk/booking/" in told else day_url(visit)


def _facts(visit: Appointment) -> list[Fact]:
    booker = visit.booked_by
    position = visit.position
    rows = (
        ("Врач", position.doctor.name),
        ("Специальность", title_of(position)),
        ("Кабинет", visit.slot.room or position.room),
        ("Как записан", visit.get_channel_display()),
        ("Кто записал", _booker(visit) if booker else ""),
        ("Что беспокоит", visit.complaint),
        ("Направление", visit.referral),
        ("Справка о страховании", "приложена" if visit.paper else ""),
    )
    return [Fact(title, str(value)) for title, value in rows if value]


def _booker(visit: Appointment) -> str:
    booker = visit.booked_by
    assert booker is not None
    if booker.role == Role.REGISTRAR:
        return "Регистратура"
    return "Сам человек" if booker.pk == visit.person.user_id else "Представитель"


def _of_person(visit: Appointment, today: date) -> list[Fact]:
    person = visit.person
    rows = (
        ("Дата рождения", f"{dates.short(person.birth_date)}, {_years(person.birth_date, today)}"),
        ("Полис", f"…{person.enp[-4:]}" if person.enp else "номера нет"),
        ("Страхует", person.insurer.short_name if person.insurer else ""),
        ("Телефон", phone.display(person.user.phone) if person.user and person.user.phone else ""),
    )
    return [Fact(title, value) for title, value in rows if value]


def _years(born: date, today: date) -> str:
    return counted(dates.age(born, on=today), "год", "года", "лет")


def _moments(visit: Appointment, clock: ZoneInfo, today: date) -> list[Moment]:
    """What happened to the visit, in order."""
    told: list[tuple[datetime | None, str, str]] = [
        (visit.booked_at or visit.made_at, "Записан", ""),
        (visit.answered_at, "Ответил: приду", ""),
        (visit.arrived_at, words.came(visit.person), ""),
        (visit.ended_at, str(visit.get_state_display()), visit.ended_because),
    ]
    for one in visit.late_requests.all():
        asked = "отменить" if one.wish == LateRequest.Wish.CANCEL else "перенести"
        told.append((one.asked_at, f"Просит {asked}", one.words))
        told.append((one.decided_at, str(one.get_state_display()), one.answer))
    for offer in visit.offers.all():
        when = words.moment_words(offer.slot.starts_at, clock=clock, today=today)
        answer = str(offer.get_state_display()).lower()
        told.append((offer.made_at, "Предложено другое время", f"{when}: {answer}"))
    known = sorted((row for row in told if row[0]), key=lambda row: row[0] or visit.made_at)
    return [
        Moment(
            title,
            "done",
            when=words.near_words(moment, clock=clock, today=today) if moment else "",
            text=text,
        )
        for moment, title, text in known
    ]
