"""No surname or given name (нет фамилии или имени)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether either is empty."""
    person = sheet.person
    if not person.family_name.strip():
        return "Фамилия не указана"
    return "" if person.given_name.strip() else "Имя не указано"


RULE = Rule(
    id="Q007",
    title="Не указана фамилия или имя",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Взять из документа и записать.",
    check=check,
)
