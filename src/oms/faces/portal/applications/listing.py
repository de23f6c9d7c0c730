"""All one's applications: what is open first, then what is over."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from oms.cases import queries as cases
from oms.cases.models import Case
from oms.cases.states import TITLES, State
from oms.domain.accounts.access import sign_in_required, subject
from oms.faces.design.parts import Chip
from oms.faces.design.parts import State as Tint
from oms.faces.design.templatetags.design import date_words, datetime_words
from oms.faces.portal.cabinet import TINTS
from oms.faces.portal.pages import address, page

PAGE = 20
MOST_OPEN = 50
LONGEST_SEARCH = 100
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
    """Show a page of the list; `q` searches, `state` picks, `after` is where the page begins."""
    text = request.GET.get("q", "")[:LONGEST_SEARCH].strip()
    state = request.GET.get("state", "")
    state = state if state in FILTERS or state in TITLES else ""
    after = request.GET.get("after", "")[:80]
    user = subject(request)
    whole = not (text or state)
    opened = cases.history(user, state="open", limit=MOST_OPEN) if whole and not after else None
    found = cases.history(
        user, text=text, state="closed" if whole else state, after=after, limit=PAGE
    )
    return page(
        request,
        "portal/applications/list.html",
        section="applications",
        title="Заявления",
        text=text,
        state=state,
        opened=[row(case) for case in opened.cases] if opened else [],
        rows=[row(case) for case in found.cases],
        chips=list(chips(state, text)),
        is_picked=not whole,
        first_url=_url(text, state) if after else "",
        next_url=_url(text, state, found.after) if found.after else "",
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


def chips(state: str, text: str) -> Iterator[Chip]:
    """Return the ready filters; a search goes on within each."""
    for code, title in FILTERS.items():
        yield Chip(title, _url(text, code), current=code == state)


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


def _url(text: str, state: str, after: str = "") -> str:
    asked = {"q": text, "state": state, "after": after}
    query = urlencode({name: value for name, value in asked.items() if value})
    return address("portal:applications") + (f"?{query}" if query else "")
