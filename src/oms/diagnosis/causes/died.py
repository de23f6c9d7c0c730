"""The record says that the person has died, by mistake (ошибочная отметка)."""

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import Situation
from oms.domain.register.models import InsuredPerson


def detect(situation: Situation) -> Finding | None:
    """Whether the record of somebody who signs in is closed by death."""
    person = situation.person
    if person is None or person.state != InsuredPerson.State.DIED:
        return None
    return Finding(
        text="Запись в реестре закрыта по ошибке: в ней стоит отметка о смерти.",
        todo="Сообщите об ошибке. Исправить отметку может только фонд, он сделает это бесплатно. "
        "Экстренная помощь положена и без полиса.",
        ways=(WayOn("Сообщить об ошибке", service="error-report", about="policy_state"),),
    )


CAUSE = Cause(
    code="died",
    title="Не закрыта ли запись по ошибке",
    stage=Stage.RECORD,
    order=28,
    detect=detect,
    leads_to=("error-report",),
)
