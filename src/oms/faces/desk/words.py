"""How the desk says a term, a state, an effect: the same facts as the applicant's, other words."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from oms.cases import queries
from oms.cases.models import Case
from oms.cases.states import OPEN, TITLES, WORKED, State
from oms.faces.design.parts import State as Tint
from oms.law import dates, terms
from oms.law.plural import counted
from oms.law.typed import NBSP

TINTS: dict[State, Tint] = {
    State.DRAFT: "neutral",
    State.AWAITING: "info",
    State.IN_WORK: "brand",
    State.CLARIFICATION: "warn",
    State.PLANNED: "ok",
    State.APPROVED: "ok",
    State.READY: "ok",
    State.REJECTED: "danger",
    State.WITHDRAWN: "neutral",
}
SHORT = {State.AWAITING: "В очереди", State.CLARIFICATION: "Вопрос"}
"""Words for a narrow column; elsewhere a state is called by its title."""
ICONS = {
    State.AWAITING: "hourglass",
    State.IN_WORK: "user-check",
    State.CLARIFICATION: "circle-pause",
    State.WITHDRAWN: "undo-2",
}


@dataclass(frozen=True)
class Standing:
    """How a case stands: state in a word, term in words, its spent share (0..100) and tint."""

    word: str
    short: str
    tint: Tint
    icon: str
    due: str
    share: int
    bar: Tint
    spent: str
    overdue: bool
    running: bool


def standing(case: Case, *, at: datetime) -> Standing:
    """Return how the case stands now. One query (the pauses), none when they are prefetched."""
    clock, state = queries.clock(case, at=at), State(case.state)
    share = round(clock.share * 100)
    late = clock.overdue and state in OPEN
    bar: Tint = "neutral" if clock.paused else "danger" if late or share >= 90 else "ok"
    if bar == "ok" and share >= 70:
        bar = "warn"
    return Standing(
        word=TITLES[state],
        short=SHORT.get(state, TITLES[state]),
        tint=TINTS[state],
        icon=ICONS.get(state, ""),
        due=_due(case, clock, at),
        share=100 if late else share,
        bar=bar,
        spent=_spent(case, clock, at),
        overdue=late,
        running=state in OPEN,
    )


def day_words(moment: datetime, *, at: datetime) -> str:
    """Return a day near to now as people say it: сегодня, завтра, 25 ноября.

    The hour is told only where the term does not end with its day.
    """
    local = timezone.localtime(moment, timezone.get_default_timezone())
    words = calendar_day(local.date(), at=at)
    return words if local.hour == 23 and local.minute == 59 else f"{words}, {local:%H:%M}"


def calendar_day(on: date, *, at: datetime) -> str:
    """Return a day near to now as people say it; the year only where it is another one."""
    today = queries.day(at)
    near = {0: "сегодня", 1: "завтра", -1: "вчера"}.get((on - today).days)
    words = dates.long(on)
    return near or (NBSP.join(words.split(NBSP)[:2]) if on.year == today.year else words)


def length(span: timedelta) -> str:
    """Return a length of time in its two largest units: «2 дня 3 часа», «40 минут»."""
    minutes = int(span.total_seconds()) // 60
    if not minutes:
        return "меньше минуты"
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = []
    if days:
        parts.append(counted(days, "день", "дня", "дней"))
    if hours and days < 10:
        parts.append(counted(hours, "час", "часа", "часов"))
    if not days and rest:
        parts.append(counted(rest, "минута", "минуты", "минут"))
    return " ".join(parts[:2])


def _due(case: Case, clock: queries.Clock, at: datetime) -> str:
    """Return when the decision is due, for a cell of the queue."""
    if State(case.state) not in WORKED and case.submitted_at:
        return f"Решено {day_words(case.decided_at or case.state_since, at=at)}"
    if clock.paused:
        by = f" до {day_words(case.answer_by, at=at)}" if case.answer_by else ""
        return f"Ждём ответа{by}"
    if case.due_at is None:
        return "Срок не начат"
    if at > case.due_at:
        return f"Просрочено на {length(at - case.due_at)}"
    return day_words(case.due_at, at=at)


def _spent(case: Case, clock: queries.Clock, at: datetime) -> str:
    """Return how much of the term is spent, with the pause and its reason."""
    if case.submitted_at is None or not case.pinned.get("term"):
        return ""
    term = case.pinned["term"]
    whole = terms.in_words(terms.Term(term["code"], term["amount"], term["unit"]))
    until = case.decided_at or at
    spent = max(until - case.submitted_at - clock.paused_for, timedelta())
    words = f"Прошло {length(spent)}, срок {whole}."
    if clock.paused_for:
        words += f" Пауза {length(clock.paused_for)}"
        words += ": ждём ответа заявителя." if clock.paused else ": ждали ответа заявителя."
    return words
