"""The desk's first page by role."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.faces.desk.pages import OPERATORS, staff

_START = {
    **dict.fromkeys(OPERATORS, "desk:queue"),
    Role.SUPERVISOR: "desk:report",
    Role.SUPPORT: "desk:requests",
    Role.REGISTRAR: "desk:booking",
    Role.ADMINISTRATOR: "desk:reference",
}


@require_safe
@staff_required()
def home(request: HttpRequest) -> HttpResponse:
    """Lead each role to its work."""
    return redirect(_START[Role(staff(request).role)])
