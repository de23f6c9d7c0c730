"""The day of the clinic: every doctor's slots side by side, come in one click, found by name."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.booking import at_clinic
from oms.domain.booking.day_sheet import Column, Line, Now, Sheet, clinic_of, day_sheet
from oms.domain.directory.models import MedicalOrganization
from oms.faces.design.parts import Crumb
from oms.faces.desk.booking import words
from oms.faces.desk.looks import look_at_day, search_made
from oms.faces.desk.pages import page, staff
from oms.law import dates
from oms.law.verdict import Invalid
from oms.law.zones import zone

KEYS = (
    ("J", "Следующий человек"),
    ("K", "Предыдущий человек"),
    ("Enter", "Открыть запись"),
    ("C", "Отметить приход того, кто выбран"),
    ("N", "Записать человека"),
    ("P", "Напечатать день"),
    ("D", "Выбрать день"),
    ("/", "Поиск"),
)
_SOUGHT = "desk_visits"
LONGEST = 100
FOLDED = {Now.PAST, Now.CLOSED}
FARTHEST = timedelta(days=400)


class NoClinic(Http404):
    """The registrar's clinic is not in the directory."""


@dataclass(frozen=True)
class Row:
    """A slot as the page shows it."""

    line: Line
    time: str
    word: str
    tint: str
    icon: str
    who: str = ""
    came: str = ""
    seen: str = ""
    """Words of the buttons; empty: there is none."""
    mark: bool = False
    """Whether the day is here now."""
    is_run: bool = False
    """Whether the line tells of several slots."""


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.REGISTRAR)
def day(request: HttpRequest) -> HttpResponse:
    """Show the day of the clinic; a POST is a search. A fixed number of queries."""
    if request.method == "POST":
        request.session[_SOUGHT] = {"text": request.POST.get("text", "")[:LONGEST], "new": True}
        return redirect("desk:booking_found")
    sheet, at = _sheet(request)
    today = timezone.localdate(at, sheet.clock)
    asked = request.GET.get("doctor", "")
    chosen = next((one for one in sheet.columns if str(one.position.pk) == asked), None)
    return page(
        request,
        "desk/booking/day.html",
        section="booking",
        title=f"Приём: {words.day_words(sheet.day, today=today)}",
        keys=KEYS,
        clinic=sheet.clinic,
        sheet=sheet,
        is_today=sheet.day == today,
        heading=words.day_words(sheet.day, today=today),
        columns=[(one, _rows(one)) for one in sheet.columns],
        chosen=chosen or (sheet.columns[0] if sheet.columns else None),
        counts=_counts(sheet),
        previous=sheet.day - timedelta(days=1),
        next=sheet.day + timedelta(days=1),
        asked=at_clinic.late_requests(sheet.clinic).count(),
        print_url=f"{reverse('desk:booking_print')}?{urlencode({'day': sheet.day.isoformat()})}",
    )


@require_safe
@staff_required(Role.REGISTRAR)
def paper(request: HttpRequest) -> HttpResponse:
    """Show the day as it is printed: a doctor, a table, a line for everybody who comes."""
    sheet, at = _sheet(request)
    day_url = f"{reverse('desk:booking')}?{urlencode({'day': sheet.day.isoformat()})}"
    return page(
        request,
        "desk/booking/paper.html",
        section="booking",
        title="Печать дня",
        crumbs=[Crumb("Приём", day_url), Crumb("Печать")],
        clinic=sheet.clinic,
        sheet=sheet,
        heading=words.WEEKDAYS[sheet.day.weekday()],
        columns=[
            (one, [row for row in _rows(one) if row.line.visit and row.line.now != Now.HELD])
            for one in sheet.columns
        ],
        at=at,
    )


@require_safe
@staff_required(Role.REGISTRAR)
def found(request: HttpRequest) -> HttpResponse:
    """Show the visits found by name or number; what was typed is never in an address."""
    user, at = staff(request), timezone.now()
    clinic = own_clinic(request)
    sought: dict[str, Any] = request.session.get(_SOUGHT) or {}
    text = str(sought.get("text", ""))
    visits = at_clinic.visits_by(text=text, user=user, at=at) if text else []
    if sought.get("new") and text:
        people = list({one.person_id: one.person for one in visits}.values())
        search_made(request, text=text, purpose="Поиск записи к врачу", found=people, at=at)
        request.session[_SOUGHT] = {**sought, "new": False}
    clock = zone(clinic.region_id)
    today = timezone.localdate(at, clock)
    return page(
        request,
        "desk/booking/found.html",
        section="booking",
        title="Найденные записи",
        crumbs=[Crumb("Приём", reverse("desk:booking")), Crumb("Поиск")],
        text=text,
        rows=[
            (
                one,
                words.full_name(one.person),
                words.moment_words(one.starts_at, clock=clock, today=today),
                words.TINTS[one.state],
            )
            for one in visits
        ],
        full=len(visits) == at_clinic.FOUND,
    )


def own_clinic(request: HttpRequest) -> MedicalOrganization:
    """Return the clinic whose registrar asks; raise Http404 when the directory has none."""
    clinic = clinic_of(staff(request))
    if clinic is None:
        raise NoClinic
    return clinic


def day_asked(text: str, *, today: date) -> date:
    """Return the day an address or a field names; today when it names none, or one far away."""
    try:
        found = date.fromisoformat(text) if len(text) == 10 and text[4] == "-" else None
        found = found or dates.parse(text)
    except (Invalid, ValueError):
        return today
    return found if abs(found - today) <= FARTHEST else today


def _sheet(request: HttpRequest) -> tuple[Sheet, datetime]:
    """Read the day asked for and write down that its people were seen."""
    at, clinic = timezone.now(), own_clinic(request)
    today = timezone.localdate(at, zone(clinic.region_id))
    sheet = day_sheet(clinic=clinic, day=day_asked(request.GET.get("day", ""), today=today), at=at)
    look_at_day(request, [one.person for one in sheet.people], day=sheet.day, at=at)
    return sheet, at


def _rows(column: Column) -> list[Row]:
    """The lines; free times that passed one after the other are told in one."""
    rows: list[Row] = []
    for now, run in groupby(column.lines, key=lambda line: line.now):
        lines = list(run)
        made = [_row(line, mark=line.slot.pk == column.next) for line in lines]
        if now in FOLDED and len(made) > 1:
            last = lines[-1].begins + (lines[-1].slot.ends_at - lines[-1].slot.starts_at)
            made = [replace(made[0], time=f"{made[0].time}–{last:%H:%M}", is_run=True)]
        rows += made
    return rows


def _row(line: Line, *, mark: bool) -> Row:
    person = line.visit.person if line.visit else None
    _, tint, icon = words.STANDING[line.now]
    return Row(
        line,
        time=f"{line.begins:%H:%M}",
        word=words.standing_of(line.now, person),
        tint=tint,
        icon=icon,
        who=words.short_name(person) if person else "",
        came=words.came(person) if person and line.may_come else "",
        seen=words.seen(person) if person and line.now == Now.HERE else "",
        mark=mark,
    )


def _counts(sheet: Sheet) -> list[tuple[str, str, str, int]]:
    """Word, tint, icon and number of each state there is today."""
    return [
        (word, *words.STANDING[now][1:], sheet.counts[now])
        for now, word in words.TOTALS.items()
        if sheet.counts.get(now)
    ]
