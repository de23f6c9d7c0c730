"""An active record without a policy (нет полиса)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet, State


def check(sheet: Sheet) -> str:
    """Whether nobody insures the person."""
    if sheet.person.state != State.ACTIVE or sheet.policy:
        return ""
    return "Действующего полиса нет"


RULE = Rule(
    id="Q041",
    title="Запись действует, а полиса нет",
    severity=Severity.NOTE,
    mender=Mender.INSURER,
    advice="Предложить человеку оформить полис.",
    check=check,
)
