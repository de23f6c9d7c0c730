"""What has become of an application: its timeline, its comparison, the list of all."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Q

from oms.cases import worklist
from oms.cases.models import Case
from oms.cases.review import application, service_of
from oms.cases.states import CLOSED, MOVES, OPEN, TITLES, WORKED, State
from oms.catalog.applicants import alike
from oms.catalog.catalogue import SERVICES
from oms.catalog.declaration import Application
from oms.domain.accounts.models import User
from oms.domain.register.matching import Match
from oms.law import case_number, dates
from oms.law.names import fold
from oms.law.verdict import Invalid

DONE, NOW, NEXT = "done", "now", "next"
_GROUPS = {"open": OPEN, "closed": CLOSED}
_WAITS = {
    State.DRAFT: "Заполните и подайте заявление",
    State.AWAITING: "Ждёт рассмотрения",
    State.IN_WORK: "Рассматривают",
    State.CLARIFICATION: "Ждём вашего ответа",
    State.PLANNED: "Ждём даты",
    State.APPROVED: "Готовим документы",
}
_AHEAD = {
    State.AWAITING: ("Решение", "Документы"),
    State.IN_WORK: ("Решение", "Документы"),
    State.CLARIFICATION: ("Решение", "Документы"),
    State.PLANNED: ("Документы",),
}


@dataclass(frozen=True)
class TimelineLine:
    """One line: `done` with its moment, `now`, or `next` with the moment expected (or None)."""

    state: str
    title: str
    at: datetime | None
    text: str = ""
    actor: str = ""


@dataclass(frozen=True)
class Compared:
    """One thing as applied for and as registered."""

    label: str
    given: str
    known: str
    differs: bool


@dataclass(frozen=True)
class Comparison:
    """The application against the register, and whom it may mean; `known` is the application."""

    rows: tuple[Compared, ...]
    matches: tuple[Match, ...]
    known: Application


@dataclass(frozen=True)
class HistoryPage:
    """A page of one's applications; `after` leads on, empty at the end."""

    cases: tuple[Case, ...]
    after: str


def timeline(case: Case) -> list[TimelineLine]:
    """What was, what is, what comes and when. One query."""
    lines = [
        TimelineLine(
            DONE,
            MOVES[event.verb].done if event.verb in MOVES else "Срок решения прошёл",
            event.at,
            event.text,
            event.actor_title,
        )
        for event in case.events.all()
        if event.verb not in MOVES or not MOVES[event.verb].internal
    ]
    state = State(case.state)
    if state in _WAITS:
        expected = case.answer_by if state == State.CLARIFICATION else case.due_at
        expected = None if state == State.PLANNED else expected
        lines.append(TimelineLine(NOW, _waits(case, state), expected))
        dues = (case.due_at if state in WORKED - {State.CLARIFICATION} else None, None)
        ahead = zip(_AHEAD.get(state, ()), dues, strict=False)
        lines += [TimelineLine(NEXT, title, at) for title, at in ahead]
    return lines


def _waits(case: Case, state: State) -> str:
    if state == State.PLANNED and case.effective_on:
        return f"Начнёт действовать {dates.long(case.effective_on)}"
    return _WAITS[state]


def comparison(case: Case, *, on: date) -> Comparison:
    """The operator's view: differences marked, likely records with their reasons."""
    known = application(case, on=on)
    matches = () if known.person else alike(known)
    known = replace(known, alike=matches)
    rows = tuple(
        Compared(label, given, registered, differs=_differs(given, registered))
        for label, given, registered in service_of(case).compare(known)
    )
    return Comparison(rows, matches, known)


def history(
    user: User,
    *,
    text: str = "",
    service: str = "",
    state: str = "",
    after: str = "",
    limit: int = 25,
) -> HistoryPage:
    """One's own applications, newest first; `text` is a number or words of the service's name.

    `state` is a state, `open` or `closed`; `after` comes from the page before. Drafts thrown
    away are left out. One query.
    """
    rows = Case.objects.filter(applicant=user).exclude(state=State.WITHDRAWN, submitted_at=None)
    if service:
        rows = rows.filter(service=service)
    if state:
        rows = rows.filter(state__in=_GROUPS.get(state, [state]))
    if text.strip():
        rows = rows.filter(_by_text(text))
    point = worklist.read_cursor(after)
    if point:
        at, pk = point
        rows = rows.filter(Q(started_at__lt=at) | Q(started_at=at, pk__lt=pk))
    found = list(rows.select_related("insurer", "fund").order_by("-started_at", "-pk")[: limit + 1])
    page = found[:limit]
    more = len(found) > limit
    return HistoryPage(
        tuple(page), worklist.cursor(page[-1].started_at, page[-1].pk) if more else ""
    )


def state_title(case: Case) -> str:
    """The state in words; where no paper came of it there is nothing to download."""
    if case.state == State.READY and case.result and not case.result.get("papers"):
        return "Готово"
    return TITLES[State(case.state)]


def _by_text(text: str) -> Q:
    try:
        return Q(number=case_number.parse(text).text)
    except Invalid:
        word = text.strip().lower()[:100]
        return Q(service__in=[s.code for s in SERVICES.values() if word in s.title.lower()])


def _differs(given: str, known: str) -> bool:
    """Whether the two say different things; ё and case do not count, nor does silence."""
    return bool(known) and fold_all(given) != fold_all(known)


def fold_all(text: str) -> str:
    """Letters folded as names are, digits kept."""
    return fold(text) + "".join(c for c in text if c.isdigit())
