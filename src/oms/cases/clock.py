"""The legal clock of a case: one for citizen and operator, each pause with its reason (BEY-2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from oms.cases.models import Case, Pause
from oms.cases.states import OPEN, WORKED, State
from oms.domain.directory import queries as directory
from oms.law import dates, terms
from oms.law.plural import counted
from oms.law.terms import Term
from oms.law.typed import NBSP

ANSWER_TERM = "clarification"
_END_OF_DAY = time(23, 59)


@dataclass(frozen=True)
class Clock:
    """How the term stands: `share` of it spent (0..1), `words` for the person."""

    due_at: datetime | None
    paused: bool
    pause_reason: str
    paused_for: timedelta
    share: float
    overdue: bool
    words: str


def day(at: datetime) -> date:
    """The calendar day of a moment where the register is kept."""
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def moment(at: datetime) -> str:
    """A moment in words, in the register's zone: «22 ноября 2026 г. в 18:04»."""
    local = timezone.localtime(at, timezone.get_default_timezone())
    return f"{dates.long(local.date())} в{NBSP}{local:%H:%M}"


def until(at: datetime) -> str:
    """A last moment in words: the day alone where it is the day's end."""
    local = timezone.localtime(at, timezone.get_default_timezone())
    return dates.long(local.date()) if local.time() >= _END_OF_DAY else moment(at)


def ended(sentence: str) -> str:
    """The sentence with one point at its end: a date ends with one of its own («2026 г.»)."""
    return sentence if sentence.endswith(".") else f"{sentence}."


def pinned_term(pinned: Mapping[str, Any]) -> Term:
    """The term as it was when the case was submitted."""
    term = pinned["term"]
    return Term(term["code"], term["amount"], term["unit"])


def due(term: Term, *, received_at: datetime) -> datetime:
    """The last moment of the term."""
    return terms.due_at(
        term,
        received_at=received_at,
        calendar=directory.calendar(region=settings.REGION),
        zone=timezone.get_default_timezone(),
    )


def answer_by(at: datetime) -> datetime:
    """Until when a question asked now may be answered."""
    return due(terms.term_at(ANSWER_TERM, on=day(at)), received_at=at)


def resume(case: Case, *, at: datetime) -> None:
    """End the open pause and move the due moment by it. The caller saves the case."""
    pause = case.pauses.filter(ended_at=None).first()
    if pause is None:
        return
    pause.ended_at = at
    pause.save(update_fields=["ended_at"])
    if case.due_at:
        case.due_at = _after_pause(pinned_term(case.pinned), case.due_at, pause, resumed_at=at)


def begin_anew(case: Case, *, at: datetime) -> None:
    """Start the whole term once more, for a case that has to be decided again."""
    resume(case, at=at)
    case.due_at, case.breached_at = due(pinned_term(case.pinned), received_at=at), None


def _after_pause(term: Term, last: datetime, pause: Pause, *, resumed_at: datetime) -> datetime:
    return terms.due_after_pause(
        term,
        due_at=last,
        paused_at=pause.began_at,
        resumed_at=resumed_at,
        calendar=directory.calendar(region=settings.REGION),
        zone=timezone.get_default_timezone(),
    )


def account(case: Case, *, on: date) -> list[tuple[str, str]]:
    """The term counted anew from the beginning, line by line, as it stands on the day.

    Each pause with its reason; how late, in whole days, where it is. One query (the pauses).
    """
    if case.submitted_at is None or not case.pinned.get("term"):
        return []
    term = pinned_term(case.pinned)
    lines = [("Заявление подано", moment(case.submitted_at))]
    last = due(term, received_at=case.submitted_at)
    lines.append(("Срок по услуге", f"{terms.in_words(term)}, до {until(last)}"))
    for pause in case.pauses.all():
        end = f"по {moment(pause.ended_at)}" if pause.ended_at else "до ответа"
        lines.append(("Срок стоял", f"с {moment(pause.began_at)} {end}: {pause.reason}"))
        if pause.ended_at:
            last = _after_pause(term, last, pause, resumed_at=pause.ended_at)
    lines.append(("Срок с учётом остановок", f"до {until(last)}"))
    if case.decided_at:
        lines.append(("Решение принято", moment(case.decided_at)))
    over = day(case.decided_at) if case.decided_at else on
    if over > day(last):
        lines.append(("Опоздание", counted((over - day(last)).days, "день", "дня", "дней")))
    elif case.decided_at and case.decided_at > last:
        minutes = int((case.decided_at - last).total_seconds()) // 60
        lines.append(("Опоздание", counted(max(minutes, 1), "минута", "минуты", "минут")))
    return lines


def clock(case: Case, *, at: datetime) -> Clock:
    """How the case's term stands at the moment. One query (the pauses)."""
    pauses = list(case.pauses.all()) if case.submitted_at else []
    running = case.state in OPEN and case.submitted_at is not None
    now = case.decided_at or (at if running else case.state_since)
    is_open = next((p for p in pauses if p.ended_at is None), None) if running else None
    overdue = bool(case.due_at and not is_open and now > case.due_at and running)
    return Clock(
        due_at=case.due_at,
        paused=is_open is not None,
        pause_reason=is_open.reason if is_open else "",
        paused_for=sum((_length(p, now) for p in pauses), timedelta()),
        share=_share(case, pauses, now),
        overdue=overdue or bool(case.breached_at),
        words=_words(case, is_open, overdue=overdue),
    )


def _length(pause: Pause, now: datetime) -> timedelta:
    return max((pause.ended_at or now) - pause.began_at, timedelta())


def _share(case: Case, pauses: list[Pause], now: datetime) -> float:
    """Spent of the whole, both without pauses."""
    if not case.submitted_at or not case.due_at:
        return 0.0
    ended = sum((_length(p, now) for p in pauses if p.ended_at), timedelta())
    waiting = sum((_length(p, now) for p in pauses if p.ended_at is None), timedelta())
    whole = case.due_at - case.submitted_at - ended
    spent = now - case.submitted_at - ended - waiting
    return min(max(spent / whole, 0.0), 1.0) if whole > timedelta() else 1.0


def _words(case: Case, pause: Pause | None, *, overdue: bool) -> str:
    if case.state == State.DRAFT or not case.due_at:
        return "Срок начнётся после подачи заявления."
    if case.state not in WORKED:
        return _words_of_decided(case)
    if pause:
        by = f" Ответьте до {ended(until(case.answer_by))}" if case.answer_by else ""
        return f"Срок остановлен {moment(pause.began_at)}: {pause.reason}.{by}"
    if overdue:
        return f"Срок прошёл {ended(until(case.due_at))} Вы вправе подать жалобу."
    return f"Решение до {until(case.due_at)}"


def _words_of_decided(case: Case) -> str:
    if case.state == State.PLANNED and case.effective_on:
        return f"Решение принято, начнёт действовать {dates.long(case.effective_on)}"
    if case.state == State.APPROVED:
        return "Решение принято, готовим документы."
    word = "Отозвано" if case.state == State.WITHDRAWN else "Решено"
    return f"{word} {moment(case.decided_at or case.state_since)}."
