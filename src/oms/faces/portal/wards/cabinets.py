"""Going over to a ward's cabinet and back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from oms.domain.accounts import access
from oms.domain.accounts import wards as rights
from oms.domain.accounts.access import sign_in_required
from oms.domain.wards import actions
from oms.faces.portal.account import browser
from oms.faces.portal.account.page import account_page
from oms.faces.portal.wards.finding import about, lasts, own_right


@require_POST
@sign_in_required
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a ward's cabinet, and the page that was asked for."""
    right = access.open_cabinet(request, right=pk)
    actions.note_opened(representation=right, at=timezone.now())
    messages.info(request, f"Открыт кабинет: {rights.called(right.ward)}.")
    return redirect(browser.next_page(request) or "/")


@require_POST
@sign_in_required
def own(request: HttpRequest) -> HttpResponse:
    """Come back to one's own cabinet."""
    access.close_cabinet(request)
    return redirect(browser.next_page(request) or "/")


@never_cache
@sign_in_required
@require_safe
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a message about a ward leads: to the page in the ward's cabinet, by one button."""
    right, on = own_right(request, pk), timezone.localdate()
    wanted = browser.next_page(request) or "/"
    opened = access.representation(request)
    if opened == right:
        return redirect(wanted)
    name = rights.called(right.ward)
    context = {
        "title": f"Открыть кабинет: {name}",
        "right": right,
        "about": about(right, on=on),
        "next": wanted,
        "may_open": lasts(right, on=on) and right.representative_id == request.user.pk,
    }
    return account_page(request, "portal/wards/offer.html", context)
