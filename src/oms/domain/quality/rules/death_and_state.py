"""State and day of death disagree (дата смерти и состояние)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet, State


def check(sheet: Sheet) -> str:
    """Whether one tells of a death and the other does not."""
    person = sheet.person
    if person.state == State.DIED and person.died_on is None:
        return "Состояние «Умер», а даты смерти нет"
    if person.state in (State.ACTIVE, State.SUSPENDED) and person.died_on is not None:
        return "Дата смерти есть, а запись не закрыта"
    return ""


RULE = Rule(
    id="Q013",
    title="Дата смерти и состояние записи расходятся",
    severity=Severity.ERROR,
    mender=Mender.FUND,
    advice="Сверить с записью акта о смерти, исправить дату или состояние.",
    check=check,
)
