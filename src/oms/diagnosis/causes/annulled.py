"""The policy or the whole record was annulled (полис аннулирован)."""

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import Situation
from oms.domain.register.models import InsuredPerson, Policy
from oms.law import dates


def detect(situation: Situation) -> Finding | None:
    """Whether the record is annulled, or the last policy and none is in force."""
    person, last = situation.person, situation.last_policy
    if person is None:
        return None
    whole = person.state == InsuredPerson.State.ANNULLED
    policy = situation.policy is None and last and last.state == Policy.State.ANNULLED
    if not whole and not policy:
        return None
    what = "Запись в реестре аннулирована" if whole else "Полис аннулирован"
    since = f" {dates.long(last.state_since)}" if last else ""
    why = f" Причина: {last.closing_reason}." if last and last.closing_reason else ""
    return Finding(
        text=f"{what}{since}".rstrip(".") + f".{why}",
        todo="Оформите полис заново. Если считаете это ошибкой, сообщите о ней.",
        ways=(
            WayOn("Оформить полис", service="issue-policy"),
            WayOn("Сообщить об ошибке", service="error-report", about="policy_state"),
        ),
    )


CAUSE = Cause(
    code="annulled",
    title="Не аннулирован ли полис",
    stage=Stage.POLICY,
    order=30,
    detect=detect,
    leads_to=("issue-policy", "error-report"),
)
