"""How a person wants to be told: by group of events and channel, at what hours, at once or daily.

Pure rules over a row of `Preferences`. What must be sent goes out whatever was chosen.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings

from oms.domain.accounts.models import User
from oms.domain.notifications.models import Delivery, Preferences

Channel = Delivery.Channel
DIGEST_AT = time(19)
"""When the letter of the day leaves, by the person's clock."""


class Group(StrEnum):
    """What events are about."""

    CASES = "cases"
    APPOINTMENTS = "appointments"
    PAPERS = "papers"
    SECURITY = "security"
    NEWS = "news"

    @property
    def words(self) -> str:
        """The words for people."""
        return _TITLES[self]


class Wish(StrEnum):
    """When to send."""

    NOW = "now"
    DAILY = "daily"
    OFF = "off"


_TITLES = {
    Group.CASES: "Заявления и обращения",
    Group.APPOINTMENTS: "Запись к врачу",
    Group.PAPERS: "Документы и справки",
    Group.SECURITY: "Безопасность кабинета",
    Group.NEWS: "Новости и работы на портале",
}
DEFAULTS: Mapping[str, Wish] = {
    Channel.EMAIL: Wish.NOW,
    Channel.SMS: Wish.OFF,
    Channel.PUSH: Wish.NOW,
}
"""SMS are few by default: only what must be sent."""
ZONES: Mapping[str, str] = {
    "Europe/Kaliningrad": "Калининград (МСК−1)",
    "Europe/Moscow": "Москва (МСК)",
    "Europe/Samara": "Самара (МСК+1)",
    "Asia/Yekaterinburg": "Екатеринбург (МСК+2)",
    "Asia/Omsk": "Омск (МСК+3)",
    "Asia/Krasnoyarsk": "Красноярск (МСК+4)",
    "Asia/Irkutsk": "Иркутск (МСК+5)",
    "Asia/Yakutsk": "Якутск (МСК+6)",
    "Asia/Vladivostok": "Владивосток (МСК+7)",
    "Asia/Magadan": "Магадан (МСК+8)",
    "Asia/Kamchatka": "Камчатка (МСК+9)",
}


def preferences(user: User) -> Preferences:
    """Return what the person chose, or the defaults (a row that is not kept). One query."""
    found = Preferences.objects.filter(pk=user.pk).first()
    return found or Preferences(user=user)


def wish(kept: Preferences, group: str, channel: str) -> Wish:
    """Return when messages of a group go by a channel."""
    said = kept.chosen.get(group, {}).get(channel, "")
    return Wish(said) if said in set(Wish) else DEFAULTS[channel]


def zone(kept: Preferences) -> ZoneInfo:
    """Return the person's clock; the region's unless they chose another."""
    return ZoneInfo(kept.time_zone if kept.time_zone in ZONES else settings.TIME_ZONE)


def quiet_until(kept: Preferences, *, at: datetime) -> datetime | None:
    """Return the end of the quiet hours if they hold now; they may span midnight."""
    if not kept.quiet or kept.quiet_from == kept.quiet_to:
        return None
    here = at.astimezone(zone(kept))
    now, begins, ends = here.time(), kept.quiet_from, kept.quiet_to
    if begins < ends:
        return _at(here, ends) if begins <= now < ends else None
    if now >= begins:
        return _at(here, ends, days=1)
    return _at(here, ends) if now < ends else None


def digest_at(kept: Preferences, *, at: datetime) -> datetime:
    """Return when the next letter of the day leaves."""
    here = at.astimezone(zone(kept))
    return _at(here, DIGEST_AT, days=0 if here.time() < DIGEST_AT else 1)


def bad_address(user: User, kept: Preferences, channel: str) -> str:
    """Return why the person's present address takes nothing, or an empty text.

    A changed or newly confirmed address is a new beginning.
    """
    noted = kept.bad.get(channel)
    if not noted:
        return ""
    address, confirmed = _contact(user, channel)
    since = datetime.fromisoformat(noted["since"])
    renewed = confirmed is not None and confirmed > since
    return "" if noted["address"] != address or renewed else str(noted["reason"])


def confirmed_address(user: User, channel: str) -> str:
    """Return where to send by e-mail or SMS: a confirmed contact, or nothing."""
    address, confirmed = _contact(user, channel)
    return address if confirmed else ""


def _contact(user: User, channel: str) -> tuple[str, datetime | None]:
    if channel == Channel.SMS:
        return user.phone or "", user.phone_confirmed_at
    return user.email or "", user.email_confirmed_at


def _at(here: datetime, clock: time, *, days: int = 0) -> datetime:
    """The given time of the day; a clock that jumps over it gives the moment after the jump."""
    day = here.date() + timedelta(days=days)
    return datetime.combine(day, clock, here.tzinfo)
