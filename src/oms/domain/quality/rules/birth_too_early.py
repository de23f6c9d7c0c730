"""Born before 1900 (рождение до 1900 года)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import EARLIEST_BIRTH, Sheet


def check(sheet: Sheet) -> str:
    """Whether nobody alive can be so old."""
    return "Год рождения меньше 1900" if sheet.person.birth_date < EARLIEST_BIRTH else ""


RULE = Rule(
    id="Q011",
    title="Дата рождения раньше 1900 года",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Сверить с документом и исправить дату.",
    check=check,
)
