"""A record without a version (запись без истории)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether nothing was recorded that the row could be compared with (ADR 4)."""
    return "" if sheet.version else "Нет действующих сведений, по которым сверяют запись"


RULE = Rule(
    id="Q008",
    title="Запись без сведений, из которых она получена",
    severity=Severity.ERROR,
    mender=Mender.FUND,
    advice="Внести сведения из документа заново: появится история.",
    check=check,
)
