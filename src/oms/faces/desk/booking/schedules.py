"""Schedules: every doctor's week, shifts looked at before they are saved, visits that lose."""

from dataclasses import dataclass
from datetime import date, datetime
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
from oms.domain.booking import at_clinic, closing, previewing, shifts
from oms.domain.booking.day_sheet import positions_of, title_of
from oms.domain.booking.days import changes_ahead
from oms.domain.booking.models import Appointment, Quota, Shift
from oms.domain.booking.previewing import ShiftPreview
from oms.domain.directory.models import MedicalOrganization, Position
from oms.faces.design.parts import Crumb
from oms.faces.desk.booking import words
from oms.faces.desk.booking.day import own_clinic
from oms.faces.desk.booking.schedule_forms import QUOTAS, EndForm, ShiftForm
from oms.faces.desk.looks import look_at_people
from oms.faces.desk.pages import page, staff
from oms.kit.denied import Denied
from oms.law import dates, phone
from oms.law.plural import counted
from oms.law.visits import SERVICES
from oms.law.zones import zone

PURPOSE = "Записи, которым нужно другое время"


@dataclass(frozen=True)
class ShiftWords:
    """A shift as the week tells it."""

    shift: Shift
    hours: str
    about: str


@dataclass(frozen=True)
class Unfit:
    """A booked visit that no longer fits, and how to reach the person."""

    visit: Appointment
    who: str
    when: str
    phone: str


@require_safe
@staff_required(Role.REGISTRAR)
def schedules(request: HttpRequest) -> HttpResponse:
    """List the clinic's doctors with their weeks, and days that differ. Fixed queries."""
    at, clinic = timezone.now(), own_clinic(request)
    clock = zone(clinic.region_id)
    today = timezone.localdate(at, clock)
    positions = positions_of(clinic, on=today)
    week = at_clinic.week(clinic, on=today)
    unfit = shifts.conflicts(positions=positions, at=at)
    return page(
        request,
        "desk/booking/schedules.html",
        section="booking_schedules",
        title="Расписание",
        rows=[(one, title_of(one), _short_week(week.get(one.pk, []))) for one in positions],
        unfit=unfit_words(request, unfit, clock, at),
        changes=[
            (one, words.day_words(one.day, today=today))
            for one in changes_ahead(clinic=clinic, on=today)
        ],
    )


@require_safe
@staff_required(Role.REGISTRAR)
def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one doctor's week."""
    at, clinic = timezone.now(), own_clinic(request)
    position = find_position(pk, clinic)
    clock = zone(clinic.region_id)
    today = timezone.localdate(at, clock)
    rows = shifts.shifts_of(position=position, on=today)
    unfit = shifts.conflicts(positions=[position], at=at)
    return page(
        request,
        "desk/booking/schedule.html",
        section="booking_schedules",
        title=position.doctor.name,
        crumbs=[*_crumbs(position)[:1], Crumb(position.doctor.name)],
        position=position,
        speciality=title_of(position),
        week=[
            (number, name, [_words(one) for one in rows if one.weekday == number])
            for number, name in enumerate(words.WEEKDAYS)
        ],
        changes=[
            (one, words.day_words(one.day, today=today))
            for one in changes_ahead(clinic=clinic, on=today)
            if one.position_id in {None, position.pk}
        ],
        unfit=unfit_words(request, unfit, clock, at),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.REGISTRAR)
def shift(request: HttpRequest, pk: int, shift: int = 0) -> HttpResponse:
    """Add a shift or change one: first it is shown what that brings, then it is saved."""
    at, clinic = timezone.now(), own_clinic(request)
    position = find_position(pk, clinic)
    today = timezone.localdate(at, zone(clinic.region_id))
    row = at_clinic.shift(pk=shift, position=position) if shift else None
    if shift and row is None:
        raise Http404
    sent = request.POST if request.method == "POST" and "last_day" not in request.POST else None
    form = ShiftForm(sent, initial=_initial(request, position, row, today))
    ending = EndForm(request.POST if "last_day" in request.POST else None)
    seen: ShiftPreview | None = None
    if form.is_bound and form.is_valid():
        told = {"position": position, "said": form.said(), "shift": row}
        if "save" in request.POST:
            if _saved(request, form, told, at):
                return redirect("desk:booking_schedule", pk)
        else:
            seen = _previewed(request, form, told, at)
    if ending.is_bound and ending.is_valid() and row is not None:
        by = staff(request).actor
        shifts.end_shift(shift=row, last_day=ending.cleaned_data["last_day"], by=by, at=at)
        messages.success(request, "Последний день смены записан.")
        return redirect("desk:booking_schedule", pk)
    return page(
        request,
        "desk/booking/shift.html",
        section="booking_schedules",
        status=422 if form.errors or ending.errors else 200,
        title="Изменить смену" if row else "Новая смена",
        crumbs=[*_crumbs(position), Crumb("Смена")],
        position=position,
        row=row,
        form=form,
        ending=ending if row else None,
        seen=_seen(request, seen, clinic, at) if seen else None,
    )


