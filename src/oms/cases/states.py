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
OPEN = frozenset({State.DRAFT, State.AWAITING, State.IN_WORK, State.CLARIFICATION, State.APPROVED})
WITH_DECIDER = frozenset({State.AWAITING, State.IN_WORK})
WORKED = WITH_DECIDER | {State.CLARIFICATION}
DECIDED = frozenset({State.APPROVED, State.READY, State.REJECTED})
CLOSED = frozenset(State) - OPEN


class Side(StrEnum):
    """Whose move it is."""

    APPLICANT = "applicant"
    DECIDER = "decider"
    SYSTEM = "system"


@dataclass(frozen=True)
class Move:
    """One verb: its button, the line it leaves in the timeline, from where to where, whose it is.

    `told` is the kind of message the applicant gets; `assignee_only` leaves the move to the
    operator who took the case.
    """

    title: str
    done: str
    source: frozenset[State]
    target: State
    side: Side
    told: str = ""
    assignee_only: bool = False


def _by_applicant(title: str, done: str, *source: State, to: State, told: str = "") -> Move:
    return Move(title, done, frozenset(source), to, Side.APPLICANT, told)


def _by_decider(
    title: str, done: str, source: State, *, to: State, told: str = "", assignee: bool = True
) -> Move:
    return Move(title, done, frozenset({source}), to, Side.DECIDER, told, assignee)


def _by_system(title: str, done: str, source: State, *, to: State, told: str) -> Move:
    return Move(title, done, frozenset({source}), to, Side.SYSTEM, told)


MOVES: dict[str, Move] = {
    "submit": _by_applicant(
        "Подать", "Заявление подано", State.DRAFT, to=State.AWAITING, told="case-submitted"
    ),
    "discard": _by_applicant(
        "Удалить черновик", "Черновик удалён", State.DRAFT, to=State.WITHDRAWN
    ),
    "take": _by_decider(
        "Взять в работу",
        "Взято в работу",
        State.AWAITING,
        to=State.IN_WORK,
        told="case-taken",
        assignee=False,
    ),
    "take_over": _by_decider(
        "Забрать себе",
        "Передано другому сотруднику",
        State.IN_WORK,
        to=State.IN_WORK,
        assignee=False,
    ),
    "release": _by_decider(
        "Вернуть в очередь", "Возвращено в очередь", State.IN_WORK, to=State.AWAITING
    ),
    "ask": _by_decider(
        "Запросить уточнение",
        "Запрошено уточнение",
        State.IN_WORK,
        to=State.CLARIFICATION,
        told="case-question",
    ),
    "answer": _by_applicant(
        "Ответить", "Получен ответ", State.CLARIFICATION, to=State.IN_WORK, told="case-answered"
    ),
    "approve": _by_decider(
        "Одобрить", "Одобрено", State.IN_WORK, to=State.APPROVED, told="case-approved"
    ),
    "reject": _by_decider(
        "Отклонить", "Отклонено", State.IN_WORK, to=State.REJECTED, told="case-rejected"
    ),
    "withdraw": _by_applicant(
        "Отозвать",
        "Заявление отозвано",
        State.AWAITING,
        State.IN_WORK,
        State.CLARIFICATION,
        to=State.WITHDRAWN,
        told="case-withdrawn",
    ),
    "approve_automatically": _by_system(
        "Одобрить автоматически",
        "Проверено и одобрено",
        State.AWAITING,
        to=State.APPROVED,
        told="case-approved",
    ),
    "reject_automatically": _by_system(
        "Отклонить автоматически",
        "Проверено и отклонено",
        State.AWAITING,
        to=State.REJECTED,
        told="case-rejected",
    ),
    "finish": _by_system(
        "Завершить", "Документы готовы", State.APPROVED, to=State.READY, told="case-ready"
    ),
    "finish_without_papers": _by_system(
        "Завершить без документов",
        "Завершено без документов",
        State.APPROVED,
        to=State.READY,
        told="case-without-papers",
    ),
    "expire": _by_system(
        "Закрыть без ответа",
        "Закрыто: ответа не было",
        State.CLARIFICATION,
        to=State.REJECTED,
        told="case-expired",
    ),
    "reopen": _by_applicant(
        "Возобновить",
        "Возобновлено с ответом",
        State.REJECTED,
        to=State.IN_WORK,
        told="case-answered",
    ),
}
