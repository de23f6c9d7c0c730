"""The code of a visit and where to go with it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import Level
from oms.domain.identity import queries
from oms.domain.identity.methods import in_person
from oms.faces.portal.identity.people import identity_page, me


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: HttpRequest) -> HttpResponse:
    """Show offices; give a code (POST)."""
    user, at = me(request), timezone.now()
    if user.level == Level.CONFIRMED:
        return redirect("identity_menu")
    if request.method == "POST":
        in_person.begin(user=user, at=at)
        return redirect("identity_visit")
    own = queries.mine(user=user, method=in_person.METHOD.code)
    given = own if own and own.is_open and own.due_at and own.due_at > at else None
    context = {
        "title": "Лично в офисе",
        "code": in_person.code_of(given) if given else "",
        "until": given.due_at if given else None,
        "offices": in_person.offices(region=settings.REGION),
        "availability": in_person.available(user, at),
    }
    return identity_page(request, "visit", context)
