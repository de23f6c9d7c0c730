"""What people ask of visits that are near: the registrar agrees or says why not."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.booking import actions as booking
from oms.domain.booking import at_clinic
from oms.domain.booking.models import LateRequest, Quota
from oms.faces.design.parts import Crumb
from oms.faces.design.parts import State as Tint
from oms.faces.desk.booking import words
from oms.faces.desk.booking.choosing import Chosen, choose
from oms.faces.desk.booking.day import own_clinic
from oms.faces.desk.booking.forms import LateForm
from oms.faces.desk.looks import look_at_people, look_at_person
from oms.faces.desk.pages import page, staff
from oms.kit.denied import Denied
from oms.law.zones import zone

PURPOSE = "Просьба о записи к врачу"
TINTS: dict[str, Tint] = {"open": "warn", "done": "ok", "refused": "danger"}


@require_safe
@staff_required(Role.REGISTRAR)
def requests(request: HttpRequest) -> HttpResponse:
    """List what waits for an answer, the nearest visit first, and the latest answers."""
    at, clinic = timezone.now(), own_clinic(request)
    waiting, decided = (
        list(at_clinic.late_requests(clinic)),
        at_clinic.late_requests_decided(clinic),
    )
    people = {one.appointment.person_id: one.appointment.person for one in (*waiting, *decided)}
    look_at_people(request, people.values(), purpose=PURPOSE, at=at)
    clock = zone(clinic.region_id)
    today = timezone.localdate(at, clock)

    def line(one: LateRequest) -> tuple[LateRequest, str, str, Tint]:
        when = words.moment_words(one.appointment.starts_at, clock=clock, today=today)
        return one, words.full_name(one.appointment.person), when, TINTS[one.state]

    return page(
        request,
        "desk/booking/late.html",
        section="booking_late",
        title="Просьбы",
        count=len(waiting),
        waiting=[line(one) for one in waiting],
        decided=[line(one) for one in decided],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.REGISTRAR)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one request; agreeing to a move needs the new time."""
    at, clinic = timezone.now(), own_clinic(request)
    found = at_clinic.late_request(pk=pk, clinic=clinic)
    if found is None:
        raise Http404
    person = found.appointment.person
    look_at_person(request, person, purpose=PURPOSE, at=at)
    moves = found.wish == LateRequest.Wish.MOVE and found.state == LateRequest.State.OPEN
    chosen = None
    if moves:
        position = found.appointment.position
        asked = {"position": str(position.pk), **request.GET.dict()}
        chosen = choose(
            clinic=clinic, person=person, channel=Quota.REGISTRAR, asked=asked, at=at,
            speciality=position.speciality,
        )  # fmt: skip
    form, no = LateForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        no = _decided(request, found, form)
        if no is None:
            messages.success(request, "Ответ отправлен.")
            return redirect("desk:booking_late")
    clock = zone(clinic.region_id)
    today = timezone.localdate(at, clock)
    return page(
        request,
        "desk/booking/late_one.html",
        section="booking_late",
        status=no.status if no else 422 if form.errors else 200,
        title="Ответить на просьбу",
        crumbs=[Crumb("Просьбы", reverse("desk:booking_late")), Crumb("Ответ")],
        late=found,
        visit=found.appointment,
        who=words.full_name(person),
        when=words.moment_words(found.appointment.starts_at, clock=clock, today=today),
        asked=words.near_words(found.asked_at, clock=clock, today=today),
        moves=moves,
        chosen=chosen or Chosen(()),
        form=form,
        no=no,
    )


def _decided(request: HttpRequest, found: LateRequest, form: LateForm) -> Denied | None:
    data, told = form.cleaned_data, request.POST.get("slot", "")
    slot: dict[str, Any] = {}
    if told.isascii() and told.isdigit() and len(told) < 18:
        slot = {"slot": int(told)}
    try:
        booking.decide_late(
            request=found, accept=data["verdict"] == "yes", answer=data["answer"],
            by=staff(request).actor, at=timezone.now(), **slot,
        )  # fmt: skip
    except Denied as no:
        return no
    return None
