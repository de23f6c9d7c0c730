"""ЕНП tells another sex (ЕНП и пол)."""

from oms.domain.accounts.models import Sex
from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet
from oms.domain.register.actions.enp import LETTERS


def check(sheet: Sheet) -> str:
    """Whether number and record disagree about the sex."""
    enp = sheet.enp
    if enp is None or sheet.person.sex not in LETTERS:
        return ""
    same = enp.sex == LETTERS[Sex(sheet.person.sex)]
    return "" if same else "В номере полиса другой пол"


RULE = Rule(
    id="Q023",
    title="ЕНП и пол расходятся",
    severity=Severity.WARNING,
    mender=Mender.FUND,
    advice="Сверить пол с документом. Старые номера с ошибкой не меняют.",
    check=check,
)
