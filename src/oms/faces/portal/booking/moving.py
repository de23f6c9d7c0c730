"""Moving a visit: a new day and time are chosen; the old one stands until the new is confirmed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from oms.domain.accounts.access import sign_in_required
from oms.domain.booking import actions, finding
from oms.domain.booking.models import Appointment
from oms.domain.directory.models import Position
from oms.faces.design.parts import Crumb, Difference
from oms.faces.portal.booking import day as days
from oms.faces.portal.booking import month, own, words
from oms.faces.portal.booking.doctor import calendar, last_day, waiting_url, weekdays
from oms.faces.portal.booking.finding import is_key, place
from oms.faces.portal.booking.ways import ways
from oms.faces.portal.pages import address, page
from oms.kit.denied import Denied

OTHERS = 6


@never_cache
@sign_in_required
@require_safe
def move(request: HttpRequest, number: str) -> HttpResponse:
    """Choose a day: of the same doctor, or of another of the same speciality there.

    Six queries besides the frame's.
    """
    visit, at = own.own_visit(request, number), own.now()
    if not own.may_change(visit, at=at):
        return redirect("portal:visit", visit.number)
    if own.is_near(visit, at=at):
        return redirect("portal:visit_late", visit.number)
    position = _position(request, visit, at)
    today = words.local(at, position.clinic).date()
    shown = month.asked(
        request.GET.get("month", ""),
        first=today,
        last=last_day(today),
    )
    url = f"{address('portal:visit_move', visit.number)}?place={position.pk}"
    others = finding.positions(
        at=at,
        region=position.clinic.region_id,
        speciality=position.speciality,
        person=visit.person,
        only_free=True,
        limit=OTHERS,
    )
    return page(
        request,
        "portal/booking/move.html",
        section="doctors",
        title="Перенести запись",
        crumbs=own.crumbs(own.visit_crumb(visit), Crumb("Перенести")),
        visit=visit,
        now_words=own.line(visit, at=at),
        position=position,
        doctor=position.doctor.name,
        others=[
            (one, words.when(one.nearest, one.position.clinic, at=at), _url(visit, one))
            for one in others
            if one.position.pk != position.pk and one.nearest
        ],
        month=calendar(
            position, shown, at=at,
            url=lambda day: day_address(visit, position, day),
            month_url=lambda first: f"{url}&month={first:%Y-%m}",
        ),
        weekdays=weekdays(),
        zone_note=words.zone_note(position.clinic, at=at),
    )  # fmt: skip


def _url(visit: Appointment, one: finding.Found) -> str:
    return f"{address('portal:visit_move', visit.number)}?place={one.position.pk}"


def day_address(visit: Appointment, position: Position, day: date) -> str:
    """Return the page with the times of a day to move to."""
    path = address("portal:visit_move_day", visit.number, day.isoformat())
    return f"{path}?place={position.pk}"


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def move_day(request: HttpRequest, number: str, on: str) -> HttpResponse:
    """Choose a time; with one chosen show what changes; POST changes it.

    Four queries besides the frame's.
    """
    visit, at = own.own_visit(request, number), own.now()
    if not own.may_change(visit, at=at) and request.method != "POST":
        return redirect("portal:visit", visit.number)
    position = _position(request, visit, at)
    chosen = days.read_day(on, position, at=at)
    no = None
    if request.method == "POST":
        try:
            _move(request, visit, at)
        except Denied as refused:
            no = refused
        else:
            messages.success(request, "Запись перенесли. Номер остался прежним.")
            return redirect("portal:visit", visit.number)
    return _page(request, visit, position, chosen, at=at, no=no)


def _move(request: HttpRequest, visit: Appointment, at: datetime) -> None:
    slot = request.POST.get("slot", "")
    actions.move(
        appointment=visit,
        slot=int(slot) if is_key(slot) else 0,
        by=own.acting(request).actor,
        at=at,
        key=days.form_key(request, slot),
    )


def _page(
    request: HttpRequest,
    visit: Appointment,
    position: Position,
    chosen: date,
    *,
    at: datetime,
    no: Denied | None,
) -> HttpResponse:
    times = days.free_times(position, chosen, at=at)
    asked = next((one for one in times if str(one.slot.pk) == request.GET.get("slot", "")), None)
    title = words.capital(words.day(chosen, today=words.local(at, position.clinic).date()))
    return page(
        request,
        "portal/booking/move_day.html",
        section="doctors",
        status=no.status if no else 200,
        title="Перенести запись?" if asked else title,
        crumbs=own.crumbs(own.visit_crumb(visit), Crumb("Перенести")),
        visit=visit,
        position=position,
        lead=f"{position.doctor.name}. {position.clinic.short_name}",
        now_words=own.when(visit, at=at),
        asked=asked,
        differences=_differences(visit, position, asked, at) if asked else (),
        is_gone=bool(request.GET.get("slot")) and asked is None and no is None,
        parts=() if asked and not no else list(days.parts(times)),
        key=days.new_key(),
        zone_note=words.zone_note(position.clinic, at=at),
        back_url=f"{address('portal:visit_move', visit.number)}?place={position.pk}",
        day_url=day_address(visit, position, chosen),
        waiting_url=waiting_url(position),
        no=no,
        ways=ways(no),
    )


def _differences(
    visit: Appointment, position: Position, asked: finding.FreeTime, at: datetime
) -> Sequence[Difference]:
    before, clinic = visit.position, position.clinic
    rows = (
        Difference(
            "Когда", words.when(asked.slot.starts_at, clinic, at=at), own.when(visit, at=at)
        ),
        Difference("Врач", position.doctor.name, before.doctor.name),
        Difference("Где", clinic.short_name, before.clinic.short_name),
        Difference("Кабинет", asked.slot.room or position.room, own.room_of(visit)),
    )
    return [row for row in rows if row.differs or row.title == "Врач"]


def _position(request: HttpRequest, visit: Appointment, at: datetime) -> Position:
    """Return the doctor one moves to: the same, or another of that speciality. Two queries."""
    typed: Any = request.GET.get("place", "")
    if not typed or typed == str(visit.position_id):
        return visit.position
    found = place(int(typed), at=at) if is_key(typed) else None
    if found is None or found.position.speciality != visit.position.speciality:
        raise Http404
    return found.position
