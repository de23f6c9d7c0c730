"""A closed record with a policy in force (полис закрытой записи)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet, State


def check(sheet: Sheet) -> str:
    """Whether somebody died, annulled or merged still holds a policy."""
    closed = sheet.person.state in (State.DIED, State.ANNULLED, State.MERGED)
    if not closed or sheet.policy is None:
        return ""
    return f"Состояние «{sheet.person.get_state_display()}», а полис действует"


RULE = Rule(
    id="Q040",
    title="Запись закрыта, а полис действует",
    severity=Severity.ERROR,
    mender=Mender.FUND,
    advice="Закрыть полис или исправить состояние записи.",
    check=check,
    closed=True,
)
