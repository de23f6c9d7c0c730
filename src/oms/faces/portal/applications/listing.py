"""All one's applications: what is open first, then what is over."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from oms.cases import exports
from oms.cases import queries as cases
from oms.cases.models import Case
from oms.cases.states import TITLES, State
from oms.domain.accounts.access import sign_in_required, subject
from oms.faces.design.parts import Chip
from oms.faces.design.parts import State as Tint
from oms.faces.design.templatetags.design import date_words, datetime_words
from oms.faces.portal.applications.finding import citizen
from oms.faces.portal.cabinet import TINTS
from oms.faces.portal.pages import address, page

PAGE = 20
MOST_OPEN = 50
LONGEST_SEARCH = 100
YEAR_SIGNS, FIRST_YEAR, LAST_YEAR = 4, 2000, 2999
FILTERS = {
    "": "Все",
    "open": "Открытые",
    State.DRAFT.value: "Черновики",
    State.CLARIFICATION.value: "Ждут ответа",
    State.READY.value: "Готовые",
    State.REJECTED.value: "Отклонённые",
    State.WITHDRAWN.value: "Отозванные",
}
ICONS = {
    State.DRAFT: "pen-line",
    State.CLARIFICATION: "circle-alert",
    State.READY: "file-check",
    State.REJECTED: "circle-x",
    State.WITHDRAWN: "undo-2",
}


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    title: str
    number: str
    url: str
    words: str
    word: str
    tint: Tint
    icon: str


@sign_in_required
@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """Show a page of the list: `q` searches, `state`, `service` and `year` pick."""
    asked, user = _asked(request), subject(request)
    after = request.GET.get("after", "")[:80]
    whole = asked == cases.Asked()
    opened = (
        cases.history(user, cases.Asked(state="open"), limit=MOST_OPEN)
        if whole and not after
        else None
    )
    shown = cases.Asked(state="closed") if whole else asked
    found = cases.history(user, shown, after=after, limit=PAGE)
    services, years = cases.choices(user)
    return page(
        request,
        "portal/applications/list.html",
        section="applications",
        title="Заявления",
        text=asked.text,
        state=asked.state,
        service=asked.service,
        year=asked.year,
        services=services,
        years=years,
        opened=[row(case) for case in opened.cases] if opened else [],
        rows=[row(case) for case in found.cases],
        is_picked=not whole,
        chips=list(chips(asked)),
        files=[(kind.upper(), _file_url(asked, kind)) for kind in exports.KINDS],
        next_url=_url(asked, found.after) if found.after else "",
        first_url=_url(asked) if after else "",
    )


@sign_in_required
@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Give what is filtered as a file."""
    if kind not in exports.KINDS:
        raise Http404
    at = timezone.now()
    try:
        content, media = exports.export(
            user=subject(request), by=citizen(request), asked=_asked(request), kind=kind, at=at
        )
    except exports.TooMany as no:
        messages.warning(request, no.text)
        return redirect(_url(_asked(request)))
    return as_file(content, media, f"Заявления {at:%Y-%m-%d}.{kind}")


def as_file(content: bytes, media: str, name: str) -> HttpResponse:
    """Return a file to be saved, kept by nobody on the way."""
    response = HttpResponse(content, content_type=media)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _asked(request: HttpRequest) -> cases.Asked:
    """Return what the address asks for; what it cannot mean is left out."""
    state, year = request.GET.get("state", ""), request.GET.get("year", "")
    known = len(year) == YEAR_SIGNS and year.isascii() and year.isdigit()
    return cases.Asked(
        text=request.GET.get("q", "")[:LONGEST_SEARCH].strip(),
        service=request.GET.get("service", "")[:48].replace("\0", ""),
        state=state if state in FILTERS or state in TITLES else "",
        year=int(year) if known and FIRST_YEAR <= int(year) <= LAST_YEAR else 0,
    )


def row(case: Case) -> Row:
    """Return the line of an application, from its own columns only."""
    state = State(case.state)
    return Row(
        title=cases.service_title(case),
        number=case.number,
        url=address("portal:case", case.number),
        words=_words(case, state),
        word=cases.state_title(case),
        tint=TINTS[state],
        icon=ICONS.get(state, "file-text"),
    )


def chips(asked: cases.Asked) -> Iterator[Chip]:
    """Return the ready filters; a search goes on within each."""
    for code, title in FILTERS.items():
        yield Chip(title, _url(replace(asked, state=code)), current=code == asked.state)


def _words(case: Case, state: State) -> str:
    """Say the date that matters: until when, or since when."""
    if state == State.DRAFT:
        return f"Сохранён {datetime_words(case.saved_at)}"
    if state == State.CLARIFICATION and case.answer_by:
        return f"Ответьте до {cases.until(case.answer_by)}"
    if state in {State.AWAITING, State.IN_WORK} and case.due_at:
        return f"Решение до {cases.until(case.due_at)}"
    if state == State.WITHDRAWN:
        return f"Отозвано {date_words(case.state_since)}"
    if state == State.PLANNED and case.effective_on:
        return f"Начнёт действовать {date_words(case.effective_on)}"
    return f"Решено {date_words(case.decided_at or case.state_since)}"


def _url(asked: cases.Asked, after: str = "") -> str:
    query = _query(asked, after)
    return address("portal:applications") + (f"?{query}" if query else "")


def _file_url(asked: cases.Asked, kind: str) -> str:
    query = _query(asked)
    return address("portal:applications_export", kind) + (f"?{query}" if query else "")


def _query(asked: cases.Asked, after: str = "") -> str:
    told = {
        "q": asked.text,
        "state": asked.state,
        "service": asked.service,
        "year": str(asked.year or ""),
        "after": after,
    }
    return urlencode({name: value for name, value in told.items() if value})
