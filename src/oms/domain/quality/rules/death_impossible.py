"""Died before birth or in the future (невозможная дата смерти)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether the day of death can be one."""
    died = sheet.person.died_on
    if died is None:
        return ""
    if died > sheet.on:
        return "Дата смерти ещё не наступила"
    return "Смерть раньше рождения" if sheet.born and died < sheet.born else ""


RULE = Rule(
    id="Q012",
    title="Невозможная дата смерти",
    severity=Severity.ERROR,
    mender=Mender.FUND,
    advice="Сверить с записью акта о смерти.",
    check=check,
)
