"""No sex (не указан пол)."""

from oms.domain.accounts.models import Sex
from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet

CODES = frozenset(Sex.values)


def check(sheet: Sheet) -> str:
    """Whether it is none of V005."""
    return "" if sheet.person.sex in CODES else "Пол не указан"


RULE = Rule(
    id="Q006",
    title="Не указан пол",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Взять из документа и записать.",
    check=check,
)
