"""The page of one application: how it goes, what we wait for, what one can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from oms.cases import copies
from oms.cases import queries as cases
from oms.cases.about import concerned
from oms.cases.documents import submitted
from oms.cases.models import Case, CaseNote
from oms.cases.review import look_through, walk
from oms.cases.states import CLOSED, MOVES, WORKED, State
from oms.catalog.catalogue import SERVICES
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import User
from oms.domain.papers.models import Paper
from oms.faces.design.parts import Crumb, Fact, Link, Moment
from oms.faces.design.templatetags.design import datetime_words
from oms.faces.portal.applications import answering, beside, disputing, enclosing
from oms.faces.portal.applications.finding import citizen, crumbs, next_url, own_case
from oms.faces.portal.applications.listing import as_file
from oms.faces.portal.cabinet import TINTS, moments
from oms.faces.portal.pages import address, page
from oms.faces.portal.services import ways_on
from oms.law.refusal import Refusal


@dataclass(frozen=True)
class Answers:
    """What was answered on one step."""

    title: str
    facts: Sequence[Fact]


@sign_in_required
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show one's own application; a draft shows how far it has come."""
    found = own_case(request, number)
    return draft_page(request, found) if found.state == State.DRAFT else case_page(request, found)


@sign_in_required
@require_safe
def print_view(request: HttpRequest, number: str) -> HttpResponse:
    """The application as one sheet to print."""
    found = own_case(request, number)
    if found.submitted_at is None:
        raise Http404
    service = cases.service_title(found)
    return page(
        request,
        "portal/applications/print.html",
        section="applications",
        title=f"Заявление № {found.number}",
        crumbs=crumbs(Crumb(service, address("portal:case", found.number)), Crumb("Печать")),
        case=found,
        service=service,
        word=cases.state_title(found),
        decider=decider_name(found),
        submitted_words=cases.moment(found.submitted_at),
        due_words=cases.until(found.due_at) if found.due_at else "",
        answers=answers(found),
        documents=[one for one in submitted(found) if one.standing],
        signature=found.pinned.get("signature") or {},
    )


