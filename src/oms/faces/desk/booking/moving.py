"""A visit moved for the person: another time of the same doctor, or of one like them."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.booking import actions as booking
from oms.domain.booking.models import Quota
from oms.faces.desk.booking import words
from oms.faces.desk.booking.choosing import choose
from oms.faces.desk.booking.new import slot_told
from oms.faces.desk.booking.visit import find_visit, look_at_visit, visit_crumbs
from oms.faces.desk.pages import page, staff
from oms.kit.denied import Denied
from oms.law.zones import zone


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.REGISTRAR)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose another time and move the visit there: its number stays."""
    at, found = timezone.now(), find_visit(request, pk)
    look_at_visit(request, found, at)
    position, clinic = found.position, found.position.clinic
    asked = request.GET.dict()
    asked.setdefault("position", str(position.pk))
    chosen = choose(
        clinic=clinic, person=found.person, channel=Quota.REGISTRAR, asked=asked, at=at,
        speciality=position.speciality,
    )  # fmt: skip
    no: Denied | None = None
    if request.method == "POST":
        try:
            booking.move(
                appointment=found, slot=slot_told(request), by=staff(request).actor, at=at,
                key=f"desk:{request.POST.get('key', '')[:48]}", near_too=True,
            )  # fmt: skip
        except Denied as denied:
            no = denied
        else:
            messages.success(request, "Запись перенесена. Человек получит сообщение.")
            return redirect("desk:booking_visit", pk)
    clock = zone(clinic.region_id)
    today = timezone.localdate(at, clock)
    return page(
        request,
        "desk/booking/move.html",
        section="booking",
        status=no.status if no else 200,
        title="Перенести запись",
        crumbs=visit_crumbs(found, "Перенести"),
        visit=found,
        who=words.full_name(found.person),
        when=words.moment_words(found.starts_at, clock=clock, today=today),
        chosen=chosen,
        key=secrets.token_urlsafe(18),
        no=no,
    )
