"""What has become of an application: its timeline, its comparison, the list of all."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import BigAutoField, Q, QuerySet
from django.db.models.functions import ExtractYear
from django.utils import timezone

from oms.cases import worklist
from oms.cases.answers import keepable
from oms.cases.models import Case
from oms.cases.review import application, service_of
from oms.cases.states import CLOSED, MOVES, OPEN, TITLES, WORKED, State
from oms.catalog.applicants import alike
from oms.catalog.catalogue import SERVICES
from oms.catalog.declaration import Application
from oms.domain.accounts.models import User
from oms.domain.register.matching import Match
from oms.kit.prepared import Prepared
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


def opened(user: User) -> list[Case]:
    """Return a citizen's cases that go on, the last moved first, with what happened in them.

    One query, and two more when there are any.
    """
    return _OPENED(user=user.pk)


_OPENED: Prepared[Case] = Prepared(
    lambda user: (
        Case.objects.filter(applicant=user, state__in=sorted(OPEN))
        .prefetch_related("events", "pauses")
        .order_by("-state_since", "-pk")
    ),
    user=BigAutoField(),
)


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


@dataclass(frozen=True)
class Asked:
    """What of one's applications is looked for.

    `text` is a number, its beginning, or words of the service's or the organisation's name;
    `state` is a state, `open` or `closed`; `year` is the one in which the application began.
    """

    text: str = ""
    service: str = ""
    state: str = ""
    year: int = 0


def history(user: User, asked: Asked, *, after: str = "", limit: int = 25) -> HistoryPage:
    """One's own applications, newest first; `after` comes from the page before. One query."""
    rows, point = found(user, asked), worklist.read_cursor(after)
    if point:
        at, pk = point
        rows = rows.filter(Q(started_at__lt=at) | Q(started_at=at, pk__lt=pk))
    shown = list(rows.select_related("insurer", "fund")[: limit + 1])
    page = shown[:limit]
    more = len(shown) > limit
    return HistoryPage(
        tuple(page), worklist.cursor(page[-1].started_at, page[-1].pk) if more else ""
    )


def found(user: User, asked: Asked) -> QuerySet[Case]:
    """One's own applications that are looked for, newest first; drafts thrown away are left out."""
    rows = Case.objects.filter(applicant=user).exclude(state=State.WITHDRAWN, submitted_at=None)
    if asked.service:
        rows = rows.filter(service=asked.service)
    if asked.state:
        rows = rows.filter(state__in=_GROUPS.get(asked.state, [asked.state]))
    if asked.year:
        zone = timezone.get_default_timezone()
        begin = datetime(asked.year, 1, 1, tzinfo=zone)
        rows = rows.filter(started_at__gte=begin, started_at__lt=begin.replace(year=asked.year + 1))
    if asked.text.strip():
        rows = rows.filter(_by_text(asked.text))
    return rows.order_by("-started_at", "-pk")


def choices(user: User) -> tuple[list[tuple[str, str]], list[int]]:
    """The services and years among one's applications, to filter by. One query."""
    rows = Case.objects.filter(applicant=user).exclude(state=State.WITHDRAWN, submitted_at=None)
    pairs = rows.values_list("service", ExtractYear("started_at")).distinct().order_by()
    known = {code: SERVICES[code].title if code in SERVICES else code for code, _ in pairs}
    services = sorted(known.items(), key=lambda row: row[1])
    return services, sorted({year for _, year in pairs}, reverse=True)


def state_title(case: Case) -> str:
    """The state in words; where no paper came of it there is nothing to download."""
    if case.state == State.READY and case.result and not case.result.get("papers"):
        return "Готово"
    return TITLES[State(case.state)]


def _by_text(text: str) -> Q:
    try:
        return Q(number=case_number.parse(text).text)
    except Invalid:
        word = str(keepable(text.strip()[:100]))
    if any(c.isdigit() for c in word):
        return Q(number__startswith=word.replace(" ", "-"))
    words = word.lower().split()
    titled = [s.code for s in SERVICES.values() if all(w in s.title.lower() for w in words)]
    body = Q(insurer__short_name__icontains=word) | Q(fund__short_name__icontains=word)
    return Q(service__in=titled) | body


def _differs(given: str, known: str) -> bool:
    """Whether the two say different things; ё and case do not count, nor does silence."""
    return bool(known) and fold_all(given) != fold_all(known)


def fold_all(text: str) -> str:
    """Letters folded as names are, digits kept."""
    return fold(text) + "".join(c for c in text if c.isdigit())
