"""ЕНП tells another birth date (ЕНП и дата рождения)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet


def check(sheet: Sheet) -> str:
    """Whether number and record disagree about the day."""
    enp = sheet.enp
    if enp is None or sheet.born is None or enp.birth_date == sheet.born:
        return ""
    return "В номере полиса другая дата рождения"


RULE = Rule(
    id="Q022",
    title="ЕНП и дата рождения расходятся",
    severity=Severity.WARNING,
    mender=Mender.FUND,
    advice="Сверить дату рождения с документом. Старые номера с ошибкой не меняют.",
    check=check,
)
