"""A record nobody compared for days (давно не сверяли)."""

from oms.domain.quality.declaration import Mender, Rule, Severity
from oms.domain.quality.sheet import Sheet, State
from oms.domain.quality.suggestions import SYNCHRONISE, Suggestion
from oms.domain.register.agreement import is_stale


def check(sheet: Sheet) -> str:
    """Whether a record shown in a cabinet is older than REG-6 allows; others nobody is shown."""
    if sheet.person.user_id is None or sheet.person.state == State.DIED:
        return ""
    return "Сведения в кабинете устарели" if is_stale(sheet.person, at=sheet.at) else ""


def suggest(_sheet: Sheet) -> Suggestion | None:
    """Compare anew."""
    return Suggestion(SYNCHRONISE, {}, {})


RULE = Rule(
    id="Q043",
    title="Сведения давно не сверяли",
    severity=Severity.NOTE,
    mender=Mender.INSURER,
    advice="Сверить запись с источником.",
    check=check,
    suggest=suggest,
)
