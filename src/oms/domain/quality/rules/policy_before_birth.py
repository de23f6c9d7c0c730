"""A policy begun before birth (полис раньше рождения)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether any policy is older than the person."""
    born = sheet.born
    early = born and any(one.begins_on < born for one in sheet.policies)
    return "Полис начинается раньше дня рождения" if early else ""


RULE = Rule(
    id="Q016",
    title="Полис начался раньше рождения",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Сверить даты с документом и полисом.",
    check=check,
)
