"""No address (нет адреса)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet, State


def check(sheet: Sheet) -> str:
    """Whether neither kind is told."""
    if sheet.person.state == State.DIED:
        return ""
    told = any(one.text.strip() for one in sheet.addresses)
    return "" if told else "Адрес регистрации и адрес проживания не указаны"


RULE = Rule(
    id="Q005",
    title="Нет ни одного адреса",
    severity=Severity.WARNING,
    mender=Mender.INSURER,
    advice="Записать адрес регистрации или проживания.",
    check=check,
)
