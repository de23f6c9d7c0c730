"""The current row differs from what was recorded (строка расходится с историей)."""

from oms.domain.quality.agreement import plain, wrong
from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet
from oms.domain.quality.suggestions import SYNCHRONISE, Suggestion


def check(sheet: Sheet) -> str:
    """Whether version, insurance or policy say another thing than the row (ADR 4)."""
    return "Текущая запись не совпадает с внесёнными сведениями" if wrong(sheet) else ""


def suggest(sheet: Sheet) -> Suggestion | None:
    """Write into the row what was recorded."""
    after = wrong(sheet)
    before = {name: getattr(sheet.person, name) for name in after}
    return Suggestion(SYNCHRONISE, plain(before), plain(after))


RULE = Rule(
    id="Q044",
    title="Запись расходится со своей историей",
    severity=Severity.ERROR,
    mender=Mender.FUND,
    advice="Сверить: запись примет то, что внесено в историю.",
    check=check,
    suggest=suggest,
)
