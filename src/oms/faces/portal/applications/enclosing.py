"""The page of documents between the questions and the signature; documents wherever shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from oms.cases import queries as cases
from oms.cases.actions import WrongState, save_draft
from oms.cases.documents import Asked, digests
from oms.cases.models import Case
from oms.cases.recognised import Reading, differing
from oms.cases.review import Walk, look_through, walk
from oms.cases.states import State
from oms.domain.accounts.access import sign_in_required, subject
from oms.domain.documents import queries as documents
from oms.faces.design.parts import Crumb
from oms.faces.portal.applications import beside
from oms.faces.portal.applications.finding import (
    case_crumb,
    citizen,
    crumbs,
    documents_url,
    own_case,
    step_url,
)
from oms.faces.portal.pages import address, page
from oms.faces.portal.uploads.component import Row, Slot, row, slot
from oms.faces.portal.uploads.places import place

TITLE = "Приложите документы"
LEAD = "Подойдут фото с телефона или скан. Документ должен быть виден целиком."


@dataclass(frozen=True)
class Enclosed:
    """A document asked for: its slot, and what was read on it."""

    slot: Slot
    readings: Sequence[Reading] = ()


@dataclass(frozen=True)
class Brought:
    """A document of a submitted application with its files."""

    title: str
    rows: Sequence[Row]


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def enclose(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the documents; go on once the obligatory ones are there."""
    case = own_case(request, number)
    if case.state != State.DRAFT:
        return redirect("portal:case", case.number)
    at = timezone.now()
    service, walked = cases.service_of(case), walk(case, on=cases.day(at))
    seen = look_through(case, walked)
    if not seen.documents:
        return redirect("portal:check", case.number)
    sent = request.method == "POST"
    if sent and not seen.lacking:
        return redirect("portal:check", case.number)
    found = differing(case, walked, seen.documents)
    return page(
        request,
        "portal/applications/documents.html",
        section="applications",
        status=422 if sent else 200,
        title=TITLE,
        lead=f"{beside.place(walked, '', documents=True)} {LEAD}",
        crumbs=crumbs(case_crumb(case, service.title), Crumb("Документы")),
        case=case,
        enclosed=_enclosed(request, case, seen.documents, found, told=sent),
        lacking=seen.lacking if sent else (),
        steps=beside.stepper(case, service, walked, current="", documents=seen.documents),
        facts=beside.facts(service, walked, on=cases.day(at)),
        saved_words=beside.saved_words(case, at=at),
        back_url=_back_url(case, walked),
    )


@sign_in_required
@require_POST
def take_reading(request: HttpRequest, number: str) -> HttpResponse:
    """«Взять из документа»: put what was read into the field, at the person's own press."""
    case, at = own_case(request, number), timezone.now()
    back = documents_url(case) if request.POST.get("back") == "documents" else ""
    walked = walk(case, on=cases.day(at))
    seen = look_through(case, walked)
    wanted = request.POST.get("document", ""), request.POST.get("field", "")
    found = [r for r in differing(case, walked, seen.documents) if (r.file, r.name) == wanted]
    if case.state == State.DRAFT and found:
        one = found[0]
        typed = {**case.typed.get(one.step, {}), one.name: one.typed}
        try:
            save_draft(case=case, step=one.step, typed=typed, by=citizen(request), at=at)
            messages.success(request, f"Взяли из документа: {one.label.lower()}.")
        except WrongState as no:
            messages.warning(request, no.text)
    return redirect(back or address("portal:check", case.number))


def answered_by(request: HttpRequest, case: Case, asked: Sequence[Asked]) -> list[Enclosed]:
    """The documents a question asks for, as slots; what was handed in before stays."""
    return _enclosed(request, case, asked, (), told=False, fixed=frozenset(digests(case)))


def brought(asked: Sequence[Asked]) -> list[Brought]:
    """The documents of a submitted application, to be seen."""
    at = timezone.now()
    return [
        Brought(one.title, [row(file, at=at, fixed=True) for file in one.files])
        for one in asked
        if one.files or not one.optional
    ]


def _enclosed(
    request: HttpRequest,
    case: Case,
    asked: Sequence[Asked],
    found: Sequence[Reading],
    *,
    told: bool,
    fixed: frozenset[str] = frozenset(),
) -> list[Enclosed]:
    """Make the slots. One query: the person's documents, offered for use again."""
    known = documents.mine(user=subject(request)) if asked else []
    own = [one for one in known if one.about != case.key]
    return [
        Enclosed(
            slot(
                request,
                place(request, about=case.key, slot=one.code, kind=one.kind),
                title=one.title,
                hint=one.hint,
                optional=one.optional,
                files=one.files,
                offered=own,
                error=one.lacks if told else "",
                fixed=fixed,
            ),
            [reading for reading in found if reading.slot == one.code],
        )
        for one in asked
    ]


def _back_url(case: Case, walked: Walk) -> str:
    questions = [step for step in walked.steps if not step.signs]
    return step_url(case, questions[-1]) if questions else address("portal:case", case.number)
