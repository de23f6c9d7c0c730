"""The register holds two records of one person (дубли): the policy may be in the other."""

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import ON_RECORD, Situation
from oms.domain.register.matching import NUMBERS, Match


def detect(situation: Situation) -> Finding | None:
    """Whether another record bears a number of the person with the same name or birth date."""
    person = situation.person
    if person is None or person.state not in ON_RECORD:
        return None
    if not any(_is_double(situation, match) for match in situation.alike):
        return None
    return Finding(
        text="В реестре две записи с вашим документом. Полис может быть во второй.",
        todo="Прикрепите полис по номеру: сотрудник увидит обе записи, а фонд их объединит.",
        ways=(WayOn("Прикрепить полис", service="attach-policy"),),
    )


def _is_double(situation: Situation, match: Match) -> bool:
    own, other = situation.person, match.person
    if own is None or other.state not in ON_RECORD:
        return False
    numbers = {NUMBERS[number][0] for number in ("snils", "document")}
    same = other.name_key == own.name_key or other.birth_date == own.birth_date
    return same and bool(numbers & set(match.reasons))


CAUSE = Cause(
    code="duplicates",
    title="Нет ли в реестре второй записи о вас",
    stage=Stage.DATA,
    order=40,
    detect=detect,
    leads_to=("attach-policy",),
)
