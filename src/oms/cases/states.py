"""How any application moves: the one table. Only `actions.perform` follows it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """APP-6."""

    DRAFT = "draft"
    AWAITING = "awaiting"
    IN_WORK = "in_work"
    CLARIFICATION = "clarification"
    PLANNED = "planned"
    APPROVED = "approved"
    READY = "ready"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


TITLES = {
    State.DRAFT: "Черновик",
    State.AWAITING: "Ожидание обработки",
    State.IN_WORK: "В работе",
    State.CLARIFICATION: "Требуется уточнение",
    State.PLANNED: "Запланировано",
    State.APPROVED: "Одобрено",
    State.READY: "Готово к скачиванию",
    State.REJECTED: "Отклонено",
    State.WITHDRAWN: "Отозвано",
}
WITH_DECIDER = frozenset({State.AWAITING, State.IN_WORK})
WORKED = WITH_DECIDER | {State.CLARIFICATION}
OPEN = WORKED | {State.DRAFT, State.PLANNED, State.APPROVED}
DECIDED = frozenset({State.PLANNED, State.APPROVED, State.READY, State.REJECTED})
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
    operator who took the case; an `internal` one is no line for the applicant.
    """

    title: str
    done: str
    source: frozenset[State]
    target: State
    side: Side
    told: str = ""
    assignee_only: bool = False
    internal: bool = False


def _by_applicant(title: str, done: str, *source: State, to: State, told: str = "") -> Move:
    return Move(title, done, frozenset(source), to, Side.APPLICANT, told)


def _by_decider(
    title: str, done: str, source: State, *, to: State, told: str = "", assignee: bool = True
) -> Move:
    return Move(title, done, frozenset({source}), to, Side.DECIDER, told, assignee)


def _between_two(title: str, done: str, *, assignee: bool) -> Move:
    """What passes between the operator who decides and the one who confirms."""
    work = State.IN_WORK
    return Move(title, done, frozenset({work}), work, Side.DECIDER, "", assignee, internal=True)


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
    "assign": _by_system(
        "Назначить",
        "Передано сотруднику",
        State.AWAITING,
        to=State.IN_WORK,
        told="case-taken",
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
    "plan": _by_decider(
        "Одобрить с даты",
        "Одобрено, начнёт действовать позже",
        State.IN_WORK,
        to=State.PLANNED,
        told="case-planned",
    ),
    "propose_approval": _between_two(
        "Предложить одобрить", "Предложено одобрить, ждём второго сотрудника", assignee=True
    ),
    "propose_refusal": _between_two(
        "Предложить отказ", "Предложено отказать, ждём второго сотрудника", assignee=True
    ),
    "send_back": _between_two(
        "Не подтвердить", "Решение не подтверждено, нужно пересмотреть", assignee=False
    ),
    "confirm_approval": _by_decider(
        "Подтвердить одобрение",
        "Одобрено",
        State.IN_WORK,
        to=State.APPROVED,
        told="case-approved",
        assignee=False,
    ),
    "confirm_refusal": _by_decider(
        "Подтвердить отказ",
        "Отклонено",
        State.IN_WORK,
        to=State.REJECTED,
        told="case-rejected",
        assignee=False,
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
    "cancel_plan": _by_applicant(
        "Отменить",
        "Отменено до начала действия",
        State.PLANNED,
        to=State.WITHDRAWN,
        told="case-plan-cancelled",
    ),
    "carry_out": _by_system(
        "Исполнить в срок",
        "Наступила дата: исполнено",
        State.PLANNED,
        to=State.APPROVED,
        told="case-plan-done",
    ),
    "return_plan": _by_system(
        "Вернуть план оператору",
        "Исполнить в срок не удалось, решим заново",
        State.PLANNED,
        to=State.AWAITING,
        told="case-plan-returned",
    ),
    "return_by_appeal": _by_system(
        "Вернуть по жалобе",
        "Отказ отменён, заявление рассмотрят заново",
        State.REJECTED,
        to=State.AWAITING,
        told="case-returned",
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

PROPOSALS = {"propose_approval": "confirm_approval", "propose_refusal": "confirm_refusal"}
"""What one operator proposes, and the move by which another makes it so."""
DECISIONS = frozenset(
    {"approve", "reject", "plan", *PROPOSALS, *PROPOSALS.values(), "approve_automatically"}
    | {"reject_automatically", "expire"}
)
"""Verbs that decide a case, or take part in it."""
