"""No citizenship (нет гражданства)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether it is missing."""
    return "" if sheet.person.citizenship.strip() else "Гражданство не указано"


RULE = Rule(
    id="Q002",
    title="Не указано гражданство",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Взять из документа и записать.",
    check=check,
)
