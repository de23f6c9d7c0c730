"""Cases of an organisation as a table for its supervisors: for a purpose, and large ones by two.

No applicant is named in it: numbers, dates, decisions, who decided. Above a thousand rows another
supervisor of the same organisation has to agree first.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from oms.cases import clock
from oms.cases.about import is_late
from oms.cases.deciding import text_of
from oms.cases.models import Case, ExportRequest
from oms.cases.overview import organization_cases
from oms.cases.refused import NotYours, SameHands, Unfounded, WrongState
from oms.cases.review import service_title
from oms.cases.rights import short_name
from oms.cases.story import state_title
from oms.domain.accounts.models import Role, User
from oms.domain.journal.actions import record
from oms.kit import tables
from oms.law.refusal import REASONS

ALONE = 1_000
"""Rows above which a second supervisor has to agree."""
MOST = 50_000
LIVES = timedelta(days=7)
LONGEST_PERIOD = timedelta(days=366)
State = ExportRequest.State
HEAD = (
    "Номер", "Услуга", "Состояние", "Подано", "Срок", "Решено", "Дней до решения", "После срока",
    "Причины отказа", "Исполнитель",
)  # fmt: skip


def requests(user: User, *, limit: int = 50) -> list[ExportRequest]:
    """The wishes of the supervisor's organisation, latest first. One query."""
    rows = ExportRequest.objects.visible_to(user).select_related("by", "approver")
    return list(rows.order_by("-pk")[:limit])


def ask(
    *, purpose: str, kind: str, since: date, until: date, by: User, at: datetime
) -> ExportRequest:
    """Wish for a table of the cases submitted in these days. Raises `NotYours`, `Unfounded`.

    A small one is ready at once, a large one waits for another supervisor.
    """
    if by.role != Role.SUPERVISOR or not by.organization:
        raise NotYours
    words = text_of(purpose, "Напишите, зачем нужна выгрузка.")[:300]
    if kind not in ExportRequest.Kind.values:
        raise Unfounded("Выберите вид файла.")
    if not since <= until or until - since > LONGEST_PERIOD:
        raise Unfounded("Период: конец не раньше начала и не больше года.")
    rows = _cases(by.organization, since, until).count()
    if rows > MOST:
        raise Unfounded(f"Дел {rows}, а в файл войдёт не больше {MOST}. Сократите период.")
    with transaction.atomic():
        made = ExportRequest.objects.create(
            organization=by.organization,
            by=by,
            purpose=words,
            kind=kind,
            since=since,
            until=until,
            rows=rows,
            state=State.WAITING if rows > ALONE else State.READY,
            asked_at=at,
        )
        _record("export.ask", made, by=by, at=at)
    return made


def settle(*, request: ExportRequest, agreed: bool, by: User, at: datetime) -> ExportRequest:
    """Agree or not, as another supervisor. Raises `NotYours`, `SameHands`, `WrongState`."""
    with transaction.atomic():
        rows = ExportRequest.objects.visible_to(by).select_for_update()
        found = rows.filter(pk=request.pk).first()
        if found is None:
            raise NotYours
        if found.by_id == by.pk:
            raise SameHands("Свою выгрузку не согласуют: это делает другой руководитель.")
        if found.state != State.WAITING:
            raise WrongState("По этой выгрузке уже решили.")
        found.state = State.READY if agreed else State.REFUSED
        found.approver, found.decided_at = by, at
        found.save(update_fields=["state", "approver", "decided_at"])
        _record("export.agree" if agreed else "export.refuse", found, by=by, at=at)
    return found


def content(*, request: ExportRequest, by: User, at: datetime) -> tuple[bytes, str]:
    """Return the table and its media type to who wished for it. Journaled.

    Raises `NotYours`, `WrongState` while it waits, after a no, and after seven days.
    """
    if request.by_id != by.pk or by.role != Role.SUPERVISOR:
        raise NotYours
    if request.state != State.READY:
        raise WrongState("Выгрузку ещё не согласовали.")
    if at - (request.decided_at or request.asked_at) > LIVES:
        raise WrongState("Прошло семь дней: закажите выгрузку снова.")
    cases = _cases(request.organization, request.since, request.until)
    limit = ALONE if request.approver_id is None else MOST
    rows = [_row(case) for case in cases.select_related("assignee")[: limit + 1]]
    if len(rows) > limit:
        raise WrongState("Дел стало больше тысячи: закажите выгрузку снова, её согласуют.")
    with transaction.atomic():
        _record("export.take", request, by=by, at=at)
    if request.kind == ExportRequest.Kind.CSV:
        return tables.as_csv(HEAD, rows), tables.CSV
    return tables.as_xlsx("Дела", HEAD, rows), tables.XLSX


def _cases(organization: str, since: date, until: date) -> QuerySet[Case]:
    zone = timezone.get_default_timezone()
    begin = datetime.combine(since, time(), tzinfo=zone)
    end = datetime.combine(until + timedelta(days=1), time(), tzinfo=zone)
    rows = organization_cases(organization)
    return rows.filter(submitted_at__gte=begin, submitted_at__lt=end).order_by("submitted_at", "pk")


def _row(case: Case) -> Sequence[str]:
    assert case.submitted_at is not None
    spent = (case.decided_at - case.submitted_at).days if case.decided_at else ""
    reasons = (REASONS[r["code"]].title for r in case.refusals if r["code"] in REASONS)
    late = is_late(case, on=clock.day(case.decided_at or case.state_since))
    return (
        case.number,
        service_title(case),
        state_title(case),
        clock.moment(case.submitted_at),
        clock.until(case.due_at) if case.due_at else "",
        clock.moment(case.decided_at) if case.decided_at else "",
        str(spent),
        "да" if late else "нет",
        "; ".join(reasons),
        short_name(case.assignee) if case.assignee else "",
    )


def _record(act: str, made: ExportRequest, *, by: User, at: datetime) -> None:
    record(
        act=act,
        subject=f"export:{made.pk}",
        by=by.actor,
        at=at,
        details={"purpose": made.purpose, "rows": made.rows, "kind": made.kind},
    )
