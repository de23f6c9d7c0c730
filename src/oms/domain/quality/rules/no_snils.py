"""An adult without СНИЛС (взрослый без СНИЛС)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether an adult has none; a child may have none yet."""
    adult = sheet.age is not None and sheet.age >= 18
    return "СНИЛС не указан" if adult and not sheet.person.snils else ""


RULE = Rule(
    id="Q003",
    title="Нет СНИЛС у взрослого",
    severity=Severity.WARNING,
    mender=Mender.PERSON,
    advice="Попросить СНИЛС при обращении.",
    check=check,
)
