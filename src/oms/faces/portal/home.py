"""The first page: a landing for visitors, the cabinet for citizens, the desk for staff."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from oms.catalog.catalogue import SERVICES
from oms.domain.accounts.access import sign_in_required, subject
from oms.domain.accounts.models import User
from oms.domain.papers import codes
from oms.domain.register import queries as register
from oms.faces.portal import cabinet
from oms.faces.portal.forms import PolicyCheckForm
from oms.faces.portal.pages import called, page
from oms.faces.portal.questions import QUESTIONS

QUESTIONS_SHOWN = 4


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show who comes what is theirs."""
    user = request.user
    if not isinstance(user, User):
        return landing(request)
    if user.is_staff_member:
        return redirect("/desk/")
    holder = subject(request)
    is_own = holder == user
    return page(
        request,
        "portal/home.html",
        section="home",
        title="Главная",
        greeting=f"Здравствуйте, {called(user)}" if is_own else called(holder),
        is_own=is_own,
        cabinet=cabinet.of(holder, at=timezone.now(), is_own=is_own),
    )


def landing(request: HttpRequest) -> HttpResponse:
    """Tell a visitor what can be done here, and let them do the first thing at once."""
    return page(
        request,
        "portal/landing.html",
        title="Полис ОМС без визитов и очередей",
        form=PolicyCheckForm(),
        services=SERVICES.values(),
        questions=QUESTIONS[:QUESTIONS_SHOWN],
    )


@require_safe
@sign_in_required
def policy_code(request: HttpRequest) -> HttpResponse:
    """Show the policy's number as a code to be read at a reception desk."""
    person = register.person_of(subject(request))
    policy = register.policy_in_force(person) if person else None
    number = policy.enp if policy else ""
    return page(
        request,
        "portal/policy_code.html",
        section="home",
        title="Код полиса",
        policy=policy,
        qr=codes.qr(number) if number else "",
        barcode=codes.barcode(number) if number else "",
    )
