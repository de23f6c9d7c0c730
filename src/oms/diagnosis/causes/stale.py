"""The record was last compared with its source too long ago (давно не сверяли)."""

from datetime import datetime

from django.conf import settings

from oms.cases.queries import moment
from oms.diagnosis.declaration import Cause, Finding, Mended, Stage, WayOn
from oms.diagnosis.situation import Situation
from oms.domain.exchange.tasks import reconcile
from oms.domain.journal.actions import Actor
from oms.domain.register import actions as register
from oms.domain.register import agreement
from oms.domain.register.models import InsuredPerson
from oms.domain.works.models import PlannedWork
from oms.gateways import ferzl


def detect(situation: Situation) -> Finding | None:
    """Whether nobody knows for days that the record is still true."""
    person = situation.person
    if person is None or person.state == InsuredPerson.State.MERGED:
        return None
    if not agreement.is_stale(person, at=situation.at):
        return None
    return Finding(
        text=f"Сведения о вас последний раз сверяли {moment(person.synced_at)}.",
        todo="Если чего-то всё равно не хватает, попросите страховую подтвердить полис.",
        ways=(WayOn("Подтвердить полис", service="confirm-policy"),),
    )


def mend(situation: Situation, *, by: Actor, at: datetime) -> Mended | None:
    """Compare anew, unless the register is away or the record is another region's."""
    person = situation.person
    if person is None or person.region_id != settings.REGION:
        return None
    away = any(
        work.part == PlannedWork.Part.REGISTER and work.concerns(situation.audiences)
        for work in situation.works
    )
    if away:
        return None
    try:
        register.synchronise(person=person, by=by, at=at)
    except register.SnilsTaken:
        return None
    text = "Сверили запись с реестром: теперь сведения свежие."
    if ferzl.is_configured():
        reconcile.enqueue(person.pk)
        text = f"{text} Сверим их и с федеральным регистром."
    return Mended(text)


CAUSE = Cause(
    code="stale",
    title="Давно ли сверяли сведения",
    stage=Stage.DATA,
    order=66,
    detect=detect,
    mend=mend,
    changes=frozenset({"register_insuredperson", "django_tasks_database_dbtaskresult"}),
    leads_to=("confirm-policy",),
)
