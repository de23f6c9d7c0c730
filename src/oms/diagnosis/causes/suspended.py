"""The policy is suspended for military service (полис приостановлен)."""

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import Situation
from oms.domain.register.models import InsuredPerson, Policy, Suspension
from oms.law import dates


def detect(situation: Situation) -> Finding | None:
    """Whether the record or its policy is suspended."""
    person, policy = situation.person, situation.policy
    if person is None:
        return None
    held = policy is not None and policy.state == Policy.State.SUSPENDED
    if not held and person.state != InsuredPerson.State.SUSPENDED:
        return None
    row = situation.suspension
    running = row if row and row.state == Suspension.State.RUNNING else None
    until = running.valid_until if running else None
    return Finding(
        text="Полис приостановлен на время военной службы: лечит военная медицина.",
        todo="Если служба закончилась, подайте заявление о возобновлении.",
        by_when=f"Возобновится сам: {dates.long(until)}" if until else "",
        ways=(WayOn("Возобновить полис", service="policy-suspension"),),
    )


CAUSE = Cause(
    code="suspended",
    title="Не приостановлен ли полис",
    stage=Stage.POLICY,
    order=36,
    detect=detect,
    leads_to=("policy-suspension",),
)
