"""A change of the insurer is decided or asked for, and not in force (смена не завершена)."""

from oms.cases.models import Case
from oms.cases.queries import clock
from oms.cases.states import OPEN, State
from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import Situation
from oms.law import dates

SERVICE = "change-insurer"


def detect(situation: Situation) -> Finding | None:
    """Whether a submitted change of the insurer has not been carried out."""
    found = [
        case
        for case in situation.cases
        if case.service == SERVICE and case.state in OPEN - {State.DRAFT, State.APPROVED}
    ]
    if not found:
        return None
    return Finding(
        text=_words(found[0]),
        todo="До дня смены действует прежний полис. Изменятся имя, документ или адрес — сообщите.",
        by_when=_when(situation, found[0]),
        ways=(WayOn("Открыть дело", page="portal:case", args=(found[0].number,)),),
    )


def _words(case: Case) -> str:
    new = f"«{case.insurer.short_name}»" if case.insurer else "новая организация"
    if case.state == State.PLANNED:
        return f"Смена страховой одобрена, но ещё не вступила в силу: вашей станет {new}."
    if case.state == State.CLARIFICATION:
        return "Смена страховой остановлена: по заявлению задали вопрос."
    return f"Смену страховой на {new} ещё рассматривают."


def _when(situation: Situation, case: Case) -> str:
    if case.state == State.PLANNED and case.effective_on:
        return f"С {dates.long(case.effective_on)}"
    return clock(case, at=situation.at).words


CAUSE = Cause(
    code="unfinished-change",
    title="Завершена ли смена страховой",
    stage=Stage.APPLICATIONS,
    order=60,
    detect=detect,
)
