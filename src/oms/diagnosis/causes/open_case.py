"""An application that brings the policy is still under way (заявление рассматривают)."""

from oms.cases.models import Case
from oms.cases.queries import clock, service_title
from oms.cases.states import OPEN, State
from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import POLICY_SERVICES, Situation


def detect(situation: Situation) -> Finding | None:
    """Whether no policy counts yet and an application for one is begun or submitted."""
    if situation.is_insured:
        return None
    found = [c for c in situation.cases if c.service in POLICY_SERVICES and c.state in OPEN]
    if not found:
        return None
    submitted = [case for case in found if case.state != State.DRAFT]
    return _under_way(situation, submitted[0]) if submitted else _draft(found[0])


def _under_way(situation: Situation, case: Case) -> Finding:
    asked = case.state == State.CLARIFICATION
    return Finding(
        text=f"«{service_title(case)}», дело {case.number}, ещё рассматривают.",
        todo="Ответьте на вопрос по заявлению: без ответа оно стоит."
        if asked
        else "Ничего делать не нужно: о решении сообщим. Полис появится здесь сам.",
        by_when=clock(case, at=situation.at).words,
        ways=(_way("Ответить" if asked else "Открыть дело", case),),
    )


def _draft(case: Case) -> Finding:
    return Finding(
        text=f"«{service_title(case)}»: заявление начато, но не подано.",
        todo="Закончите черновик и подайте: всё введённое сохранено.",
        ways=(_way("Продолжить заявление", case),),
    )


def _way(title: str, case: Case) -> WayOn:
    return WayOn(title, page="portal:case", args=(case.number,))


CAUSE = Cause(
    code="open-case",
    title="Нет ли заявления на рассмотрении",
    stage=Stage.APPLICATIONS,
    order=18,
    detect=detect,
)
