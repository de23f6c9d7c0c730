"""The person is insured in another region (другой регион)."""

from django.conf import settings

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import Situation
from oms.law.facts import Ground


def detect(situation: Situation) -> Finding | None:
    """Whether the policy in force was given in another region than this portal's."""
    policy = situation.policy
    if policy is None or policy.region_id == settings.REGION:
        return None
    return Finding(
        text=f"Вы застрахованы в другом регионе: {policy.region.name}. "
        "Полис действует по всей стране.",
        todo="Если вы переехали насовсем, выберите страховую здесь. Номер полиса не изменится.",
        ways=(
            WayOn(
                "Сменить страховую при переезде",
                service="change-insurer",
                typed={
                    "reason": {
                        "ground": str(int(Ground.MOVE)),
                        "moved_on": "",
                        "region": settings.REGION,
                        "residence": "",
                    }
                },
            ),
        ),
    )


CAUSE = Cause(
    code="other-region",
    title="Не в другом ли регионе полис",
    stage=Stage.POLICY,
    order=74,
    detect=detect,
    leads_to=("change-insurer",),
)
