"""How long things may take, and when a term ends.

Sources: 326-ФЗ, Правила ОМС, 59-ФЗ ст. 12, 152-ФЗ ст. 20; the rest are the system's own promises
(REFERENCE section 5). All are configuration with dates in force. Day zero is the day of receipt
(ГК РФ ст. 191); a term in days ends at the end of its last day (ст. 194); a last day off moves
to the next working day (ст. 193).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from oms.law.calendar import Calendar
from oms.law.plural import plural
from oms.law.typed import NBSP

Unit = Literal["working_days", "calendar_days", "hours", "minutes"]

_END_OF_DAY = time(23, 59, 59)
_WORDS: dict[Unit, tuple[tuple[str, str, str], tuple[str, str]]] = {
    "working_days": (
        ("рабочий день", "рабочих дня", "рабочих дней"),
        ("рабочего дня", "рабочих дней"),
    ),
    "calendar_days": (
        ("календарный день", "календарных дня", "календарных дней"),
        ("календарного дня", "календарных дней"),
    ),
    "hours": (("час", "часа", "часов"), ("часа", "часов")),
    "minutes": (("минута", "минуты", "минут"), ("минуты", "минут")),
}


@dataclass(frozen=True)
class Term:
    """A length of time by code: `amount` of `unit`."""

    code: str
    amount: int
    unit: Unit


@dataclass(frozen=True)
class TermInForce:
    """A term with its title, source and days in force (`ends_on`: first day without it)."""

    term: Term
    title: str
    source: str
    begins_on: date = date(2011, 1, 1)
    ends_on: date | None = None

    def covers(self, on: date) -> bool:
        """Tell whether the term is in force on the day."""
        return self.begins_on <= on and (self.ends_on is None or on < self.ends_on)


_OMS_RULES = "Правила ОМС, приказ Минздрава № 108н"
_PROMISE = "Обязательство системы"
_APPEALS = "59-ФЗ, ст. 12"
_WINDOW = (
    f"{_PROMISE}: 59-ФЗ срока не называет, взято не меньше трёх месяцев для суда (КАС, ст. 219)"
)
"""How long a refusal may be appealed against is uncertain in law, so a promise of our own."""
_PERSONAL_DATA = "152-ФЗ, ст. 20"


def _days(code: str, amount: int, title: str, source: str) -> TermInForce:
    return TermInForce(Term(code, amount, "working_days"), title, source)


DEFAULT_TERMS: tuple[TermInForce, ...] = (
    TermInForce(Term("standard", 30, "calendar_days"), "Обычное заявление", _APPEALS),
    _days("urgent", 10, "Срочное заявление", _PROMISE),
    _days("signed", 3, "Заявление с усиленной квалифицированной подписью", _PROMISE),
    _days("policy-issue", 5, "Оформление полиса", _OMS_RULES),
    _days("name-change", 5, "Смена фамилии, имени, отчества", _OMS_RULES),
    TermInForce(Term("error-correction", 48, "hours"), "Исправление после ошибки", _PROMISE),
    TermInForce(Term("replacement-extract", 24, "hours"), "Новая выписка вместо прежней", _PROMISE),
    TermInForce(Term("certificate", 10, "minutes"), "Справка или выписка", _PROMISE),
    _days("paper-copy", 3, "Бумажный экземпляр документа", _PROMISE),
    _days("error-report", 1, "Ответ на сообщение об ошибке", _PROMISE),
    _days("appeal", 10, "Обжалование отказа", _PROMISE),
    TermInForce(Term("appeal-window", 92, "calendar_days"), "Когда можно обжаловать", _WINDOW),
    _days("support-answer", 1, "Ответ поддержки", _PROMISE),
    TermInForce(Term("complaint", 30, "calendar_days"), "Жалоба на нарушение срока", _APPEALS),
    _days("confirmation", 3, "Подтверждение полиса", _PROMISE),
    _days("suspension", 3, "Приостановление на время службы", _PROMISE),
    _days("clinic-attachment", 4, "Прикрепление к медицинской организации", _PROMISE),
    _days("policy-attachment", 2, "Полис в кабинет по фото", _PROMISE),
    _days("representation", 5, "Проверка права представлять", _PROMISE),
    _days("clarification", 10, "Ответ заявителя на уточнение", _PROMISE),
    _days("personal-data-answer", 10, "Ответ о персональных данных", _PERSONAL_DATA),
    _days("personal-data-extension", 5, "Продление ответа о персональных данных", _PERSONAL_DATA),
)


def term_at(code: str, *, on: date, table: tuple[TermInForce, ...] = DEFAULT_TERMS) -> Term:
    """Return the term in force on the day, the latest begun if several; LookupError if none.

    >>> term_at("policy-issue", on=date(2026, 11, 22))
    Term(code='policy-issue', amount=5, unit='working_days')
    """
    rows = [row for row in table if row.term.code == code and row.covers(on)]
    if not rows:
        raise LookupError(f"no term {code} in force on {on}")
    return max(rows, key=lambda row: row.begins_on).term


def last_day(code: str, *, since: date) -> date:
    """Return the last day of a term in calendar days counted from the day `since`.

    >>> last_day("appeal-window", since=date(2026, 10, 6))
    datetime.date(2027, 1, 6)
    """
    term = term_at(code, on=since)
    if term.unit != "calendar_days":
        raise ValueError(f"term {code} is not in calendar days")
    return since + timedelta(days=term.amount)


def due_at(term: Term, *, received_at: datetime, calendar: Calendar, zone: tzinfo) -> datetime:
    """Return the last moment of the term, in the zone. `received_at` is aware.

    >>> from zoneinfo import ZoneInfo
    >>> moscow = ZoneInfo("Europe/Moscow")
    >>> friday = datetime(2026, 11, 20, 18, 4, tzinfo=moscow)
    >>> str(due_at(Term("", 5, "working_days"), received_at=friday, calendar=Calendar(),
    ...     zone=moscow))
    '2026-11-27 23:59:59+03:00'
    """
    _require_aware(received_at)
    length = _exact(term)
    if length is not None:
        return (received_at.astimezone(UTC) + length).astimezone(zone)
    day = _moved(term, received_at.astimezone(zone).date(), term.amount, calendar)
    return _end_of(day, zone)


def due_after_pause(
    term: Term,
    *,
    due_at: datetime,
    paused_at: datetime,
    resumed_at: datetime,
    calendar: Calendar,
    zone: tzinfo,
) -> datetime:
    """Return the due moment moved by the time in which the applicant owed an answer.

    Terms in days move by the working or calendar days passed (a pause within one day moves
    nothing); hours and minutes exactly. A term already over when the pause began stays so.

    >>> from zoneinfo import ZoneInfo
    >>> moscow = ZoneInfo("Europe/Moscow")
    >>> def at(day): return datetime(2026, 11, day, 12, tzinfo=moscow)
    >>> str(due_after_pause(Term("", 5, "working_days"), due_at=at(27), paused_at=at(23),
    ...     resumed_at=at(25), calendar=Calendar(), zone=moscow))
    '2026-12-01 23:59:59+03:00'
    """
    for moment in (due_at, paused_at, resumed_at):
        _require_aware(moment)
    if resumed_at < paused_at:
        raise ValueError("a pause ends after it begins")
    if paused_at > due_at:
        return due_at
    if _exact(term) is not None:
        return (due_at.astimezone(UTC) + (resumed_at - paused_at)).astimezone(zone)
    begun, ended = (moment.astimezone(zone).date() for moment in (paused_at, resumed_at))
    last = due_at.astimezone(zone).date()
    if term.unit == "working_days":
        passed = calendar.working_days_between(begun, ended)
    else:
        passed = (ended - begun).days
    return _end_of(_moved(term, last, passed, calendar), zone)


def in_words(term: Term) -> str:
    """Return the term in words held by no-break spaces.

    >>> in_words(Term("", 5, "working_days")).replace(NBSP, " ")
    '5 рабочих дней'
    """
    word = plural(term.amount, *_WORDS[term.unit][0])
    return f"{term.amount} {word}".replace(" ", NBSP)


def within(term: Term) -> str:
    """Return «в течение …» with the genitive, held by no-break spaces after «в течение».

    >>> within(Term("", 21, "working_days")).replace(NBSP, " ")
    'в течение 21 рабочего дня'
    """
    one, many = _WORDS[term.unit][1]
    words = f"{term.amount} {plural(term.amount, one, many, many)}"
    return f"в течение {words.replace(' ', NBSP)}"


def _require_aware(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError("a moment carries its time zone")


def _exact(term: Term) -> timedelta | None:
    """Return the exact length of a term in hours or minutes, None for days."""
    if term.unit == "hours":
        return timedelta(hours=term.amount)
    return timedelta(minutes=term.amount) if term.unit == "minutes" else None


def _moved(term: Term, day: date, amount: int, calendar: Calendar) -> date:
    if term.unit == "working_days":
        return calendar.add_working_days(day, amount)
    return calendar.next_working(day + timedelta(days=amount))


def _end_of(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, _END_OF_DAY, tzinfo=zone)
