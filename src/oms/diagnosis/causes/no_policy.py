"""There is a record, but no policy was ever given under it (полиса не было)."""

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import ON_RECORD, Situation


def detect(situation: Situation) -> Finding | None:
    """Whether the record stands without any policy."""
    person = situation.person
    if person is None or person.state not in ON_RECORD or situation.policies:
        return None
    return Finding(
        text="Запись о вас в реестре есть, а полис под ней не оформлен.",
        todo="Выберите страховую организацию и оформите полис.",
        ways=(WayOn("Оформить полис", service="issue-policy"),),
    )


CAUSE = Cause(
    code="no-policy",
    title="Оформлен ли полис",
    stage=Stage.POLICY,
    order=56,
    detect=detect,
    leads_to=("issue-policy",),
)
