"""From a held time to a booked visit: check, confirm or let go; then what to know about it."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oms.catalog import fields
from oms.domain.accounts.access import sign_in_required
from oms.domain.booking import actions
from oms.domain.booking.models import Appointment
from oms.domain.directory import queries as directory
from oms.faces.design.parts import Crumb, Fact
from oms.faces.portal.booking import own, words
from oms.faces.portal.booking.doctor import where
from oms.faces.portal.booking.finding import day_url
from oms.faces.portal.booking.ways import ways
from oms.faces.portal.pages import page
from oms.kit.denied import Denied

State = Appointment.State


class ConfirmForm(forms.Form):
    """What the doctor should know ahead; the referral where one is needed."""

    complaint = fields.TextField(
        label="Что сказать врачу",
        required=False,
        longest=300,
        help_text="Коротко: что беспокоит и давно ли. Прочитают только врач и регистратура",
        widget=forms.Textarea(attrs={"rows": 3, "data-count": 300}),
    )
    referral = fields.TextField(
        label="Номер направления",
        longest=64,
        empty="укажите, как в направлении",
        help_text="Он в правом верхнем углу бланка",
    )

    def __init__(self, *args: Any, with_referral: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_referral:
            del self.fields["referral"]


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """Show what is about to be booked; POST books it. Five queries besides the frame's."""
    visit, at = own.own_visit(request, number), own.now()
    form = ConfirmForm(
        request.POST if request.method == "POST" else None, with_referral=own.needs_referral(visit)
    )
    if visit.state not in (State.HELD, State.LAPSED):
        return redirect("portal:visit", visit.number)
    no = None
    if request.method == "POST" and form.is_valid():
        try:
            _confirm(request, visit, form, at)
        except Denied as refused:
            no = refused
        else:
            return redirect("portal:visit_done", visit.number)
    return _page(request, visit, form, at, no)


def _confirm(request: HttpRequest, visit: Appointment, form: ConfirmForm, at: datetime) -> None:
    told = form.cleaned_data
    actions.confirm(
        appointment=visit,
        by=own.acting(request).actor,
        at=at,
        complaint=told["complaint"] or "",
        referral=told.get("referral") or "",
    )


def _page(
    request: HttpRequest, visit: Appointment, form: ConfirmForm, at: datetime, no: Denied | None
) -> HttpResponse:
    clinic = visit.position.clinic
    until = visit.held_until
    is_held = visit.state == State.HELD and until is not None and until > at
    status = no.status if no else 422 if form.errors else 200
    return page(
        request,
        "portal/booking/confirm.html",
        section="doctors",
        status=status,
        title="Проверьте запись",
        crumbs=own.crumbs(Crumb("Подтверждение")),
        visit=visit,
        when=own.line(visit, at=at),
        is_held=is_held,
        held_until=words.time(until, clinic) if until and is_held else "",
        seconds_left=int((until - at).total_seconds()) if until and is_held else 0,
        facts=[*own.facts(visit, at=at), Fact("Полис", own.policy_words(visit))],
        form=form,
        reminders=own.reminders(request),
        again_url=day_url(visit.position, words.local(visit.starts_at, clinic).date()),
        no=no,
        ways=ways(no),
    )


@require_POST
@sign_in_required
def release(request: HttpRequest, number: str) -> HttpResponse:
    """Let a held time go, and show the others of that day."""
    visit = own.own_visit(request, number)
    try:
        actions.release(appointment=visit, by=own.acting(request).actor, at=own.now())
    except Denied as no:
        messages.warning(request, no.text)
        return redirect("portal:visit", visit.number)
    messages.info(request, "Время отпустили. Можно выбрать другое.")
    local = words.local(visit.starts_at, visit.position.clinic)
    if visit.starts_at <= own.now():
        return redirect("portal:doctors")
    return redirect(day_url(visit.position, local.date()))


@never_cache
@sign_in_required
@require_safe
def done(request: HttpRequest, number: str) -> HttpResponse:
    """Say that it is booked, and all there is to know. Three queries besides the frame's."""
    visit, at = own.own_visit(request, number), own.now()
    if visit.state not in Appointment.KEPT:
        return redirect("portal:visit", visit.number)
    clinic = visit.position.clinic
    near = directory.near(clinic, on=words.local(at, clinic).date())
    return page(
        request,
        "portal/booking/done.html",
        section="doctors",
        title="Вы записаны",
        crumbs=own.crumbs(Crumb("Готово")),
        visit=visit,
        doctor=own.who_sees(visit),
        when=own.when(visit, at=at),
        bring=own.bring(visit),
        late_words=own.late_words(),
        reminders=own.reminders(request),
        **where(clinic, own.room_of(visit), around=near),
    )
