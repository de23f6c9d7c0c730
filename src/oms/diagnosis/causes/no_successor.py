"""The last policy is marked as replaced, but nothing replaced it (неверное состояние)."""

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import ON_RECORD, Situation
from oms.domain.register.models import Policy
from oms.law import dates


def detect(situation: Situation) -> Finding | None:
    """Whether the register contradicts itself: superseded without a successor."""
    person, last = situation.person, situation.last_policy
    if person is None or person.state not in ON_RECORD or last is None or situation.policy:
        return None
    if last.state != Policy.State.SUPERSEDED:
        return None
    return Finding(
        text=f"Полис отмечен как заменённый {dates.long(last.state_since)}".rstrip(".")
        + ", а нового в реестре нет. Это ошибка реестра.",
        todo="Сообщите об ошибке: фонд восстановит запись. Лечить вас обязаны и сейчас.",
        ways=(
            WayOn("Сообщить об ошибке", service="error-report", about="policy_state"),
            WayOn("Оформить полис", service="issue-policy"),
        ),
    )


CAUSE = Cause(
    code="no-successor",
    title="Верно ли состояние полиса",
    stage=Stage.POLICY,
    order=32,
    detect=detect,
    leads_to=("error-report", "issue-policy"),
)
