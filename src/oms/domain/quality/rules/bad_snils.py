"""СНИЛС with wrong check digits (неверный СНИЛС)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet
from oms.law import snils
from oms.law.verdict import Invalid


def check(sheet: Sheet) -> str:
    """Whether the number can be one; a missing number is another rule's."""
    try:
        snils.normalize(sheet.person.snils or "001-001-001 00")
    except Invalid:
        return "Контрольные цифры или длина СНИЛС не сходятся"
    return ""


RULE = Rule(
    id="Q020",
    title="СНИЛС построен неверно",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Сверить с документом и исправить номер.",
    check=check,
)
