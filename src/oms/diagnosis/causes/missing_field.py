"""The record of an insured person lacks what it must have (нет обязательного поля)."""

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import Situation
from oms.domain.register.models import Policy

WITHOUT_ENP = (Policy.Form.OLD, Policy.Form.TEMPORARY, Policy.Form.TEMPORARY_ELECTRONIC)


def detect(situation: Situation) -> Finding | None:
    """Whether a policy in force has no number, or nobody who insures."""
    policy, person = situation.policy, situation.person
    if policy is None or person is None:
        return None
    lacks = []
    if not policy.enp and not person.enp and policy.form not in WITHOUT_ENP:
        lacks.append("номер полиса (ЕНП)")
    if situation.insurance is None:
        lacks.append("период страхования")
    if not lacks:
        return None
    about = "insurer" if situation.insurance is None else "policy_number"
    return Finding(
        text=f"Полис действует, но в записи не заполнено: {', '.join(lacks)}.",
        todo="Сообщите об ошибке: страховая дополнит запись. Лечить вас обязаны и сейчас.",
        ways=(WayOn("Сообщить об ошибке", service="error-report", about=about),),
    )


CAUSE = Cause(
    code="missing-field",
    title="Всё ли заполнено в записи",
    stage=Stage.DATA,
    order=48,
    detect=detect,
    leads_to=("error-report",),
)
