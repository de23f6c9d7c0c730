"""A citizen's name in Latin letters (имя латиницей)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.naming import latin
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether a whole part has Latin letters only."""
    if sheet.person.citizenship != "RUS":
        return ""
    return "Имя записано латинскими буквами" if latin(sheet.names) else ""


RULE = Rule(
    id="Q062",
    title="Имя гражданина России записано латиницей",
    severity=Severity.WARNING,
    mender=Mender.INSURER,
    advice="Сверить имя с документом и записать по-русски.",
    check=check,
)
