"""The operator's queue: by deadline, page after page, at the same cost however long it is."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from oms.cases.answers import keepable
from oms.cases.models import Case
from oms.cases.states import WITH_DECIDER, WORKED, State
from oms.domain.accounts.models import Role, User
from oms.law import case_number
from oms.law.verdict import Invalid

FILTERS = ("mine", "unassigned", "confirm", "today", "waiting", "overdue", "leaving", "all")
CAP = 1000
_LONGEST_SEARCH = 100


@dataclass(frozen=True)
class QueuePage:
    """A page of the queue; `after` leads on, empty at the end."""

    cases: tuple[Case, ...]
    after: str


@dataclass(frozen=True)
class QueueCounts:
    """How many under each filter, counted over the thousand most urgent; `more` are left out."""

    mine: int
    unassigned: int
    confirm: int
    today: int
    waiting: int
    overdue: int
    all: int
    more: bool


def queue(
    user: User,
    *,
    at: datetime,
    filter: str = "all",
    service: str = "",
    text: str = "",
    after: str = "",
    limit: int = 25,
) -> QueuePage:
    """Open cases of the user's organisation, most urgent first. One query.

    `filter` is one of `FILTERS` (anything else means all), `service` a code of the
    catalogue, `text` a case number or the beginning of the applicant's surname,
    `after` comes from the page before. Overdue and waiting look at the clock: a paused case is
    neither overdue nor due today. `confirm` are colleagues' proposals, `leaving` cases of people
    who leave this insurer.
    """
    rows = _leaving(user) if filter == "leaving" else _worked(user)
    rows = rows.filter(_filters(user, at).get(filter, Q()))
    if service:
        rows = rows.filter(service=service)
    if text.strip():
        rows = rows.filter(_by_text(text))
    point = read_cursor(after)
    if point:
        due, pk = point
        rows = rows.filter(Q(due_at__gt=due) | Q(due_at=due, pk__gt=pk))
    found = list(rows.select_related("assignee").order_by("due_at", "pk")[: limit + 1])
    page = found[:limit]
    last = page[-1] if len(found) > limit else None
    return QueuePage(tuple(page), cursor(last.due_at, last.pk) if last and last.due_at else "")


def queue_counts(user: User, *, at: datetime) -> QueueCounts:
    """Counts for the filters. One query over at most a thousand rows, the most urgent."""
    urgent = _worked(user).order_by("due_at", "pk")[: CAP + 1]
    asked = {name: Count("pk", filter=q) for name, q in _filters(user, at).items() if name != "all"}
    found: dict[str, Any] = Case.objects.filter(pk__in=urgent.values("pk")).aggregate(
        whole=Count("pk"), **asked
    )
    whole = found.pop("whole")
    return QueueCounts(**found, all=min(whole, CAP), more=whole > CAP)


def cursor(at: datetime, pk: int) -> str:
    """A place in a list as a page's address carries it."""
    return f"{at.isoformat()}~{pk}"


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """The place an address tells; None when it tells none (then the list begins anew)."""
    at, _, pk = text.strip().replace(" ", "+").partition("~")
    try:
        found = parse_datetime(at)
        number = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0
        return (found.astimezone(UTC), number) if found and found.tzinfo and number else None
    except (ValueError, OverflowError):  # the first and last hours of time have no UTC
        return None


def _worked(user: User) -> QuerySet[Case]:
    rows: QuerySet[Case] = Case.objects.addressed_to(user)
    return rows.filter(state__in=sorted(state.value for state in WORKED))


def _leaving(user: User) -> QuerySet[Case]:
    """Cases by which people leave the user's insurer: it reads them and may object."""
    rows: QuerySet[Case] = Case.objects.visible_to(user)
    if user.role != Role.INSURER:
        return rows.none()
    on_their_way = sorted(state.value for state in WORKED | {State.PLANNED})
    return rows.filter(informed_id=user.organization_code, state__in=on_their_way)


def _filters(user: User, at: datetime) -> dict[str, Q]:
    with_decider = Q(state__in=WITH_DECIDER)
    local = timezone.localtime(at, timezone.get_default_timezone())
    tomorrow = local.date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), tzinfo=local.tzinfo)
    return {
        "mine": Q(assignee=user),
        "unassigned": Q(assignee=None, state=State.AWAITING),
        "confirm": Q(state=State.IN_WORK) & ~Q(proposal={}) & ~Q(assignee=user),
        "today": with_decider & Q(due_at__gte=at, due_at__lt=midnight),
        "waiting": Q(state=State.CLARIFICATION),
        "overdue": with_decider & Q(due_at__lt=at),
        "all": Q(),
    }


def _by_text(text: str) -> Q:
    typed = str(keepable(" ".join(text.split())[:_LONGEST_SEARCH]))
    try:
        return Q(number=case_number.parse(typed).text)
    except Invalid:
        pass
    if any(c.isdigit() for c in typed):
        return Q(number__startswith=typed.replace(" ", "-"))
    return Q(applicant_name__istartswith=typed) | Q(applicant_name__istartswith=typed.title())