@sign_in_required
@require_safe
def case_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The application as a file to keep."""
    found = own_case(request, number)
    if found.submitted_at is None:
        raise Http404
    content = copies.copy(found, at=timezone.now())
    return as_file(content, "application/pdf", copies.name(found))


def draft_page(request: HttpRequest, found: Case) -> HttpResponse:
    """Show what is filled and where to go on."""
    at = timezone.now()
    service, walked = cases.service_of(found), walk(found, on=cases.day(at))
    seen = look_through(found, walked)
    ready = seen.ready
    url = address("portal:check", found.number) if ready else next_url(found, service, walked)
    return page(
        request,
        "portal/applications/draft.html",
        section="applications",
        title=service.title,
        crumbs=crumbs(Crumb(service.title)),
        case=found,
        service=service,
        ready=ready,
        next_url=url,
        steps=beside.stepper(found, service, walked, current="-", documents=seen.documents),
        facts=beside.facts(service, walked, on=cases.day(at)),
        saved_words=beside.saved_words(found, at=at),
    )


def case_page(
    request: HttpRequest, found: Case, *, form: answering.Answer | None = None
) -> HttpResponse:
    """Show a submitted application; `form` is an answer that has to be mended."""
    at = timezone.now()
    prefetch_related_objects([found], "events", "pauses")
    reopens = may_reopen(found)
    asks = (found.state == State.CLARIFICATION or reopens) and found.service in SERVICES
    if asks and form is None:
        form = answering.blank(found, on=cases.day(at))
    documents = submitted(found) if found.submitted_at else ()
    asked = [one for one in documents if asks and one.code in found.question_documents]
    return page(
        request,
        "portal/applications/case.html",
        section="applications",
        title=cases.service_title(found),
        crumbs=crumbs(Crumb(f"№ {found.number}")),
        case=found,
        word=cases.state_title(found),
        tint=TINTS[found.state],
        clock=cases.clock(found, at=at),
        steps=moments(found) if found.submitted_at else [],
        moments=[_moment(line) for line in cases.timeline(found)],
        decider=decider_name(found),
        due_words=cases.until(found.due_at) if found.due_at else "",
        answer=form if asks else None,
        answer_by=cases.ended(cases.until(found.answer_by)) if found.answer_by else "",
        reopens=reopens,
        refusals=[(row, _ways_on(row)) for row in found.refusals],
        papers=_papers(found, found.applicant),
        answers=answers(found) if found.submitted_at else [],
        asked=enclosing.answered_by(request, found, asked),
        documents=enclosing.brought([one for one in documents if one not in asked]),
        may_withdraw=found.state in MOVES["withdraw"].source,
        may_send=bool(citizen(request).email_confirmed_at),
        may_cancel=may_cancel(found, on=cases.day(at)),
        disputes=disputing.offers(found, at=at),
        above=concerned(found),
        unfinished=unfinished(found),
        left_says=left_says(found),
        may_repeat=may_repeat(found),
    )


def may_repeat(found: Case) -> bool:
    """Tell whether what was typed can be submitted anew: the service must still be there."""
    was_submitted = found.submitted_at is not None and bool(found.typed)
    return found.state in CLOSED and was_submitted and found.service in SERVICES


def may_cancel(found: Case, *, on: date) -> bool:
    """Tell whether it is a plan whose day has not come."""
    return found.state == State.PLANNED and (found.effective_on is None or found.effective_on > on)


def unfinished(found: Case) -> Sequence[str]:
    """Return what is not done and what is at risk, while the application is open."""
    known = SERVICES.get(found.service)
    return known.unfinished if known and found.state in WORKED | {State.PLANNED} else ()


def left_says(found: Case) -> str:
    """Return what the insurer being left says of it. One query, none where there is none."""
    if found.informed_id is None:
        return ""
    said = found.notes.exclude(kind=CaseNote.Kind.NOTE).first()
    if said is None:
        return "Прежняя организация получила заявление и пока не ответила."
    words = "возражает" if said.kind == CaseNote.Kind.OBJECTION else "не возражает"
    return f"Прежняя организация {words}. {said.text}".strip()


def may_reopen(found: Case) -> bool:
    """Tell whether the application was closed for want of an answer."""
    if found.state != State.REJECTED or not found.question:
        return False
    return [event.verb for event in found.events.all()][-1:] == ["expire"]


def decider_name(found: Case) -> str:
    """Return who decides, as people know them."""
    body = found.insurer or found.fund
    return body.short_name if body else "Кабинет ОМС, автоматически"


def answers(found: Case) -> list[Answers]:
    """Return what was answered, step by step, as the form was worded then."""
    seen = cases.review(found, on=cases.day(found.submitted_at or found.started_at))
    titles = {row["code"]: row["title"] for row in found.pinned.get("form", [])}
    groups: dict[str, list[Fact]] = {code: [] for code in titles}
    for line in seen.lines:
        groups[line.step].append(Fact(line.label, line.value or "не указано"))
    return [Answers(titles[code], facts) for code, facts in groups.items() if facts]


def _moment(line: cases.TimelineLine) -> Moment:
    return Moment(line.title, line.state, _when(line), line.text)  # type: ignore[arg-type]  # its three words are the design's


def _when(line: cases.TimelineLine) -> str:
    if line.at is None:
        return ""
    words = _until(line.at) if line.state != "done" else datetime_words(line.at)
    return f"{words}. {line.actor}" if line.actor else words


def _until(at: datetime) -> str:
    return f"до {cases.until(at)}"


def _ways_on(row: dict[str, Any]) -> list[Link]:
    known = {name: row.get(name, "") for name in ("code", "text", "remedy", "field", "basis")}
    return ways_on(Refusal(**known))


def _papers(found: Case, user: User) -> list[Paper]:
    if found.state != State.READY:
        return []
    return list(Paper.objects.visible_to(user).filter(basis=found.key).order_by("pk"))
