"""The row pages read no longer says what was recorded (устаревшая копия записи)."""

from datetime import datetime

from oms.diagnosis.declaration import Cause, Finding, Mended, Stage
from oms.diagnosis.situation import Situation
from oms.domain.journal.actions import Actor
from oms.domain.register import actions as register
from oms.domain.register import agreement
from oms.domain.register.models import InsuredPerson

_WORDS = {
    "family_name": "фамилия", "given_name": "имя", "patronymic": "отчество",
    "birth_date": "дата рождения", "snils": "СНИЛС", "sex": "пол", "citizenship": "гражданство",
    "insurer_id": "страховая организация", "enp": "номер полиса", "state": "состояние",
}  # fmt: skip


def detect(situation: Situation) -> Finding | None:
    """Whether the row differs from its version, its insurance or its policy."""
    person = situation.person
    if person is None or person.state == InsuredPerson.State.MERGED:
        return None
    wrong = agreement.disagreements(
        person,
        version=situation.version,
        insurance=situation.insurance,
        policy=situation.policy,
    )
    if not wrong:
        return None
    named = ", ".join(words for name, words in _WORDS.items() if name in wrong)
    return Finding(
        text="Кабинет показывал старую копию записи" + (f": отличались {named}." if named else "."),
        todo="Посмотрите, верно ли всё теперь.",
    )


def mend(situation: Situation, *, by: Actor, at: datetime) -> Mended | None:
    """Write into the row what was recorded."""
    if situation.person is None:
        return None
    try:
        register.synchronise(person=situation.person, by=by, at=at)
    except register.SnilsTaken:
        return None
    return Mended("Обновили копию по записям реестра.")


CAUSE = Cause(
    code="out-of-step",
    title="Не устарела ли копия записи",
    stage=Stage.DATA,
    order=46,
    detect=detect,
    mend=mend,
    changes=frozenset({"register_insuredperson"}),
)
