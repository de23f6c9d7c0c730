"""A name with digits or signs (цифры в имени)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.naming import strange
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether any part has what no name has."""
    return "В имени есть цифры или знаки" if strange(sheet.names) else ""


RULE = Rule(
    id="Q061",
    title="В имени цифры или лишние знаки",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Сверить имя с документом.",
    check=check,
)
