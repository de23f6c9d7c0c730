"""A merge that leads nowhere (объединение ведёт не туда)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet, State


def check(sheet: Sheet) -> str:
    """Whether the record it was merged into is not one that stands."""
    person, main = sheet.person, sheet.person.merged_into
    if person.state != State.MERGED:
        return "Запись ведёт к основной, а сама не объединена" if main else ""
    if main is None:
        return "Основная запись не указана"
    closed = main.state in (State.MERGED, State.ANNULLED)
    return "Основная запись сама объединена или аннулирована" if closed else ""


RULE = Rule(
    id="Q070",
    title="Объединённая запись ведёт не к основной",
    severity=Severity.ERROR,
    mender=Mender.FUND,
    advice="Указать основную запись.",
    check=check,
    closed=True,
)
