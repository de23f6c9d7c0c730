"""How the registrar's pages say things: states, days, names, the clinic's clock."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from oms.domain.booking.day_sheet import Now
from oms.domain.booking.models import Appointment
from oms.domain.register.models import InsuredPerson
from oms.faces.design.parts import State as Tint
from oms.law import dates, names

WEEKDAYS = (
    "понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье",
)  # fmt: skip
SHORT_DAYS = ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс")
STANDING: dict[Now, tuple[str, Tint, str]] = {
    Now.FREE: ("Свободно", "neutral", "plus"),
    Now.HELD: ("Записываются", "info", "hourglass"),
    Now.OFFERED: ("Предложено", "info", "send"),
    Now.BOOKED: ("Ждём", "brand", "clock"),
    Now.LATE: ("Опаздывает", "warn", "circle-alert"),
    Now.HERE: ("Пришёл", "ok", "user-check"),
    Now.DONE: ("Принят", "ok", "circle-check"),
    Now.MISSED: ("Не пришёл", "danger", "circle-x"),
    Now.STRANDED: ("Приёма нет", "danger", "ban"),
    Now.CLOSED: ("Закрыто", "neutral", "ban"),
    Now.PAST: ("Прошло", "neutral", "minus"),
}
"""A slot's state: word, tint, icon."""
TOTALS: dict[Now, str] = {
    Now.BOOKED: "Ждём",
    Now.LATE: "Опаздывают",
    Now.HERE: "Пришли",
    Now.DONE: "Приняты",
    Now.MISSED: "Не пришли",
    Now.STRANDED: "Без времени",
    Now.FREE: "Свободно",
}
"""How many stand how, in the order they are told."""
OF_WOMAN = {Now.HERE: "Пришла", Now.DONE: "Принята", Now.MISSED: "Не пришла"}
TINTS: dict[str, Tint] = {
    Appointment.State.HELD: "info",
    Appointment.State.BOOKED: "brand",
    Appointment.State.ARRIVED: "ok",
    Appointment.State.FULFILLED: "ok",
    Appointment.State.CANCELLED: "neutral",
    Appointment.State.NO_SHOW: "danger",
    Appointment.State.LAPSED: "neutral",
}
OFFERS: dict[str, Tint] = {"open": "info", "taken": "ok", "refused": "warn", "lapsed": "warn"}
FEMALE = 2


def standing_of(now: Now, person: InsuredPerson | None = None) -> str:
    """Return the word for how a slot stands, of a woman as of a woman."""
    word = STANDING[now][0]
    is_woman = person is not None and person.sex == FEMALE
    return OF_WOMAN.get(now, word) if is_woman else word


def came(person: InsuredPerson) -> str:
    """Return the word on the button that marks a person as come."""
    return "Пришла" if person.sex == FEMALE else "Пришёл"


def seen(person: InsuredPerson) -> str:
    """Return the word on the button that marks a person as seen by the doctor."""
    return standing_of(Now.DONE, person)


def short_name(person: InsuredPerson) -> str:
    """Return «Климова А. В.»."""
    return names.short(person.family_name, person.given_name, person.patronymic)


def full_name(person: InsuredPerson) -> str:
    """Return the whole name."""
    return names.full(person.family_name, person.given_name, person.patronymic)


def day_words(day: date, *, today: date) -> str:
    """Return «сегодня, понедельник, 23 ноября»; another year with the year."""
    near = {0: "сегодня, ", 1: "завтра, ", -1: "вчера, "}.get((day - today).days, "")
    return f"{near}{WEEKDAYS[day.weekday()]}, {without_year(day, today=today)}"


def near_words(moment: datetime, *, clock: ZoneInfo, today: date) -> str:
    """Return «сегодня, 14:20» or «20 ноября, 14:20» by the clinic's clock."""
    local = moment.astimezone(clock)
    near = {0: "сегодня", 1: "завтра", -1: "вчера"}.get((local.date() - today).days)
    return f"{near or without_year(local.date(), today=today)}, {local:%H:%M}"


def without_year(day: date, *, today: date) -> str:
    """Return «23 ноября»; another year with the year."""
    told = dates.long(day)
    return told if day.year != today.year else told.rsplit("\N{NO-BREAK SPACE}", 2)[0]


def moment_words(moment: datetime, *, clock: ZoneInfo, today: date) -> str:
    """Return «сегодня, понедельник, 23 ноября, 14:20» by the clinic's clock."""
    local = moment.astimezone(clock)
    return f"{day_words(local.date(), today=today)}, {local:%H:%M}"