@require_POST
@staff_required(Role.REGISTRAR)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer another time to everybody the doctor's shifts no longer fit."""
    position = find_position(pk, own_clinic(request))
    number = closing.propose_unfit(position=position, by=staff(request).actor, at=timezone.now())
    if number:
        messages.success(request, "Всем предложено другое время, сообщения ушли.")
    else:
        messages.info(request, "Все записи подходят: предлагать нечего.")
    return redirect("desk:booking_schedule", pk)


def find_position(pk: int, clinic: MedicalOrganization) -> Position:
    """Return a post of the registrar's clinic; raise Http404."""
    found = at_clinic.position(pk=pk, clinic=clinic)
    if found is None:
        raise Http404
    return found


def unfit_words(
    request: HttpRequest, visits: list[Appointment], clock: ZoneInfo, at: datetime
) -> list[Unfit]:
    """Say which visits no longer fit; the looks at their people are written down."""
    look_at_people(request, [one.person for one in visits], purpose=PURPOSE, at=at)
    today = timezone.localdate(at, clock)
    return [
        Unfit(
            one,
            words.full_name(one.person),
            words.moment_words(one.starts_at, clock=clock, today=today),
            phone.display(one.person.user.phone)
            if one.person.user and one.person.user.phone
            else "",
        )
        for one in visits
    ]


def _saved(request: HttpRequest, form: ShiftForm, told: dict[str, Any], at: datetime) -> bool:
    try:
        shifts.save_shift(**told, by=staff(request).actor, at=at)
    except Denied as no:
        _put(form, no)
        return False
    messages.success(request, "Смена сохранена, время для записи обновлено.")
    return True


def _previewed(
    request: HttpRequest, form: ShiftForm, told: dict[str, Any], at: datetime
) -> ShiftPreview | None:
    try:
        return previewing.preview_shift(**told, by=staff(request).actor, at=at)
    except Denied as no:
        _put(form, no)
        return None


def _put(form: ShiftForm, no: Denied) -> None:
    """Say a no beside the field it is about."""
    field = getattr(no, "field", None)
    field = "phone" if field == "quotas" else field
    form.add_error(field if field in form.fields else None, no.text)


def _seen(
    request: HttpRequest, seen: ShiftPreview, clinic: MedicalOrganization, at: datetime
) -> dict[str, Any]:
    clock = zone(clinic.region_id)
    today = timezone.localdate(at, clock)
    return {
        "day": words.day_words(seen.day, today=today) if seen.day else "",
        "times": [
            (f"{begins:%H:%M}", "" if quota == Quota.INTERNET else Quota(quota).label)
            for begins, quota in seen.times
        ],
        "total": len(seen.times),
        "quotas": [(Quota(code).label, number) for code, number in seen.quotas.items()],
        "unfit": unfit_words(request, list(seen.unfit), clock, at),
    }


def _initial(
    request: HttpRequest, position: Position, row: Shift | None, today: date
) -> dict[str, Any]:
    if row is not None:
        return ShiftForm.of(row)
    asked = request.GET.get("weekday", "0")
    service = SERVICES["visit"]
    return {
        "weekday": asked if asked in "0123456" else "0",
        "weeks": Shift.Weeks.EVERY,
        "service": service.code,
        "minutes": service.minutes,
        "room": position.room,
        "from_day": today,
    }


def _words(shift: Shift) -> ShiftWords:
    about = [f"по {shift.minutes} мин"]
    if shift.weeks != Shift.Weeks.EVERY:
        about.append(str(shift.get_weeks_display()).lower())
    if shift.break_begins and shift.break_ends:
        about.append(f"перерыв {shift.break_begins:%H:%M}–{shift.break_ends:%H:%M}")
    if shift.service != "visit" and shift.service in SERVICES:
        about.append(SERVICES[shift.service].title.lower())
    if shift.room:
        about.append(f"каб. {shift.room}")
    about += [
        f"{Quota(code).label.lower()}: {shift.quotas[code]}"
        for code in QUOTAS
        if shift.quotas.get(code)
    ]
    if shift.on_holidays:
        about.append("и в праздники")
    if shift.until_day:
        about.append(f"по {dates.short(shift.until_day)}")
    return ShiftWords(shift, f"{shift.begins:%H:%M}–{shift.ends:%H:%M}", ", ".join(about))


def _short_week(rows: list[Shift]) -> str:
    """The days a doctor works, in short: «Пн, Ср, Пт»; how many shifts they are."""
    days = dict.fromkeys(words.SHORT_DAYS[one.weekday] for one in rows)
    if not days:
        return "смен нет"
    return f"{', '.join(days)}: {counted(len(rows), 'смена', 'смены', 'смен')}"


def _crumbs(position: Position) -> list[Crumb]:
    own = reverse("desk:booking_schedule", args=[position.pk])
    return [
        Crumb("Расписание", reverse("desk:booking_schedules")),
        Crumb(position.doctor.name, own),
    ]
