"""The last application for a policy was refused (в полисе отказали)."""

from oms.cases.queries import service_title
from oms.cases.states import OPEN, State
from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import POLICY_SERVICES, Situation


def detect(situation: Situation) -> Finding | None:
    """Whether no policy counts, none is asked for, and the last wish for one was refused."""
    if situation.is_insured:
        return None
    wished = [case for case in situation.cases if case.service in POLICY_SERVICES]
    if any(case.state in OPEN for case in wished):
        return None
    last = next((case for case in wished if case.state != State.WITHDRAWN), None)
    if last is None or last.state != State.REJECTED:
        return None
    return Finding(
        text=f"«{service_title(last)}», дело {last.number}: в решении отказ.",
        todo="Откройте дело: там причины и что исправить. Подать повторно можно без нового ввода.",
        ways=(WayOn("Посмотреть причины", page="portal:case", args=(last.number,)),),
    )


CAUSE = Cause(
    code="refused-case",
    title="Не отказали ли в полисе",
    stage=Stage.APPLICATIONS,
    order=52,
    detect=detect,
)
