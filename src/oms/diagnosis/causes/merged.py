"""The cabinet is bound to a record that was merged into another (объединённая запись)."""

from datetime import datetime

from django.db import transaction

from oms.diagnosis.declaration import Cause, Finding, Mended, Stage, WayOn
from oms.diagnosis.situation import ON_RECORD, Situation
from oms.domain.journal.actions import Actor
from oms.domain.register import actions as register
from oms.domain.register.models import InsuredPerson


def detect(situation: Situation) -> Finding | None:
    """Whether the bound record stands for nobody any more."""
    person = situation.person
    if person is None or person.state != InsuredPerson.State.MERGED:
        return None
    if register.survivor(person).user_id is not None:
        return Finding(
            text="Фонд объединил две ваши записи в реестре. Основная связана с другим вашим "
            "кабинетом: полис виден там.",
            todo="Войдите в тот кабинет по его телефону или почте. Выписки и заявления этого "
            "кабинета останутся здесь; когда они не нужны, кабинет можно закрыть.",
            ways=(WayOn("Как закрыть этот кабинет", page="account_data_erase"),),
        )
    return Finding(
        text="Фонд объединил две ваши записи в реестре, а кабинет смотрел на прежнюю.",
        todo="Если полис не появился, прикрепите его по номеру.",
        ways=(WayOn("Прикрепить полис", service="attach-policy"),),
    )


def mend(situation: Situation, *, by: Actor, at: datetime) -> Mended | None:
    """Bind the cabinet to the record that is left, if it is the same person and nobody's yet."""
    old = situation.person
    new = register.survivor(old) if old else None
    if old is None or new is None or new == old or not _is_same(old, new) or not situation.is_known:
        return None
    try:
        with transaction.atomic():
            register.unlink_account(person=old, by=by, at=at)
            register.link_account(person=new, user=situation.user, by=by, at=at)
    except (register.AccountTaken, register.NotOnRecord):
        return None
    return Mended("Связали кабинет с основной записью.")


def _is_same(old: InsuredPerson, new: InsuredPerson) -> bool:
    return (
        new.user_id is None
        and new.state in ON_RECORD
        and (new.name_key, new.birth_date) == (old.name_key, old.birth_date)
    )


CAUSE = Cause(
    code="merged",
    title="Не объединена ли запись с другой",
    stage=Stage.RECORD,
    order=16,
    detect=detect,
    mend=mend,
    changes=frozenset({"register_insuredperson"}),
    leads_to=("attach-policy",),
)
