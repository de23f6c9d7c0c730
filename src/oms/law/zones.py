"""The clock of each region (часовые зоны): a clinic's shifts and visits go by its region's.

Source: федеральный закон от 03.06.2011 № 107-ФЗ «Об исчислении времени», ст. 5 (which zone a
region is in) and the IANA time zone database (how its clock went in the past). Regions are those
of F010 (KOD_TF). Якутия, Сахалин and Красноярск span zones: a region's clock is its capital's.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

MOSCOW = "Europe/Moscow"
_BY_ZONE = {
    "Europe/Kaliningrad": "39",
    "Europe/Simferopol": "85 86",
    "Europe/Volgograd": "34",
    "Europe/Kirov": "43",
    "Europe/Samara": "18 63",
    "Europe/Astrakhan": "30",
    "Europe/Saratov": "64",
    "Europe/Ulyanovsk": "73",
    "Asia/Yekaterinburg": "02 45 56 59 66 72 74 81 83",
    "Asia/Qyzylorda": "84",  # Байконур: by the clock of the place, МСК+2 (соглашение 1995 года)
    "Asia/Omsk": "55",
    "Asia/Barnaul": "04 22",
    "Asia/Krasnoyarsk": "17 19 24",
    "Asia/Novokuznetsk": "42",
    "Asia/Novosibirsk": "54",
    "Asia/Tomsk": "70",
    "Asia/Irkutsk": "03 38",
    "Asia/Chita": "75",
    "Asia/Yakutsk": "14 28",
    "Asia/Vladivostok": "25 27 79",
    "Asia/Sakhalin": "65",
    "Asia/Magadan": "49",
    "Asia/Kamchatka": "41",
    "Asia/Anadyr": "82",
}
ZONES: Mapping[str, str] = MappingProxyType(
    {code: name for name, codes in _BY_ZONE.items() for code in codes.split()}
)
"""IANA names by region; the others, ДНР, ЛНР, Запорожская and Херсонская too, go by Moscow's."""


def zone(region: str) -> ZoneInfo:
    """Return the clock of a region (KOD_TF of F010); Moscow's for a code that is not listed.

    >>> zone("66").key, zone("50").key
    ('Asia/Yekaterinburg', 'Europe/Moscow')
    """
    return ZoneInfo(ZONES.get(region, MOSCOW))


def moment(day: date, wall: time, clock: ZoneInfo) -> datetime:
    """Return the moment (with its zone) at which the clock of a place shows this.

    A time the clock jumps over is read by the offset of before the jump; of a time it shows
    twice, the first.

    >>> moment(date(2026, 11, 23), time(9, 30), zone("66")).isoformat()
    '2026-11-23T09:30:00+05:00'
    """
    return datetime.combine(day, wall, tzinfo=clock)


def after_moscow(clock: ZoneInfo, *, at: datetime) -> timedelta:
    """Return how far the clock is ahead of Moscow's at a moment (negative: behind)."""
    ahead = at.astimezone(clock).utcoffset()
    moscow = at.astimezone(ZoneInfo(MOSCOW)).utcoffset()
    assert ahead is not None
    assert moscow is not None
    return ahead - moscow


def name(clock: ZoneInfo, *, at: datetime) -> str:
    """Return how people call the zone at a moment: «МСК», «МСК+2», «МСК−1».

    >>> from datetime import UTC
    >>> name(zone("66"), at=datetime(2026, 11, 23, tzinfo=UTC))
    'МСК+2'
    >>> name(zone("39"), at=datetime(2026, 11, 23, tzinfo=UTC))
    'МСК−1'
    """
    hours, rest = divmod(abs(after_moscow(clock, at=at)), timedelta(hours=1))
    if not hours and not rest:
        return "МСК"
    sign = "+" if after_moscow(clock, at=at) > timedelta(0) else "\N{MINUS SIGN}"
    minutes = f":{rest // timedelta(minutes=1):02}" if rest else ""
    return f"МСК{sign}{hours}{minutes}"
