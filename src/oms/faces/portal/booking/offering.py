"""A time kept instead of a visit that cannot take place: yes or no."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from oms.domain.accounts.access import sign_in_required
from oms.domain.booking.models import Appointment, Offer
from oms.faces.portal.booking import own, words
from oms.faces.portal.booking.day import new_key
from oms.faces.portal.booking.finding import is_key
from oms.faces.portal.booking.waiting import answered
from oms.kit.denied import Denied


@require_POST
@sign_in_required
def offer(request: HttpRequest, number: str) -> HttpResponse:
    """Take the time kept instead of this visit, or let it go."""
    visit, at = own.own_visit(request, number), own.now()
    typed = request.POST.get("offer", "")
    rows = Offer.objects.visible_to(own.holder(request)).filter(instead_of=visit)
    found = rows.filter(pk=int(typed) if is_key(typed) else 0).first()
    if found is None:
        messages.warning(request, "Это предложение уже не действует.")
        return redirect("portal:visit", visit.number)
    try:
        return answered(request, found, at)
    except Denied as no:
        messages.warning(request, no.text)
        return redirect("portal:visit", visit.number)


def open_offer(request: HttpRequest, visit: Appointment, *, at: datetime) -> dict[str, Any]:
    """Return what a visit's page shows of the time kept instead of it. One query."""
    rows = Offer.objects.visible_to(own.holder(request)).filter(instead_of=visit)
    rows = rows.filter(state=Offer.State.OPEN, until__gt=at)
    found = rows.select_related("slot__position__doctor", "slot__position__clinic").first()
    if found is None:
        return {"offer": None}
    position = found.slot.position
    clinic = position.clinic
    said = (
        f"{position.doctor.name}, {words.when(found.slot.starts_at, clinic, at=at)}. "
        f"{clinic.short_name}. Держим до {words.when(found.until, clinic, at=at)}."
    )
    return {"offer": found, "offer_words": said, "key": new_key()}
