"""Times of visits in words: always by the clock of the clinic's place."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from oms.domain.directory.models import MedicalOrganization, Position
from oms.faces.design.parts import State as Tint
from oms.law import dates, zones
from oms.law.plural import counted
from oms.law.specialities import SPECIALITIES
from oms.law.typed import NBSP

WEEKDAYS = (
    "понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье",
)  # fmt: skip
SHORT_WEEKDAYS = ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс")
PARTS = (("Утро", "до 12:00", 12), ("День", "с 12:00 до 17:00", 17), ("Вечер", "с 17:00", 24))
"""Parts of a day: title, hours, the hour they end at."""
TINTS: dict[str, Tint] = {
    "held": "warn",
    "booked": "ok",
    "arrived": "info",
    "fulfilled": "neutral",
    "cancelled": "neutral",
    "noshow": "danger",
    "lapsed": "neutral",
}


def clock(clinic: MedicalOrganization) -> ZoneInfo:
    """Return the clock a clinic goes by."""
    return zones.zone(clinic.region_id)


def local(moment: datetime, clinic: MedicalOrganization) -> datetime:
    """Return the moment by the clinic's clock."""
    return moment.astimezone(clock(clinic))


def time(moment: datetime, clinic: MedicalOrganization) -> str:
    """14:30."""
    return f"{local(moment, clinic):%H:%M}"


def day(of: date, *, today: date) -> str:
    """сегодня; завтра; вторник, 24 ноября; another year with the year."""
    near = {0: "сегодня, ", 1: "завтра, "}.get((of - today).days, "")
    words = dates.long(of)
    if of.year == today.year:
        words = NBSP.join(words.split(NBSP)[:2])
    return f"{near or WEEKDAYS[of.weekday()] + ', '}{words}"


def when(moment: datetime, clinic: MedicalOrganization, *, at: datetime) -> str:
    """Вторник, 24 ноября, в 14:30; with the zone's name where it is not the reader's."""
    here = local(moment, clinic)
    words = day(here.date(), today=local(at, clinic).date())
    note = zone_name(clinic, at=moment)
    return f"{words}, в{NBSP}{here:%H:%M}" + (f" ({note})" if note else "")


def exact(moment: datetime, clinic: MedicalOrganization) -> str:
    """Return the moment for a paper, with nothing in it that is true on one day only.

    «вторник, 24 ноября 2026 г., в 14:30»
    """
    here, note = local(moment, clinic), zone_name(clinic, at=moment)
    words = f"{WEEKDAYS[here.weekday()]}, {dates.long(here.date())}, в{NBSP}{here:%H:%M}"
    return words + (f" ({note})" if note else "")


def zone_name(clinic: MedicalOrganization, *, at: datetime) -> str:
    """Return «МСК+2» where the clinic's clock differs from that of the portal's region."""
    there, ours = clock(clinic), zones.zone(settings.REGION)
    if at.astimezone(there).utcoffset() == at.astimezone(ours).utcoffset():
        return ""
    return zones.name(there, at=at)


def zone_note(clinic: MedicalOrganization, *, at: datetime) -> str:
    """Return the line that says whose clock it is; empty where it is the reader's own."""
    note = zone_name(clinic, at=at)
    return f"Время местное: {clinic.region.name} ({note})." if note else ""


def speciality(position: Position) -> str:
    """Return what the doctor is: «Терапевт»."""
    return speciality_title(position.speciality)


def speciality_title(code: str) -> str:
    """Return the title of a speciality; its code when nobody knows it."""
    found = SPECIALITIES.get(code)
    return found.title if found else code


def ages(position: Position) -> str:
    """Whom the doctor sees, by age: «взрослые», «дети до 18 лет»."""
    begins, ends = position.from_age, position.below_age
    if not begins and ends >= 120:
        return "взрослых и детей"
    if ends >= 120:
        return "взрослых" if begins == 18 else f"с{NBSP}{counted(begins, 'года', 'лет', 'лет')}"
    until = f"до{NBSP}{counted(ends, 'года', 'лет', 'лет')}"
    return f"детей {until}" if not begins else f"с{NBSP}{begins} {until}"


def practice(since: int | None, *, on: date) -> str:
    """Return how long the doctor has worked: «12 лет»."""
    years = on.year - since if since else 0
    return counted(years, "год", "года", "лет") if years > 0 else ""


def address_of(clinic: MedicalOrganization) -> str:
    """Return where the clinic sees people."""
    return clinic.actual_address or clinic.legal_address


def free(count: int) -> str:
    """Return how many times are free: «12 свободных талонов»."""
    return counted(count, "свободный талон", "свободных талона", "свободных талонов")


def capital(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def lower(text: str) -> str:
    """Begin small, to stand after a comma; «ЛОР» stays."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def today(region: str, *, at: datetime) -> date:
    """Return the day by a region's clock."""
    return at.astimezone(zones.zone(region)).date()
