"""A policy in force past its last day (срок полиса прошёл)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether a policy for a time, a foreigner's or a temporary one, was left open."""
    policy = sheet.policy
    if policy is None or policy.ends_on is None or policy.ends_on >= sheet.on:
        return ""
    return "Последний день полиса уже прошёл"


RULE = Rule(
    id="Q051",
    title="Срок полиса прошёл, а он действует",
    severity=Severity.WARNING,
    mender=Mender.INSURER,
    advice="Закрыть полис или продлить по новому документу.",
    check=check,
)
