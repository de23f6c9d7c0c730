"""The policy's term is over (срок полиса истёк): foreigners, workers of the EAEU."""

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import ON_RECORD, Situation
from oms.domain.register.models import Policy
from oms.law import dates

TEMPORARY = (Policy.Form.TEMPORARY, Policy.Form.TEMPORARY_ELECTRONIC)


def detect(situation: Situation) -> Finding | None:
    """Whether the policy in force had a last day, and it is past."""
    policy, person = situation.policy, situation.person
    if policy is None or person is None or person.state not in ON_RECORD:
        return None
    if policy.ends_on is None or situation.on <= policy.ends_on:
        return None
    why = ""
    if policy.form in TEMPORARY:
        why = " Это было временное свидетельство."
    elif person.citizenship != "RUS":
        why = " Он действует столько же, сколько документ, который даёт право жить или работать."
    return Finding(
        text=f"Срок полиса истёк {dates.long(policy.ends_on)}".rstrip(".") + f".{why}",
        todo="Оформите полис на новый срок. Номер полиса останется прежним.",
        ways=(WayOn("Оформить полис", service="issue-policy"),),
    )


CAUSE = Cause(
    code="expired",
    title="Не истёк ли срок полиса",
    stage=Stage.POLICY,
    order=34,
    detect=detect,
    leads_to=("issue-policy",),
)
