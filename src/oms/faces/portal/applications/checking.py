"""The last look before signing: every answer green, or what to fix and where (APP-2)."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from oms.cases import queries as cases
from oms.cases.actions import NotReady, WrongState, save_draft
from oms.cases.models import Case
from oms.cases.recognised import differing
from oms.cases.review import Line, Review, Walk, look_through, walk
from oms.cases.signing import NoPhone
from oms.cases.states import State
from oms.catalog.declaration import PublicService
from oms.domain.accounts.access import sign_in_required
from oms.faces.design.parts import Crumb, Link
from oms.faces.portal.applications import beside, signing
from oms.faces.portal.applications.finding import (
    case_crumb,
    citizen,
    crumbs,
    documents_url,
    own_case,
    signing_step,
    step_url,
)
from oms.faces.portal.applications.steps import forgive_empty, revision
from oms.faces.portal.pages import address, page
from oms.faces.portal.services import ways_on
from oms.law.plural import counted
from oms.law.refusal import Refusal


@dataclass(frozen=True)
class Section:
    """The answers of one step, and where to change them."""

    title: str
    url: str
    lines: list[Line]


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, number: str) -> HttpResponse:
    """Look the application through; a sent form asks for the code that signs it."""
    case = own_case(request, number)
    if case.state != State.DRAFT:
        return redirect("portal:case", case.number)
    return _confirmed(request, case) if request.method == "POST" else _page(request, case)


def _confirmed(request: HttpRequest, case: Case) -> HttpResponse:
    own = signing_step(cases.service_of(case))
    seen = revision(request.POST)
    if seen is not None and seen != case.revision:
        messages.warning(request, "Заявление изменилось в другой вкладке. Проверьте его ещё раз.")
        return redirect("portal:check", case.number)
    try:
        case = save_draft(
            case=case, step=own.code, typed=request.POST, by=citizen(request), at=timezone.now()
        )
        return signing.send_code(request, case)
    except NotReady:
        return _page(request, case, sent=True)
    except WrongState:
        return redirect("portal:case", case.number)
    except NoPhone as no:
        messages.warning(request, no.text)
        return redirect("portal:check", case.number)


def _page(request: HttpRequest, case: Case, *, sent: bool = False) -> HttpResponse:
    at = timezone.now()
    service, walked = cases.service_of(case), walk(case, on=cases.day(at))
    seen = look_through(case, walked)
    own = signing_step(service)
    form = walked.forms[own.code]
    if form.is_bound and not sent:
        forgive_empty(form, case.typed.get(own.code, {}))
    user = citizen(request)
    place = beside.place(walked, own.code, documents=bool(seen.documents))
    to_fix = _to_fix(case, service, seen)
    return page(
        request,
        "portal/applications/check.html",
        section="applications",
        title=own.title,
        lead=" ".join(filter(None, (place, own.lead))),
        crumbs=crumbs(case_crumb(case, service.title), Crumb(own.title)),
        case=case,
        service=service,
        form=form,
        ready=seen.ready,
        to_fix=to_fix,
        left=_left(len(to_fix) - len(seen.lacking), len(seen.lacking)),
        documents=seen.documents,
        documents_url=documents_url(case),
        readings=differing(case, walked, seen.documents),
        sections=sections(case, walked, seen),
        refusals=[(refusal, _way_out(case, walked, refusal)) for refusal in seen.refusals],
        phone=user.phone if user.phone_confirmed_at else "",
        steps=beside.stepper(case, service, walked, current=own.code, documents=seen.documents),
        facts=beside.facts(service, walked, on=cases.day(at)),
        saved_words=beside.saved_words(case, at=at),
        back_url=documents_url(case) if seen.documents else _back_url(case, walked),
    )


def sections(case: Case, walked: Walk, seen: Review) -> list[Section]:
    """Return the answers step by step, without the signing page."""
    return [
        Section(
            step.title,
            step_url(case, step, back=True),
            [line for line in seen.lines if line.step == step.code],
        )
        for step in walked.steps
        if not step.signs
    ]


def _to_fix(case: Case, service: PublicService, seen: Review) -> list[Link]:
    """Return what has to be put right, each with its step."""
    fields = [
        Link(line.error, step_url(case, service.step(line.step), back=True) + f"#id_{line.name}")
        for line in seen.lines
        if line.error and not service.step(line.step).signs
    ]
    documents = [Link(d.lacks, f"{documents_url(case)}#slot-{d.code}") for d in seen.lacking]
    return [*fields, *documents]


def _left(fields: int, documents: int) -> str:
    """Say what is left to do: «Осталось 2 поля и 1 документ»; one field alone is «одно поле»."""
    if not documents:
        return "одно поле" if fields == 1 else counted(fields, "поле", "поля", "полей")
    papers = counted(documents, "документ", "документа", "документов")
    return f"{counted(fields, 'поле', 'поля', 'полей')} и {papers}" if fields else papers


def _way_out(case: Case, walked: Walk, refusal: Refusal) -> list[Link]:
    """Return where to put right what the law refuses: a step here, or another service."""
    for step in walked.steps:
        if refusal.field in walked.forms[step.code].fields and not step.signs:
            return [Link(f"Изменить: {step.title}", step_url(case, step, back=True))]
    return ways_on(refusal)


def _back_url(case: Case, walked: Walk) -> str:
    questions = [step for step in walked.steps if not step.signs]
    return step_url(case, questions[-1]) if questions else address("portal:case", case.number)
