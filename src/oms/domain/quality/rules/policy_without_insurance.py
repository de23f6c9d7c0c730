"""A policy without its period of insurance (полис без периода)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether policy in force and open period belong together."""
    policy, insurance = sheet.policy, sheet.insurance
    if policy is None:
        return ""
    if insurance is None:
        return "Периода страхования у действующего полиса нет"
    same = policy.insurer_id == insurance.insurer_id
    return "" if same else "Полис одной организации, а период страхования другой"


RULE = Rule(
    id="Q045",
    title="Полис без периода страхования",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Записать период страхования.",
    check=check,
)
