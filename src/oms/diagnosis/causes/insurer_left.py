"""The insurer has left the register of insurers (страховая прекратила работу)."""

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import Situation
from oms.law import dates
from oms.law.facts import Ground


def detect(situation: Situation) -> Finding | None:
    """Whether the policy in force is with an insurer that insures no more."""
    policy = situation.policy
    left = policy.insurer.excluded_on if policy else None
    if policy is None or left is None or left > situation.on:
        return None
    return Finding(
        text=f"Ваша страховая «{policy.insurer.short_name}» прекратила работу "
        f"{dates.long(left)}".rstrip(".")
        + ". Полис действует.",
        todo="Выберите другую организацию: это можно сделать в любой день года.",
        ways=(
            WayOn(
                "Выбрать страховую",
                service="change-insurer",
                typed={
                    "reason": {
                        "ground": str(int(Ground.CONTRACT_ENDED)),
                        "moved_on": "",
                        "region": "",
                        "residence": "",
                    }
                },
            ),
        ),
    )


CAUSE = Cause(
    code="insurer-left",
    title="Работает ли ваша страховая организация",
    stage=Stage.POLICY,
    order=64,
    detect=detect,
    leads_to=("change-insurer",),
)
