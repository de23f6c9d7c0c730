"""State and policy disagree about a suspension (приостановление)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet, State
from oms.domain.register.models import Policy


def check(sheet: Sheet) -> str:
    """Whether only one of the two is suspended."""
    policy, person = sheet.policy, sheet.person
    if policy is None or person.state not in (State.ACTIVE, State.SUSPENDED):
        return ""
    if (person.state == State.SUSPENDED) == (policy.state == Policy.State.SUSPENDED):
        return ""
    if policy.state == Policy.State.SUSPENDED:
        return "Полис приостановлен, а запись действует"
    return "Запись приостановлена, а полис действует"


RULE = Rule(
    id="Q042",
    title="Приостановление записи и полиса расходится",
    severity=Severity.ERROR,
    mender=Mender.INSURER,
    advice="Приостановить или возобновить полис.",
    check=check,
)
