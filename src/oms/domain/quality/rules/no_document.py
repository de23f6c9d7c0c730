"""No identity document in force (нет действующего документа)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet, State


def check(sheet: Sheet) -> str:
    """Whether a living person has none."""
    if sheet.person.state == State.DIED:
        return ""
    return "" if sheet.documents else "Документа нет"


RULE = Rule(
    id="Q004",
    title="Нет документа, удостоверяющего личность",
    severity=Severity.ERROR,
    mender=Mender.PERSON,
    advice="Попросить документ при обращении.",
    check=check,
)
