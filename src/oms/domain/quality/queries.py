"""What people of the desk see of data quality: the board, the work list, repairs. No rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet, Sum

from oms.domain.accounts.models import Role, User
from oms.domain.directory.models import Insurer
from oms.domain.quality.catalogue import RULES
from oms.domain.quality.declaration import Rule
from oms.domain.quality.models import Batch, Finding, Repair, Snapshot
from oms.domain.register.models import InsuredPerson
from oms.law import names

PAGE = 50
WEEK = timedelta(days=7)
WEEKS = 8
WORK = 4 * WEEK
AGES = {"week": "До 7 дней", "month": "До 30 дней", "old": "Больше 30 дней"}
_BOUNDS = {"week": (None, 7), "month": (7, 30), "old": (30, None)}


@dataclass(frozen=True)
class Standing:
    """Open findings of a rule on the day, a week before, and their age."""

    rule: Rule
    total: int
    before: int | None
    fresh: int
    month: int
    old: int


@dataclass(frozen=True)
class Board:
    """The figures of the last measured day; `trend` is (day, records, clean), oldest first."""

    on: date | None = None
    records: int = 0
    clean: int = 0
    rules: Sequence[Standing] = ()
    trend: Sequence[tuple[date, int, int]] = ()
    synthetic: bool = False


@dataclass(frozen=True)
class House:
    """An insurer's records on the day, faultless ones, findings now and a week before."""

    code: str
    name: str
    records: int
    clean: int
    found: int
    before: int | None


@dataclass(frozen=True)
class Work:
    """How many repairs somebody made in four weeks, and how many of those were taken back."""

    name: str
    made: int
    undone: int


@dataclass(frozen=True)
class Asked:
    """A filter of the work list; empty means any. `age` is a key of `AGES`."""

    rule: str = ""
    insurer: str = ""
    severity: int = 0
    age: str = ""
    mendable: bool = False


@dataclass(frozen=True)
class Found:
    """A page of the work list; `after` leads on when there is more."""

    rows: Sequence[Finding] = field(default_factory=tuple)
    after: int = 0


def board(user: User, *, on: date) -> Board:
    """Return the figures of who looks, as measured last. Four queries, however large the register.

    The trend has one day a week, eight weeks back, and the last measured day.
    """
    rows = Snapshot.objects.visible_to(user).filter(on__lte=on)
    last: date | None = rows.aggregate(last=Max("on"))["last"]
    if last is None:
        return Board()
    days = [last - WEEK * number for number in reversed(range(WEEKS))]
    trend = rows.filter(rule="", on__in=days).values_list("on").order_by("on")
    told = list(trend.annotate(Sum("total"), Sum("fresh")))
    now = _by_rule(rows.filter(on=last))
    before = _by_rule(rows.filter(on=last - WEEK))
    records, clean = (told[-1][1], told[-1][2]) if told and told[-1][0] == last else (0, 0)
    return Board(
        on=last,
        records=records,
        clean=clean,
        rules=[
            Standing(rule, *_figures(code, now, before))
            for code, rule in RULES.items()
            if code in now or code in before
        ],
        trend=told,
        synthetic=len(told) > 1 and rows.filter(synthetic=True, on__in=days).exists(),
    )


def houses(user: User, *, on: date) -> list[House]:
    """Return the insurers of who looks at a region, most findings first, as measured on a day.

    One query, however large the register; nobody insuring is a house without a code.
    """
    days = (on, on - WEEK)
    rows = Snapshot.objects.visible_to(user).filter(on__in=days).order_by()
    rows = rows.annotate(is_of_records=Q(rule=""))
    told: dict[str, dict[tuple[date, bool], tuple[int, int]]] = {}
    called: dict[str, str] = {}
    counted = rows.values_list("insurer", "insurer__short_name", "on", "is_of_records")
    for code, name, day, is_of_records, total, clean in counted.annotate(
        Sum("total"), Sum("fresh")
    ):
        called[code or ""] = name or ""
        told.setdefault(code or "", {})[day, is_of_records] = (total, clean)
    none = (0, 0)
    found = [
        House(
            code,
            called[code],
            *figures.get((on, True), none),
            figures.get((on, False), none)[0],
            figures.get((days[1], False), none)[0] if (days[1], True) in figures else None,
        )
        for code, figures in told.items()
    ]
    return sorted(found, key=lambda one: (-one.found, one.code))


