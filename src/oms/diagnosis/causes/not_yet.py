"""The policy is given and begins to count on a later day (полис ещё не действует)."""

from oms.diagnosis.declaration import Cause, Finding, Stage
from oms.diagnosis.situation import Situation
from oms.law import dates


def detect(situation: Situation) -> Finding | None:
    """Whether the first day of the policy is still ahead."""
    policy = situation.policy
    if policy is None or policy.begins_on <= situation.on:
        return None
    return Finding(
        text=f"Полис оформлен и начнёт действовать {dates.long(policy.begins_on)}".rstrip(".")
        + ". До этого дня сведения дойдут не до всех клиник.",
        todo="Ничего делать не нужно. Экстренная помощь положена и сейчас.",
        by_when=f"С {dates.long(policy.begins_on)}",
    )


CAUSE = Cause(
    code="not-yet",
    title="Начал ли полис действовать",
    stage=Stage.POLICY,
    order=44,
    detect=detect,
)
