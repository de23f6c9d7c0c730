"""«Что было на дату»: one's own record in the register on any day."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from oms.domain.accounts.access import sign_in_required, subject
from oms.domain.register.queries import person_of
from oms.faces.design.on_day import on_day
from oms.faces.design.parts import Crumb
from oms.faces.portal.pages import address, page


@never_cache
@require_safe
@sign_in_required
def past(request: HttpRequest) -> HttpResponse:
    """Show the record of whose cabinet is open; the day alone stands in the address."""
    user = subject(request)
    person = None if user.is_staff_member else person_of(user)
    shown = on_day(person, request.GET, today=timezone.localdate()) if person else None
    return page(
        request,
        "portal/past.html",
        status=422 if shown and shown.on is None else 200,
        title="Что было на дату",
        crumbs=[
            Crumb("Главная", "/"),
            Crumb("Мои данные", address("account_profile")),
            Crumb("Что было на дату"),
        ],
        past=shown,
    )
