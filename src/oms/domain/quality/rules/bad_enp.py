"""ЕНП with a wrong check digit (неверный ЕНП)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether the number can be one."""
    if not sheet.person.enp:
        return ""
    return "" if sheet.enp else "Контрольная цифра или длина ЕНП не сходится"


RULE = Rule(
    id="Q021",
    title="ЕНП построен неверно",
    severity=Severity.ERROR,
    mender=Mender.FUND,
    advice="Сверить номер с полисом. Номер меняет только фонд.",
    check=check,
)
