"""«Полиса нет в кабинете»: the checks as they run, the verdict, the button onward."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from oms.cases import actions as cases
from oms.cases.review import walk
from oms.catalog.catalogue import SERVICES
from oms.diagnosis import actions, queries
from oms.diagnosis.catalogue import CAUSES
from oms.diagnosis.declaration import REMARKS, STAGES, WayOn
from oms.diagnosis.findings import Found
from oms.diagnosis.models import Run
from oms.domain.accounts.access import sign_in_required, subject
from oms.domain.accounts.models import User
from oms.faces.portal.applications.finding import citizen, next_url
from oms.faces.portal.pages import address, cabinet_key, page


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def diagnosis(request: HttpRequest) -> HttpResponse:
    """Show the last run, or what will be checked; run all (POST), or begin step by step (htmx)."""
    holder = _holder(request)
    run = queries.latest(user=holder)
    if request.method != "POST":
        return _page(request, run)
    at = timezone.now()
    try:
        run = actions.begin(user=holder, by=citizen(request), at=at)
    except actions.TooSoon as no:
        if _is_htmx(request):
            return _part(request, run, no=no.text)
        messages.info(request, no.text)
        return redirect("portal:diagnosis")
    if _is_htmx(request):
        return _part(request, run)
    actions.finish(run=run, by=citizen(request), at=at)
    return redirect("portal:diagnosis")


@sign_in_required
@require_POST
def diagnosis_step(request: HttpRequest) -> HttpResponse:
    """Do the next stage of the run under way and show how far it is."""
    run = queries.latest(user=_holder(request))
    if run is None:
        return redirect("portal:diagnosis")
    run = actions.advance(run=run, by=citizen(request), at=timezone.now())
    return _part(request, run) if _is_htmx(request) else redirect("portal:diagnosis")


@sign_in_required
@require_POST
def diagnosis_on(request: HttpRequest) -> HttpResponse:
    """Begin the application a cause leads to, with what is known typed in."""
    holder, at = _holder(request), timezone.now()
    cause, service = request.POST.get("cause", ""), request.POST.get("service", "")
    if request.POST.get("for", "") != cabinet_key(request):
        messages.warning(request, "В другой вкладке открыт другой кабинет. Проверьте, для кого.")
        return redirect("portal:diagnosis")
    try:
        case = actions.set_out(
            user=holder, by=citizen(request), cause=cause, service=service, at=at
        )
    except actions.NoLonger as no:
        messages.info(request, no.text)
        return redirect("portal:diagnosis")
    except cases.AlreadyOpen as no:
        messages.info(request, no.text)
        return redirect(no.link)
    except (cases.ClosedTo, cases.NotYours):
        known = service in SERVICES  # the page of its beginning tells why not, and the way out
        return redirect("portal:start", service) if known else redirect("portal:diagnosis")
    return redirect(next_url(case, SERVICES[case.service], walk(case, on=timezone.localdate(at))))


def _holder(request: HttpRequest) -> User:
    if citizen(request).is_staff_member:
        raise PermissionDenied
    return subject(request)


def _is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _page(request: HttpRequest, run: Run | None) -> HttpResponse:
    return page(
        request,
        "portal/diagnosis.html",
        section="home",
        title="Полиса нет в кабинете",
        **_context(request, run),
    )


def _part(request: HttpRequest, run: Run | None, *, no: str = "") -> HttpResponse:
    context = _context(request, run) | {"no": no}
    return render(request, "portal/parts/diagnosis.html", context)


def _context(request: HttpRequest, run: Run | None) -> dict[str, Any]:
    context: dict[str, Any] = {
        "run": run,
        "causes": len(CAUSES),
        "plan": list(STAGES.values()),
        "for_whom": cabinet_key(request),
    }
    if run is None:
        return context
    told = queries.verdict(run)
    stages = queries.stages(run)
    return context | {
        "stages": stages,
        "now": next((stage.title for stage in stages if stage.mark == "now"), ""),
        "number": run.stage + 1,
        "is_remark": bool(told.main and told.main.order >= REMARKS),
        "main": _shown(told.main),
        "others": [_shown(one) for one in told.others],
    }


def _shown(found: Found | None) -> dict[str, Any] | None:
    if found is None:
        return None
    ways = [shown for way in found.ways if (shown := _way(way))]
    return {"found": found, "ways": ways}


def _way(way: WayOn) -> dict[str, str] | None:
    """A link to a page, or a service to begin; None for one that is no more."""
    if way.service:
        return {"title": way.title, "service": way.service} if way.service in SERVICES else None
    try:
        return {"title": way.title, "url": address(way.page, *way.args)}
    except NoReverseMatch:
        return None
