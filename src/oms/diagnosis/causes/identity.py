"""It is not yet proven who the person is, so no record may be shown (личность не подтверждена)."""

from oms.cases.queries import until
from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import Situation
from oms.domain.identity.models import Confirmation

WORDS = {
    Confirmation.State.WAITING: ("Вы подтверждаете личность, ответа ещё нет.", "Ждём"),
    Confirmation.State.FIX: ("Вы подтверждаете личность, но часть данных не совпала.", "Исправьте"),
}


def detect(situation: Situation) -> Finding | None:
    """Whether nothing is bound to the cabinet because nobody knows yet who it is."""
    if situation.person is not None or situation.is_known:
        return None
    own = situation.confirmation
    text, verb = "Личность ещё не подтверждена. До этого чужой мог бы увидеть ваш полис.", ""
    if own is not None:
        text, verb = WORDS.get(Confirmation.State(own.state), (text, ""))
    by_when = f"{verb} до: {until(own.due_at)}" if own and own.due_at and verb else ""
    return Finding(
        text=text,
        todo="Подтвердите личность один раз, за несколько минут. Если полис есть, он появится сам.",
        by_when=by_when,
        ways=(WayOn("Подтвердить личность", page="identity_menu"),),
    )


CAUSE = Cause(
    code="identity",
    title="Подтверждена ли личность",
    stage=Stage.WHO,
    order=20,
    detect=detect,
)
