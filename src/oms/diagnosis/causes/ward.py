"""The policy is in the cabinet of a child or a ward, not in this one (полис ребёнка)."""

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import Situation
from oms.domain.accounts.wards import called


def detect(situation: Situation) -> Finding | None:
    """Whether there is no policy here, but there is one in a cabinet the person may open."""
    if situation.is_insured or not situation.wards:
        return None
    names = ", ".join(called(right.ward) for right in situation.wards)
    return Finding(
        text=f"Полис есть в другом кабинете, который вы можете открыть: {names}.",
        todo="Если ищете этот полис, перейдите в тот кабинет: его имя вверху страницы.",
        ways=(WayOn("Дети и подопечные", page="account_wards"),),
    )


CAUSE = Cause(
    code="ward",
    title="Не в кабинете ли ребёнка ваш полис",
    stage=Stage.WHO,
    order=50,
    detect=detect,
)
