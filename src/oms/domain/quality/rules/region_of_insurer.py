"""Another region than the insurer's (регион и организация)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether the record lies with another fund than the policy."""
    insurer = sheet.insurer
    if insurer is None or insurer.region_id == sheet.person.region_id:
        return ""
    return "Регион записи не тот, где работает страховая организация"


RULE = Rule(
    id="Q050",
    title="Регион записи и регион организации расходятся",
    severity=Severity.WARNING,
    mender=Mender.FUND,
    advice="Сверить регион записи с полисом.",
    check=check,
)
