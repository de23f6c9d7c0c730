"""Works on the register or an outage hide what is there (плановые работы, сбой)."""

from oms.cases.queries import until
from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import Situation
from oms.domain.works.models import PlannedWork

HIDES = (PlannedWork.Part.REGISTER, PlannedWork.Part.PORTAL)


def detect(situation: Situation) -> Finding | None:
    """Whether works go on that concern this person and hide policies."""
    found = [
        work
        for work in situation.works
        if work.part in HIDES and work.concerns(situation.audiences)
    ]
    if not found:
        return None
    work = next((one for one in found if one.kind == PlannedWork.Kind.OUTAGE), found[0])
    return Finding(
        text=f"{work.title}. Поэтому сведения здесь могут быть неполными. Сам полис действует.",
        todo=work.text or "Ничего делать не нужно. Проверьте ещё раз, когда работы закончатся.",
        by_when=f"Закончим: {until(work.ends_at)}" if work.ends_at else "",
        ways=(WayOn("Состояние портала", page="portal:status"),),
    )


CAUSE = Cause(
    code="works",
    title="Нет ли плановых работ или сбоя",
    stage=Stage.PORTAL,
    order=10,
    detect=detect,
)
