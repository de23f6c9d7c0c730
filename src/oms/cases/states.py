"""How any application moves: the one table. Only `actions.perform` follows it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """APP-6."""

    DRAFT = "draft"
    AWAITING = "awaiting"
    IN_WORK = "in_work"
    CLARIFICATION = "clarification"
    APPROVED = "approved"
    READY = "ready"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


TITLES = {
    State.DRAFT: "Черновик",
    State.AWAITING: "Ожидание обработки",
    State.IN_WORK: "В работе",
    State.CLARIFICATION: "Требуется уточнение",
    State.APPROVED: "Одобрено",
    State.READY: "Готово к скачиванию",
    State.REJECTED: "Отклонено",
    State.WITHDRAWN: "Отозвано",
}
OPEN = frozenset(
    {State.DRAFT, State.AWAITING, State.IN_WORK, State.CLARIFICATION, State.APPROVED}
)
WITH_DECIDER = frozenset({State.AWAITING, State.IN_WORK})
CLOSED = frozenset(State) - OPEN


class Side(StrEnum):
    """Whose move it is."""

    APPLICANT = "applicant"
    DECIDER = "decider"
    SYSTEM = "system"


@dataclass(frozen=True)
class Move:
    """One verb: what it is called, from where to where, whose it is."""

    title: str
    source: frozenset[State]
    target: State
    side: Side


def _move(title: str, *source: State, to: State, side: Side) -> Move:
    return Move(title, frozenset(source), to, side)


MOVES: dict[str, Move] = {
    "submit": _move("Подать", State.DRAFT, to=State.AWAITING, side=Side.APPLICANT),
    "discard": _move("Удалить черновик", State.DRAFT, to=State.WITHDRAWN, side=Side.APPLICANT),
    "take": _move("Взять в работу", State.AWAITING, to=State.IN_WORK, side=Side.DECIDER),
    "release": _move("Вернуть в очередь", State.IN_WORK, to=State.AWAITING, side=Side.DECIDER),
    "ask": _move("Запросить уточнение", State.IN_WORK, to=State.CLARIFICATION, side=Side.DECIDER),
    "answer": _move("Ответить", State.CLARIFICATION, to=State.IN_WORK, side=Side.APPLICANT),
    "approve": _move("Одобрить", State.IN_WORK, to=State.APPROVED, side=Side.DECIDER),
    "reject": _move("Отклонить", State.IN_WORK, to=State.REJECTED, side=Side.DECIDER),
    "withdraw": _move(
        "Отозвать",
        State.AWAITING,
        State.IN_WORK,
        State.CLARIFICATION,
        to=State.WITHDRAWN,
        side=Side.APPLICANT,
    ),
    "approve_automatically": _move(
        "Одобрить автоматически", State.AWAITING, to=State.APPROVED, side=Side.SYSTEM
    ),
    "reject_automatically": _move(
        "Отклонить автоматически", State.AWAITING, to=State.REJECTED, side=Side.SYSTEM
    ),
    "finish": _move("Завершить", State.APPROVED, to=State.READY, side=Side.SYSTEM),
    "expire": _move(
        "Закрыть без ответа", State.CLARIFICATION, to=State.REJECTED, side=Side.SYSTEM
    ),
    "reopen": _move("Возобновить", State.REJECTED, to=State.IN_WORK, side=Side.APPLICANT),
}
