"""How the work of a body stands: numbers only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from oms.cases.clock import day
from oms.cases.models import Case
from oms.cases.states import WITH_DECIDER, WORKED, State
from oms.law import names

AGES = (1, 3, 7)
"""Days since submission at which the bars of the ages part."""
_REFUSALS_READ = 1000
_LOADS_SHOWN = 50
_NAME = ("assignee__family_name", "assignee__given_name", "assignee__patronymic")
_LATE = Q(decided_at__gt=F("due_at"))


@dataclass(frozen=True)
class DayOfWork:
    """What came and what was decided in one day; `late` are decisions after their term."""

    on: date
    submitted: int
    approved: int
    rejected: int
    late: int

    @property
    def decided(self) -> int:
        """All decisions of the day."""
        return self.approved + self.rejected


@dataclass(frozen=True)
class Load:
    """How one service or one clerk stands: open cases now, decisions of the period."""

    name: str
    open: int
    overdue: int
    decided: int
    rejected: int
    late: int


@dataclass(frozen=True)
class Workload:
    """Numbers of one organisation, without an applicant in them.

    `states` counts open cases, `ages` those in work by days since submission (`AGES` part
    them: one more than there are borders), `days` holds every day of the period. Half of its
    decisions took no longer than `median`, nine of ten no longer than `longest`, pauses included.
    `services` are named by code, `clerks` by surname and initials.
    """

    states: Mapping[State, int]
    overdue: int
    unassigned: int
    ages: tuple[int, ...]
    days: tuple[DayOfWork, ...]
    median: timedelta | None
    longest: timedelta | None
    reasons: tuple[tuple[str, int], ...]
    services: tuple[Load, ...]
    clerks: tuple[Load, ...]

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


def workload(*, organization: str, at: datetime, period: int = 14) -> Workload:
    """How the work of `insurer:77001` or `fund:77` stands, with the last `period` days.

    Eight queries. An organisation nobody has gives zeros.
    """
    rows = organization_cases(organization)
    began_on = day(at) - timedelta(days=period - 1)
    since = datetime.combine(began_on, time(), tzinfo=timezone.get_default_timezone())
    recent = rows.filter(decided_at__gte=since)
    now, days = _standing(rows, at), _days(rows, since, period)
    decided = sum(one.decided for one in days)
    return Workload(
        states={state: now[state.value] for state in State if state in WORKED},
        overdue=now["overdue"],
        unassigned=now["unassigned"],
        ages=tuple(now[f"age{n}"] for n in range(len(AGES) + 1)),
        days=days,
        median=_length(recent, rank=ceil(decided / 2)),
        longest=_length(recent, rank=ceil(decided * 9 / 10)),
        reasons=_reasons(recent),
        services=tuple(
            _load(row, row["service"]) for row in _loads(rows, since, at, by=("service",))
        ),
        clerks=tuple(
            _load(row, names.short(*(row[part] for part in _NAME)))
            for row in _loads(rows.exclude(assignee=None), since, at, by=("assignee", *_NAME))
        ),
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


def _days(rows: QuerySet[Case], since: datetime, period: int) -> tuple[DayOfWork, ...]:
    """Every day from `since` on. Two queries."""
    refused = Q(state=State.REJECTED)
    decided = _by_day(
        rows.filter(decided_at__gte=since),
        "decided_at",
        approved=Count("pk", filter=~refused),
        rejected=Count("pk", filter=refused),
        late=Count("pk", filter=_LATE),
    )
    came = _by_day(rows.filter(submitted_at__gte=since), "submitted_at", submitted=Count("pk"))
    none = {"submitted": 0, "approved": 0, "rejected": 0, "late": 0}
    days = (since.date() + timedelta(days=n) for n in range(period))
    found = ((on, {**none, **decided.get(on, {}), **came.get(on, {})}) for on in days)
    return tuple(DayOfWork(**{**row, "on": on}) for on, row in found)


def _by_day(rows: QuerySet[Case], column: str, **counts: Count) -> dict[date, dict[str, Any]]:
    day_of = TruncDate(column, tzinfo=timezone.get_default_timezone())
    found: QuerySet[Any, Any] = rows.annotate(on=day_of).values("on").annotate(**counts)
    return {row["on"]: row for row in found}


def _length(recent: QuerySet[Case], *, rank: int) -> timedelta | None:
    """Days from submission to decision of the one at this place, the shortest is the first."""
    if not rank:
        return None
    length = ExpressionWrapper(F("decided_at") - F("submitted_at"), output_field=DurationField())
    lengths = recent.annotate(length=length).order_by("length").values_list("length", flat=True)
    found: timedelta | None = lengths[rank - 1 : rank].first()
    return found


def _loads(
    rows: QuerySet[Case], since: datetime, at: datetime, *, by: Sequence[str]
) -> list[dict[str, Any]]:
    """Count what is open and what was decided for each value of `by`. One query."""
    is_open, recent = Q(state__in=WORKED), Q(decided_at__gte=since)
    found = rows.filter(is_open | recent).order_by().values(*by)
    counted = found.annotate(
        open=Count("pk", filter=is_open),
        overdue=Count("pk", filter=Q(state__in=WITH_DECIDER, due_at__lt=at)),
        decided=Count("pk", filter=recent),
        rejected=Count("pk", filter=recent & Q(state=State.REJECTED)),
        late=Count("pk", filter=recent & _LATE),
    )
    return list(counted.order_by("-open", "-decided", *by)[:_LOADS_SHOWN])


def _load(row: Mapping[str, Any], name: str) -> Load:
    return Load(name, row["open"], row["overdue"], row["decided"], row["rejected"], row["late"])


def _reasons(recent: QuerySet[Case]) -> tuple[tuple[str, int], ...]:
    """Codes of refusals with their number, most frequent first, over the last thousand."""
    rows = recent.filter(state=State.REJECTED).order_by("-decided_at")
    found = Counter(
        refusal["code"]
        for refusals in rows.values_list("refusals", flat=True)[:_REFUSALS_READ]
        for refusal in refusals
    )
    return tuple(found.most_common(6))
