"""Days without a doctor or with other hours: who is concerned, one act, who answered what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.booking import closing as domain
from oms.domain.booking import days
from oms.domain.booking.closing import Wish
from oms.domain.booking.day_sheet import positions_of
from oms.domain.booking.models import Appointment, Offer
from oms.faces.design.parts import Crumb
from oms.faces.design.parts import State as Tint
from oms.faces.desk.booking import words
from oms.faces.desk.booking.day import day_asked, own_clinic
from oms.faces.desk.booking.schedule_forms import WHOLE, DayForm
from oms.faces.desk.booking.schedules import Unfit, unfit_words
from oms.faces.desk.pages import page, staff
from oms.kit.denied import Denied
from oms.law.zones import zone


@dataclass(frozen=True)
class Answer:
    """What became of a visit that was concerned."""

    line: Unfit
    word: str
    tint: Tint
    told: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.REGISTRAR)
def change(request: HttpRequest) -> HttpResponse:
    """Say which days differ; look at everybody concerned; then close and tell them at once."""
    at, clinic = timezone.now(), own_clinic(request)
    clock = zone(clinic.region_id)
    today = timezone.localdate(at, clock)
    positions = positions_of(clinic, on=today)
    initial = {
        "whose": request.GET.get("doctor", "") or WHOLE,
        "since": day_asked(request.GET.get("day", ""), today=today),
        "kind": "closed",
    }
    form = DayForm(request.POST or None, positions=positions, initial=initial)
    concerned: list[Appointment] | None = None
    if request.method == "POST" and form.is_valid():
        wish = form.wish(clinic)
        try:
            if "sure" in request.POST:
                return _changed(request, wish, at)
            concerned = domain.preview(wish=wish, by=staff(request).actor, at=at)
        except Denied as no:
            form.add_error(None, no.text)
    return page(
        request,
        "desk/booking/change.html",
        section="booking_schedules",
        status=422 if form.errors else 200,
        title="Отменить приём или изменить часы",
        crumbs=[Crumb("Расписание", reverse("desk:booking_schedules")), Crumb("Другой день")],
        form=form,
        seen=concerned is not None,
        concerned=unfit_words(request, concerned or [], clock, at),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.REGISTRAR)
def changed(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a day that differs and who answered what; a POST takes the change back."""
    at, clinic = timezone.now(), own_clinic(request)
    found = domain.change_of(pk=pk, clinic=clinic)
    if found is None:
        raise Http404
    no: Denied | None = None
    if request.method == "POST":
        try:
            days.open_day(change=found, by=staff(request).actor, at=at)
        except Denied as denied:
            no = denied
        else:
            messages.success(request, "День снова обычный, время открыто для записи.")
            return redirect("desk:booking_schedules")
    clock = zone(clinic.region_id)
    today = timezone.localdate(at, clock)
    visits = domain.answers(found)
    return page(
        request,
        "desk/booking/changed.html",
        section="booking_schedules",
        status=no.status if no else 200,
        title="Другой день",
        crumbs=[Crumb("Расписание", reverse("desk:booking_schedules")), Crumb("Другой день")],
        change=found,
        no=no,
        heading=words.day_words(found.day, today=today),
        whose=found.position.doctor.name if found.position else "Вся поликлиника",
        may_open=found.day >= today,
        answers=_answers(request, visits, found.day, clock, at),
    )


def _changed(request: HttpRequest, wish: Wish, at: datetime) -> HttpResponse:
    made = domain.change(wish=wish, by=staff(request).actor, at=at)
    messages.success(request, "Готово. Всем, кого это касается, ушло сообщение.")
    if len(made) == 1:
        return redirect("desk:booking_changed", made[0].pk)
    return redirect("desk:booking_schedules")


def _answers(
    request: HttpRequest,
    visits: Sequence[Appointment],
    day: date,
    clock: ZoneInfo,
    at: datetime,
) -> list[Answer]:
    lines = unfit_words(request, list(visits), clock, at)
    return [_answer(line, day, clock, at) for line in lines]


def _answer(line: Unfit, day: date, clock: ZoneInfo, at: datetime) -> Answer:
    visit, today = line.visit, timezone.localdate(at, clock)
    offer = next(iter(visit.offers.all()), None)
    if visit.state != Appointment.State.CANCELLED:
        return _stands(line, day, clock)
    if visit.person.user_id is None:
        told = "Сообщение не ушло. Свяжитесь с человеком и запишите заново."
        return Answer(line, "Нет кабинета", "danger", told)
    if offer is None:
        return Answer(line, "Времени не нашлось", "danger", "Позвоните и подберите другое.")
    when = words.moment_words(offer.slot.starts_at, clock=clock, today=today)
    if offer.state == Offer.State.TAKEN:
        return Answer(line, "Согласие", "ok", when)
    if offer.state == Offer.State.OPEN and offer.until > at:
        until = words.near_words(offer.until, clock=clock, today=today)
        return Answer(line, "Ждём ответа", "info", f"Предложено: {when}. Держим до: {until}")
    word = "Не подошло" if offer.state == Offer.State.REFUSED else "Нет ответа"
    return Answer(line, word, "warn", f"Предлагали: {when}. Позвоните и подберите другое.")


def _stands(line: Unfit, day: date, clock: ZoneInfo) -> Answer:
    """A visit that is not cancelled: the worker is on its way to it, or somebody moved it."""
    visit = line.visit
    stays = visit.starts_at.astimezone(clock).date() == day
    if stays and not visit.slot.is_open and visit.state == Appointment.State.BOOKED:
        return Answer(line, "Ищем время", "info", "Предложение уйдёт через несколько минут.")
    word = str(visit.get_state_display()) if stays else "Перенесена"
    return Answer(line, word, words.TINTS[visit.state], line.when)
