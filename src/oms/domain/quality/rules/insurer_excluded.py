"""An insurer that left the register (организация исключена)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether who keeps the policy is gone."""
    insurer = sheet.insurer
    if insurer is None or insurer.excluded_on is None or insurer.excluded_on > sheet.on:
        return ""
    return "Полис выдала организация, которой в реестре больше нет"


RULE = Rule(
    id="Q048",
    title="Страховая организация исключена из реестра",
    severity=Severity.WARNING,
    mender=Mender.PERSON,
    advice="Сообщить человеку: новую организацию он выбирает в любой день.",
    check=check,
)
