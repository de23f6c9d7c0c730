"""The desk's first page by role."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.faces.design.parts import Link
from oms.faces.desk.pages import OPERATORS, page, staff

_START = {
    **dict.fromkeys(OPERATORS, "desk:queue"),
    Role.SUPERVISOR: "desk:report",
    Role.SUPPORT: "desk:requests",
    Role.ADMINISTRATOR: "desk:reference",
}
_AHEAD = {
    Role.REGISTRAR: (
        "Здесь будет расписание врачей: приём, запись и отметка о приходе.",
        "Пока запись не открыта, посмотрите, как пациент видит вашу поликлинику.",
        (("Поликлиники на портале", "portal:clinics", "hospital"),
         ("Проверить полис пациента", "portal:check_policy", "badge-check")),
    ),
}  # fmt: skip


@require_safe
@staff_required()
def home(request: HttpRequest) -> HttpResponse:
    """Lead each role to its work; where that is not open yet, say what will be here."""
    role = Role(staff(request).role)
    if role in _START:
        return redirect(_START[role])
    title, text, links = _AHEAD[role]
    return page(
        request,
        "desk/ahead.html",
        title="Рабочее место",
        heading=title,
        text=text,
        links=[
            *(Link(name, reverse(url), icon) for name, url, icon in links),
            Link("Безопасность входа", reverse("account_security"), "shield-check"),
        ],
    )
