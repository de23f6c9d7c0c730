"""The code by SMS, and the page that says the application is in (APP-4, APP-5)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oms.cases import queries as cases
from oms.cases import signing
from oms.cases.actions import Changed
from oms.cases.models import Case
from oms.cases.signing import Signed
from oms.cases.states import State
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.codes import Outcome
from oms.faces.design.parts import Crumb
from oms.faces.portal.account import browser
from oms.faces.portal.account.forms import SmsCodeForm, wait_words
from oms.faces.portal.applications.finding import case_crumb, citizen, crumbs, own_case
from oms.faces.portal.applications.following import decider_name
from oms.faces.portal.pages import page
from oms.kit.denied import Denied
from oms.law.plural import counted

SIGNING = "signing"


def send_code(request: HttpRequest, case: Case) -> HttpResponse:
    """Send a code and lead to its page. Raises what `signing.request_code` does."""
    at = timezone.now()
    asked = signing.request_code(
        case=case, by=citizen(request), origin=browser.origin(request), at=at
    )
    if asked.wait_until is None:
        request.session[SIGNING] = {
            "case": case.number,
            "key": asked.key,
            "revision": asked.revision,
        }
        return redirect("portal:sign", case.number)
    words = f"Новый код можно запросить через {wait_words(asked.wait_until - at)}."
    if _asked(request, case):
        messages.info(request, f"Код уже отправлен, введите его. {words}")
        return redirect("portal:sign", case.number)
    messages.warning(request, f"Код отправляли только что. {words}")
    return redirect("portal:check", case.number)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, number: str) -> HttpResponse:
    """Take the code; the right one hands the application in, once."""
    case = own_case(request, number)
    if case.submitted_at is not None:
        return redirect("portal:submitted", case.number)
    asked = _asked(request, case)
    if not asked:
        return redirect("portal:check", case.number)
    form = SmsCodeForm(browser.posted(request))
    if request.method == "POST" and form.is_valid():
        signed = _try(request, case, asked, typed=form.cleaned_data["code"])
        if signed is None:
            return redirect("portal:check", case.number)
        if signed.outcome is Outcome.RIGHT:
            return _done(request, signed.case)
        form.add_error("code", _why_not(signed))
    return _page(request, case, form)


@sign_in_required
@require_POST
def again(request: HttpRequest, number: str) -> HttpResponse:
    """Send another code."""
    case = own_case(request, number)
    if case.state != State.DRAFT:
        return redirect("portal:case", case.number)
    try:
        return send_code(request, case)
    except Denied as no:
        messages.warning(request, no.text)
        return redirect("portal:check", case.number)


@sign_in_required
@require_safe
def submitted(request: HttpRequest, number: str) -> HttpResponse:
    """Say that it is in, under which number, and what happens next."""
    case = own_case(request, number)
    if case.submitted_at is None:
        return redirect("portal:case", case.number)
    service = cases.service_of(case)
    return page(
        request,
        "portal/applications/submitted.html",
        section="applications",
        title="Заявление подано",
        crumbs=crumbs(case_crumb(case, service.title), Crumb("Подано")),
        case=case,
        service=service,
        decider=decider_name(case),
        due_words=cases.until(case.due_at) if case.due_at else "",
    )


def _asked(request: HttpRequest, case: Case) -> dict[str, Any]:
    """Return what this session asked a code for, if it was this case."""
    asked: dict[str, Any] = request.session.get(SIGNING) or {}
    return asked if asked.get("case") == case.number else {}


def _try(request: HttpRequest, case: Case, asked: dict[str, Any], *, typed: str) -> Signed | None:
    """Sign; None when the application has to be looked through again, and why is told."""
    try:
        return signing.sign(
            case=case,
            key=asked["key"],
            typed=typed,
            revision=asked["revision"],
            by=citizen(request),
            at=timezone.now(),
        )
    except Changed:
        text = "Заявление изменилось после отправки кода. Проверьте его и запросите новый код."
    except Denied as no:
        text = no.text
    messages.warning(request, text)
    return None


def _done(request: HttpRequest, case: Case) -> HttpResponse:
    request.session.pop(SIGNING, None)
    return redirect("portal:submitted", case.number)


def _why_not(signed: Signed) -> str:
    if signed.outcome is Outcome.WRONG:
        left = counted(signed.left, "попытка", "попытки", "попыток")
        return f"Код не подошёл. Осталось: {left}"
    if signed.outcome is Outcome.TOO_MANY:
        return "Слишком много неверных попыток. Запросите новый код"
    return "Код больше не действует. Запросите новый"


def _page(request: HttpRequest, case: Case, form: SmsCodeForm) -> HttpResponse:
    service = cases.service_of(case)
    return page(
        request,
        "portal/applications/sign.html",
        section="applications",
        title="Подпишите кодом из СМС",
        crumbs=crumbs(case_crumb(case, service.title), Crumb("Подпись")),
        case=case,
        service=service,
        form=form,
        phone=citizen(request).phone,
    )
