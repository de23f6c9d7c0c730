"""Born in the future (рождение в будущем)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether the day has not come."""
    return "Дата рождения ещё не наступила" if sheet.person.birth_date > sheet.on else ""


RULE = Rule(
    id="Q010",
    title="Дата рождения в будущем",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Сверить с документом и исправить дату.",
    check=check,
)
