"""What the desk reads of cases beyond a queue: who moved a case, how the work of a body stands."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from oms.cases.clock import day
from oms.cases.models import Case, CaseEvent
from oms.cases.rights import short_name
from oms.cases.states import MOVES, WITH_DECIDER, WORKED, Side, State
from oms.domain.accounts.models import User

AGES = (1, 3, 7)
"""Days since submission at which the bars of the ages part."""
_REFUSALS_READ = 1000
_STAFF = "user:"


@dataclass(frozen=True)
class MoveMade:
    """One line of a case's history for the desk: `who` is a clerk by name, or a side."""

    at: datetime
    title: str
    text: str
    who: str


@dataclass(frozen=True)
class DayOfWork:
    """Decisions of one day; `late` are those after their term."""

    on: date
    approved: int
    rejected: int
    late: int

    @property
    def decided(self) -> int:
        """All decisions of the day."""
        return self.approved + self.rejected


@dataclass(frozen=True)
class Workload:
    """Numbers of one organisation, without a person in them.

    `states` counts open cases, `ages` those in work by days since submission (`AGES` part
    them: one more than there are borders), `days` holds every day of the period.
    """

    states: Mapping[State, int]
    overdue: int
    unassigned: int
    ages: tuple[int, ...]
    days: tuple[DayOfWork, ...]
    average: timedelta | None
    reasons: tuple[tuple[str, int], ...]

    @property
    def in_work(self) -> int:
        """Cases somebody waits for."""
        return sum(self.states.values())

    @property
    def decided(self) -> int:
        """Decisions of the whole period."""
        return sum(one.decided for one in self.days)

    @property
    def late(self) -> int:
        """Decisions of the period after their term."""
        return sum(one.late for one in self.days)


def moves_made(case: Case) -> list[MoveMade]:
    """Everything that happened to a case, oldest first, clerks by name. At most two queries."""
    events = list(case.events.all())
    known = {case.assignee.key: case.assignee} if case.assignee else {}
    applicant = f"{_STAFF}{case.applicant_id}"
    asked = {e.actor for e in events if e.actor.startswith(_STAFF)} - {applicant, *known}
    if asked:
        keys = [int(key.removeprefix(_STAFF)) for key in asked]
        known |= {user.key: user for user in User.objects.filter(pk__in=keys)}
    return [
        MoveMade(
            event.at,
            MOVES[event.verb].done if event.verb in MOVES else "Срок решения прошёл",
            event.text,
            _who(event, applicant, known),
        )
        for event in events
    ]


def _who(event: CaseEvent, applicant: str, known: Mapping[str, User]) -> str:
    if event.actor == applicant:
        return "Заявитель"
    name = _name(known.get(event.actor))
    move = MOVES.get(event.verb)
    return f"{name}, представитель" if move and move.side is Side.APPLICANT else name


def _name(user: User | None) -> str:
    return short_name(user) if user else "Автоматически"


def workload(*, organization: str, at: datetime, period: int = 14) -> Workload:
    """How the work of `insurer:77001` or `fund:77` stands, with the last `period` days.

    Four queries. An organisation nobody has gives zeros.
    """
    rows = organization_cases(organization)
    began_on = day(at) - timedelta(days=period - 1)
    zone = timezone.get_default_timezone()
    recent = rows.filter(decided_at__gte=datetime.combine(began_on, time(), tzinfo=zone))
    now = _standing(rows, at)
    length = ExpressionWrapper(F("decided_at") - F("submitted_at"), output_field=DurationField())
    return Workload(
        states={state: now[state.value] for state in State if state in WORKED},
        overdue=now["overdue"],
        unassigned=now["unassigned"],
        ages=tuple(now[f"age{n}"] for n in range(len(AGES) + 1)),
        days=_days(recent, began_on, period),
        average=recent.aggregate(length=Avg(length))["length"],
        reasons=_reasons(recent),
    )


def organization_cases(organization: str) -> QuerySet[Case]:
    """The submitted cases that `insurer:77001` or `fund:77` decides; none for anything else."""
    kind, _, code = organization.partition(":")
    field = {"insurer": "insurer_id", "fund": "fund_id"}.get(kind)
    rows = Case.objects.exclude(submitted_at=None)
    return rows.filter(**{field: code}) if field and code else rows.none()


def _standing(rows: QuerySet[Case], at: datetime) -> dict[str, int]:
    borders = [None, *(at - timedelta(days=n) for n in AGES), None]
    asked = {state.value: Count("pk", filter=Q(state=state)) for state in State if state in WORKED}
    asked["overdue"] = Count("pk", filter=Q(state__in=WITH_DECIDER, due_at__lt=at))
    asked["unassigned"] = Count("pk", filter=Q(state=State.AWAITING, assignee=None))
    for n in range(len(AGES) + 1):
        newer, older = borders[n], borders[n + 1]
        young = Q(submitted_at__lte=newer) if newer else Q()
        asked[f"age{n}"] = Count("pk", filter=young & (Q(submitted_at__gt=older) if older else Q()))
    return dict(rows.filter(state__in=sorted(s.value for s in WORKED)).aggregate(**asked))


def _days(recent: QuerySet[Case], began_on: date, period: int) -> tuple[DayOfWork, ...]:
    refused = Q(state=State.REJECTED)
    found = {
        row["on"]: row
        for row in recent.annotate(
            on=TruncDate("decided_at", tzinfo=timezone.get_default_timezone())
        )
        .values("on")
        .annotate(
            approved=Count("pk", filter=~refused),
            rejected=Count("pk", filter=refused),
            late=Count("pk", filter=Q(decided_at__gt=F("due_at"))),
        )
    }
    none = {"approved": 0, "rejected": 0, "late": 0}
    days = (began_on + timedelta(days=n) for n in range(period))
    rows = ((on, found.get(on, none)) for on in days)
    return tuple(DayOfWork(on, r["approved"], r["rejected"], r["late"]) for on, r in rows)


def _reasons(recent: QuerySet[Case]) -> tuple[tuple[str, int], ...]:
    """Codes of refusals with their number, most frequent first, over the last thousand."""
    rows = recent.filter(state=State.REJECTED).order_by("-decided_at")
    found = Counter(
        refusal["code"]
        for refusals in rows.values_list("refusals", flat=True)[:_REFUSALS_READ]
        for refusal in refusals
    )
    return tuple(found.most_common(6))
