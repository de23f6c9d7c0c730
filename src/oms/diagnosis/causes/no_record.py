"""Nobody like the person is in the register (записи нет)."""

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import Situation
from oms.domain.identity.linking import DOUBT
from oms.law import dates


def detect(situation: Situation) -> Finding | None:
    """Whether it is proven who the person is, and no record is like them."""
    if situation.person is not None or not situation.is_known or situation.certain:
        return None
    if any(match.score >= DOUBT for match in situation.alike):
        return None
    return Finding(
        text="Записи о вас в реестре застрахованных нет.",
        todo="Оформите полис: вы впервые в реестре или давно сменили имя и документы.",
        ways=(
            WayOn("Оформить полис", service="issue-policy", typed={"person": _typed(situation)}),
            WayOn("Прикрепить полис по номеру", service="attach-policy"),
        ),
    )


def _typed(situation: Situation) -> dict[str, str]:
    user, snils = situation.user, situation.profile.get("snils")
    return {
        "family_name": user.family_name,
        "given_name": user.given_name,
        "patronymic": user.patronymic,
        "birth_date": dates.short(user.birth_date) if user.birth_date else "",
        "sex": str(user.sex or ""),
        "birth_place": user.birth_place,
        "citizenship": user.citizenship,
        "snils": str(snils.value) if snils and snils.value else "",
    }


CAUSE = Cause(
    code="no-record",
    title="Есть ли вы в реестре застрахованных",
    stage=Stage.RECORD,
    order=55,
    detect=detect,
    leads_to=("issue-policy", "attach-policy"),
)
