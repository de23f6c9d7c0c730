"""Cancelling a visit, asking the clinic when it is near, and sending the certificate."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from oms.catalog import fields
from oms.domain.accounts.access import sign_in_required
from oms.domain.booking import actions
from oms.domain.booking import certificate as certificates
from oms.domain.booking.models import Appointment, LateRequest
from oms.faces.design.parts import Crumb
from oms.faces.portal.booking import own
from oms.faces.portal.booking.finding import doctor_url
from oms.faces.portal.booking.ways import ways
from oms.faces.portal.pages import page
from oms.kit.denied import Denied


class CancelForm(forms.Form):
    """Why, if one likes to say."""

    because = fields.TextField(
        label="Почему отменяете", required=False, longest=200, help_text="Увидит регистратура"
    )


class LateForm(forms.Form):
    """What is asked of the clinic."""

    wish = fields.ChoiceField(
        label="Что сделать с записью",
        choices=LateRequest.Wish.choices,
        widget=forms.RadioSelect(attrs={"class": "inline"}),
    )
    words = fields.TextField(
        label="Что передать регистратуре",
        required=False,
        longest=300,
        help_text="Например, в какой день вам удобно",
        widget=forms.Textarea(attrs={"rows": 3, "data-count": 300}),
    )


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Ask whether to cancel, and do it; the time is free for others at once."""
    visit, at = own.own_visit(request, number), own.now()
    if request.method != "POST" and own.may_change(visit, at=at) and own.is_near(visit, at=at):
        return redirect("portal:visit_late", visit.number)
    if visit.state != Appointment.State.BOOKED:
        return redirect("portal:visit", visit.number)
    form, no = CancelForm(request.POST if request.method == "POST" else None), None
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel(
                appointment=visit,
                by=own.acting(request).actor,
                at=at,
                because=form.cleaned_data["because"] or "",
            )
        except Denied as refused:
            no = refused
        else:
            messages.success(request, "Запись отменили. Время уже свободно для других.")
            return redirect("portal:visit", visit.number)
    return _page(request, "Отменить запись?", visit, form, at=at, no=no)


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def late(request: HttpRequest, number: str) -> HttpResponse:
    """Ask the clinic about a visit that is near; it stands until the clinic agrees."""
    visit, at = own.own_visit(request, number), own.now()
    if not own.may_change(visit, at=at) or getattr(visit, "asked", None):
        return redirect("portal:visit", visit.number)
    form = LateForm(
        request.POST if request.method == "POST" else None,
        initial={"wish": request.GET.get("wish", "")},
    )
    no = None
    if request.method == "POST" and form.is_valid():
        try:
            _ask(request, visit, form.cleaned_data, at)
        except Denied as refused:
            no = refused
        else:
            messages.success(request, "Просьбу отправили. Пока не ответят, запись остаётся.")
            return redirect("portal:visit", visit.number)
    return _page(request, "До приёма меньше суток", visit, form, at=at, no=no)


def _ask(request: HttpRequest, visit: Appointment, told: dict[str, Any], at: datetime) -> None:
    actions.ask_late(
        appointment=visit,
        wish=told["wish"],
        words=told["words"] or "",
        by=own.acting(request).actor,
        at=at,
    )


def _page(
    request: HttpRequest,
    title: str,
    visit: Appointment,
    form: CancelForm | LateForm,
    *,
    at: datetime,
    no: Denied | None,
) -> HttpResponse:
    name = "late" if isinstance(form, LateForm) else "cancel"
    return page(
        request,
        f"portal/booking/{name}.html",
        section="doctors",
        status=no.status if no else 422 if form.errors else 200,
        title=title,
        crumbs=own.crumbs(own.visit_crumb(visit), Crumb(title.rstrip("?"))),
        visit=visit,
        lead=own.line(visit, at=at),
        clinic=visit.position.clinic,
        again_url=doctor_url(visit.position),
        form=form,
        no=no,
        ways=ways(no),
    )


@require_POST
@sign_in_required
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """Send the clinic the person's newest certificate of insurance."""
    visit = own.own_visit(request, number)
    try:
        certificates.attach(appointment=visit, by=own.acting(request).actor, at=own.now())
    except Denied as no:
        messages.warning(request, no.text)
    else:
        messages.success(request, "Справку приложили: в поликлинике её увидят.")
    return redirect("portal:visit", visit.number)
