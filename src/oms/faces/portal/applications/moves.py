"""What the applicant does with a submitted application; each is a POST and leads back to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from oms.cases import actions, copies
from oms.cases import queries as cases
from oms.cases.models import Case
from oms.cases.review import walk
from oms.cases.states import MOVES, State
from oms.domain.accounts.access import sign_in_required
from oms.faces.design.parts import Crumb
from oms.faces.portal.applications import answering, following, keeping
from oms.faces.portal.applications.finding import (
    case_crumb,
    citizen,
    crumbs,
    next_url,
    own_case,
)
from oms.faces.portal.applications.steps import revision
from oms.faces.portal.pages import page
from oms.kit.denied import Denied
from oms.law import dates

ASKED = {
    "withdraw": "Отозвать заявление?",
    "discard": "Удалить черновик?",
    "cancel_plan": "Отменить то, что запланировано?",
}


@keeping.keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Answer the question, in time or late; what is wrong is shown at its field."""
    case = own_case(request, number)
    on = cases.day(timezone.now())
    verb = "reopen" if following.may_reopen(case) else "answer"
    if request.method != "POST":
        typed = keeping.take(request)
        if not typed or case.state not in MOVES[verb].source:
            return redirect("portal:case", case.number)
        return following.case_page(request, case, form=answering.blank(case, on=on, typed=typed))
    form = answering.sent(case, request.POST, on=on)
    if not all(part.is_valid() for part in form.all):
        return following.case_page(request, case, form=form)
    try:
        _perform(
            request,
            verb,
            case,
            note=form.text.cleaned_data["note"],
            typed=answering.corrections(case, request.POST),
        )
    except actions.NotAnswered as no:
        form.text.add_error("note", no.text)
        return following.case_page(request, case, form=form)
    except Denied as no:
        messages.warning(request, no.text)
        keeping.keep(request)  # closed meanwhile for want of an answer: it may be reopened with it
        return redirect("portal:answer", case.number)
    messages.success(request, "Ответ получен. Срок решения снова идёт.")
    return redirect("portal:case", case.number)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Ask whether to withdraw the application, and do it."""
    return _asked_first(request, number, "withdraw", done="Заявление отозвано.")


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, number: str) -> HttpResponse:
    """Ask whether to throw the draft away, and do it."""
    return _asked_first(request, number, "discard", done="Черновик удалён.", leave=True)


@sign_in_required
@require_POST
def send_copy(request: HttpRequest, number: str) -> HttpResponse:
    """Send the copy to the e-mail of who asks."""
    case, by = own_case(request, number), citizen(request)
    try:
        copies.send(case=case, to=by, at=timezone.now())
        messages.success(request, f"Копию отправим на {by.email} в ближайшие минуты.")
    except Denied as no:
        messages.warning(request, no.text)
    return redirect("portal:case", case.number)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_plan(request: HttpRequest, number: str) -> HttpResponse:
    """Ask whether to give up what was planned, and do it."""
    return _asked_first(request, number, "cancel_plan", done="Отменено. Ничего не изменится.")


@sign_in_required
@require_POST
def repeat(request: HttpRequest, number: str) -> HttpResponse:
    """«Подать повторно»: a new draft with everything right kept."""
    case, at = own_case(request, number), timezone.now()
    try:
        draft = actions.repeat(case=case, by=citizen(request), at=at)
    except actions.AlreadyOpen as no:
        messages.info(request, no.text)
        return redirect(no.link)
    except Denied as no:
        messages.warning(request, no.text)
        return redirect("portal:case", case.number)
    service = cases.service_of(draft)
    return redirect(next_url(draft, service, walk(draft, on=cases.day(at))))


def _asked_first(
    request: HttpRequest, number: str, verb: str, *, done: str, leave: bool = False
) -> HttpResponse:
    """Show what the move means; make it on POST. With `leave` its page is left for the list."""
    case = own_case(request, number)
    if request.method == "POST":
        try:
            _perform(request, verb, case)
        except Denied as no:
            messages.warning(request, no.text)
            return redirect("portal:case", case.number)
        messages.success(request, done)
        return redirect("portal:applications") if leave else redirect("portal:case", case.number)
    if case.state not in MOVES[verb].source:
        return redirect("portal:case", case.number)
    service = cases.service_of(case)
    return page(
        request,
        f"portal/applications/{verb}.html",
        section="applications",
        title=ASKED[verb],
        crumbs=crumbs(case_crumb(case, service.title), Crumb(MOVES[verb].title)),
        case=case,
        service=service,
        day=dates.long(case.effective_on) if case.effective_on else "",
        waits=case.state == State.CLARIFICATION,
    )


def _perform(request: HttpRequest, verb: str, case: Case, **data: Any) -> Case:
    """Make the move by the person who asks; a page of an older revision is refused."""
    return actions.perform(
        verb,
        case,
        by=citizen(request),
        at=timezone.now(),
        revision=revision(request.POST),
        **data,
    )
