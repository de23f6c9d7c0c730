"""The beginning of an application: one button, or the reasons why not and the way out."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from oms.cases import actions
from oms.cases import queries as cases
from oms.cases.about import key_of
from oms.cases.review import begun, walk
from oms.catalog.catalogue import SERVICES
from oms.catalog.declaration import About, PublicService
from oms.domain.accounts import wards
from oms.domain.accounts.access import representation, sign_in_required, subject
from oms.faces.design.parts import Crumb
from oms.faces.portal.applications import choosing, disputing
from oms.faces.portal.applications.finding import citizen, next_url
from oms.faces.portal.pages import address, cabinet_key, page
from oms.faces.portal.services import facts, way, ways_on


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Ask to begin (links and sign-in come here), and begin."""
    service = SERVICES.get(code)
    if service is None:
        raise Http404
    if citizen(request).is_staff_member:
        raise PermissionDenied
    if not _about(request) and service.about is About.CASE:
        return disputing.choose_first(request, code) or redirect("portal:applications")
    if not _about(request) and service.about is About.VALUE:
        return choosing.choose_value(request, service)
    return _begin(request, service) if request.method == "POST" else _offer(request, service)


def _begin(request: HttpRequest, service: PublicService) -> HttpResponse:
    """Begin for whose cabinet is open; a page drawn in another cabinet is shown again."""
    at, holder, about = timezone.now(), subject(request), _about(request)
    if request.POST.get("for", "") != cabinet_key(request):
        messages.warning(request, "В другой вкладке открыт другой кабинет. Проверьте, для кого.")
        return _offer(request, service, status=409)
    try:
        case = actions.start(
            service=service.code, applicant=holder, by=citizen(request), about=about, at=at
        )
    except actions.AlreadyOpen as no:
        messages.info(request, no.text)
        return redirect(no.link)
    except actions.ClosedTo:
        return _offer(request, service, status=409)
    return redirect(next_url(case, service, walk(case, on=cases.day(at))))


def _offer(request: HttpRequest, service: PublicService, *, status: int = 200) -> HttpResponse:
    right = representation(request)
    about = key_of(service, _about(request), applicant=subject(request))
    on = cases.day(timezone.now())
    known = begun(subject(request), on=on, by=citizen(request), about=about)
    return page(
        request,
        "portal/applications/start.html",
        section="services",
        status=status,
        title=service.title,
        crumbs=[
            Crumb("Услуги", address("portal:services")),
            Crumb(service.title, address("portal:service", service.code)),
            Crumb("Начало"),
        ],
        service=service,
        steps=way(service),
        facts=[fact for fact in facts(service) if fact.title != "Основание срока"],
        closed=[
            (refusal, ways_on(refusal, back=address("portal:service", service.code)))
            for refusal in service.closed_to(known)
        ],
        for_whom=cabinet_key(request),
        about=_about(request),
        only_looks=right is not None and not wards.allows(right.scope, wards.Scope.APPLY),
    )


def _about(request: HttpRequest) -> str:
    """What a service that concerns one thing is asked about: a case's number, a value's name."""
    return (request.POST.get("about") or request.GET.get("about") or "")[:64]
