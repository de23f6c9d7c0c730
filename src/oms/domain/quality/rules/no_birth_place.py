"""No birth place (нет места рождения)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether the place is missing."""
    return "" if sheet.person.birth_place.strip() else "Место рождения не указано"


RULE = Rule(
    id="Q001",
    title="Не указано место рождения",
    severity=Severity.WARNING,
    mender=Mender.INSURER,
    advice="Взять из документа и записать.",
    check=check,
)
