"""The last policy was closed and no other was given (полис прекращён)."""

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import ON_RECORD, Situation
from oms.domain.register.models import Policy
from oms.law import dates


def detect(situation: Situation) -> Finding | None:
    """Whether the record stands, and the last policy is closed."""
    person, last = situation.person, situation.last_policy
    if person is None or person.state not in ON_RECORD or last is None or situation.policy:
        return None
    if last.state != Policy.State.CLOSED:
        return None
    why = f" Причина: {last.closing_reason}." if last.closing_reason else ""
    return Finding(
        text=f"Полис прекращён {dates.long(last.state_since)}".rstrip(".") + f".{why}",
        todo="Оформите полис заново: номер останется прежним.",
        ways=(WayOn("Оформить полис", service="issue-policy"),),
    )


CAUSE = Cause(
    code="closed",
    title="Не прекращён ли полис",
    stage=Stage.POLICY,
    order=42,
    detect=detect,
    leads_to=("issue-policy",),
)
