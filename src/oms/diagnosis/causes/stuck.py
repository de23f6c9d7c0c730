"""An application is approved, or waits for nobody, and its task got lost (застрявшая задача)."""

from datetime import datetime

from oms.cases.models import Case
from oms.cases.queries import service_title
from oms.cases.states import State
from oms.cases.tasks import FORGOTTEN_AFTER, decide, finish
from oms.catalog.declaration import AUTOMATIC
from oms.diagnosis.declaration import Cause, Finding, Mended, Stage, WayOn
from oms.diagnosis.situation import Situation
from oms.domain.journal.actions import Actor
from oms.kit.tasks import queued_arguments
from oms.law.plural import counted


def forgotten(situation: Situation) -> list[Case]:
    """Applications that the worker should have moved on long ago."""
    return [case for case in situation.cases if _task(case) and _is_late(case, situation.at)]


def _task(case: Case) -> object | None:
    if case.state == State.APPROVED:
        return finish
    by_nobody = case.state == State.AWAITING and case.decided_by == AUTOMATIC
    return decide if by_nobody else None


def _is_late(case: Case, at: datetime) -> bool:
    return at - case.state_since > FORGOTTEN_AFTER


def detect(situation: Situation) -> Finding | None:
    """Whether an application stands still though nobody has to look at it."""
    found = forgotten(situation)
    if not found:
        return None
    case = found[0]
    more = f" И ещё {counted(len(found) - 1, 'заявление', 'заявления', 'заявлений')}."
    return Finding(
        text=f"«{service_title(case)}», дело {case.number}: решение есть, а документы задержались."
        + (more if len(found) > 1 else ""),
        todo="Ничего делать не нужно: сообщим, когда будет готово.",
        ways=(WayOn("Открыть дело", page="portal:case", args=(case.number,)),),
    )


def mend(situation: Situation, *, by: Actor, at: datetime) -> Mended | None:
    """Queue the lost task again; one that is queued already stays as it is."""
    for case in forgotten(situation):
        job = finish if case.state == State.APPROVED else decide
        if [case.pk] not in [list(arguments) for arguments in queued_arguments(job)]:
            job.enqueue(case.pk)
    return Mended("Поставили задачу в очередь заново. Обычно это занимает минуту.")


CAUSE = Cause(
    code="stuck",
    title="Не застряли ли документы по заявлению",
    stage=Stage.PORTAL,
    order=62,
    detect=detect,
    mend=mend,
    changes=frozenset({"django_tasks_database_dbtaskresult"}),
)