def repairs_by_operator(user: User, *, at: datetime) -> list[Work]:
    """Return who repaired how much in the last four weeks, most first. Two queries.

    Only people of the house of who asks are named; others count together under no name.
    """
    rows = Repair.objects.visible_to(user).filter(made_at__gt=at - WORK).values_list("by")
    counted = list(rows.annotate(Count("pk"), Count("undone_at")).order_by())
    keys = [key.partition(":")[2] for key, _, _ in counted]
    own = User.objects.filter(
        organization=user.organization, pk__in=[key for key in keys if key.isdecimal()]
    )
    names_of = {
        one.key: names.short(one.family_name, one.given_name, one.patronymic) for one in own
    }
    found: dict[str, list[int]] = {}
    for key, made, undone in counted:
        sums = found.setdefault(names_of.get(key, ""), [0, 0])
        sums[0] += made
        sums[1] += undone
    return sorted((Work(name, *sums) for name, sums in found.items()), key=lambda one: -one.made)


def work_list(user: User, asked: Asked, *, at: datetime, after: int = 0) -> Found:
    """Return open findings, the earliest found first, fifty at a time. One query."""
    rows = _open(user, asked, at=at).filter(pk__gt=after).select_related("insurer").order_by("pk")
    found = list(rows[: PAGE + 1])
    more = found[PAGE - 1].pk if len(found) > PAGE else 0
    return Found(found[:PAGE], more)


def to_export(user: User, asked: Asked, *, at: datetime, limit: int) -> list[Finding]:
    """Return as many open findings as go into a table. One query."""
    rows = _open(user, asked, at=at).select_related("insurer").order_by("pk")
    return list(rows[:limit])


def mendable(user: User, rule: str, *, limit: int) -> list[Finding]:
    """Return findings of a rule with a repair suggested, the earliest first. One query."""
    rows = Finding.objects.visible_to(user).filter(rule=rule, gone_at=None, mendable=True)
    return list(rows.select_related("person").order_by("pk")[:limit])


def findings_of(person: InsuredPerson) -> list[Finding]:
    """Return what stands against a record, the gravest first. One query."""
    rows = Finding.objects.filter(person=person, gone_at=None)
    return list(rows.order_by("-severity", "rule"))


def repairs_of(person: InsuredPerson, *, limit: int = 20) -> list[Repair]:
    """Return the repairs of a record, latest first. One query."""
    return list(
        Repair.objects.filter(person=person).select_related("finding").order_by("-pk")[:limit]
    )


def batches(user: User, *, limit: int = 20) -> list[Batch]:
    """Return the batches of one's organisation, latest first. One query."""
    rows = Batch.objects.visible_to(user).annotate(
        made=Count("repairs"), undone=Count("repairs__undone_at")
    )
    return list(rows.order_by("-pk")[:limit])


def insurers(user: User) -> list[tuple[str, str]]:
    """Return the insurers among which who looks at a region chooses. One query or none."""
    if user.organization.partition(":")[0] != Role.FUND:
        return []
    rows = Insurer.objects.filter(region_id=user.organization_code)
    return list(rows.order_by("short_name").values_list("code", "short_name"))


def _open(user: User, asked: Asked, *, at: datetime) -> QuerySet[Finding]:
    rows = Finding.objects.visible_to(user).filter(gone_at=None)
    if asked.rule:
        rows = rows.filter(rule=asked.rule)
    if asked.insurer:
        rows = rows.filter(insurer=asked.insurer)
    if asked.severity:
        rows = rows.filter(severity=asked.severity)
    if asked.mendable:
        rows = rows.filter(mendable=True)
    since, until = _BOUNDS.get(asked.age, (None, None))
    if until:
        rows = rows.filter(found_at__gt=at - timedelta(days=until))
    if since:
        rows = rows.filter(found_at__lte=at - timedelta(days=since))
    return rows


def _by_rule(rows: QuerySet[Snapshot]) -> dict[str, dict[str, int]]:
    names = ("total", "fresh", "month", "old")
    found = rows.exclude(rule="").values_list("rule").order_by()
    counted = found.annotate(*(Sum(name) for name in names))
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in counted}


def _figures(
    code: str, now: dict[str, dict[str, int]], before: dict[str, dict[str, int]]
) -> tuple[int, int | None, int, int, int]:
    today = now.get(code, {"total": 0, "fresh": 0, "month": 0, "old": 0})
    was = before.get(code, {"total": 0})["total"] if before else None
    return today["total"], was, today["fresh"], today["month"], today["old"]
