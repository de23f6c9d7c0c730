"""The clocks of regions: the table of the law, its history, and walls that stay."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

import oms.domain.directory
from oms.law import zones

F010 = Path(oms.domain.directory.__file__).parent / "nsi" / "F010.xml"
# 107-ФЗ, ст. 5: hours ahead of Moscow → codes of F010 (the rest go by Moscow's clock)
BY_LAW = {
    -1: "39",
    1: "18 30 63 64 73",
    2: "02 45 56 59 66 72 74 81 83 84",
    3: "55",
    4: "04 17 19 22 24 42 54 70",
    5: "03 38",
    6: "14 28 75",
    7: "25 27 79",
    8: "49 65",
    9: "41 82",
}
TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def ahead(region: str, at: datetime) -> float:
    return zones.after_moscow(zones.zone(region), at=at).total_seconds() / 3600


def offset(region: str, at: datetime) -> float:
    there = at.astimezone(zones.zone(region)).utcoffset()
    assert there is not None
    return there.total_seconds() / 3600


def test_every_region_goes_by_the_clock_of_the_law() -> None:
    regions = {row.get("KOD_TF", "") for row in ElementTree.parse(F010).getroot()} | {"85", "86"}
    assert len(regions) == 86
    named = {code: hours for hours, codes in BY_LAW.items() for code in codes.split()}
    assert {code: ahead(code, TODAY) for code in regions} == {
        code: named.get(code, 0) for code in regions
    }
    assert set(zones.ZONES) <= regions
    assert ahead("99", TODAY) == 0, "a region the table does not know goes by Moscow's clock"


@pytest.mark.parametrize(
    ("region", "before", "after", "moved"),
    [
        # 26.10.2014, 02:00: summer time for good is over (248-ФЗ of 2014)
        ("77", 4, 3, "2014-10-25T22:00"),
        ("66", 6, 5, "2014-10-25T20:00"),
        ("39", 3, 2, "2014-10-25T23:00"),
        ("63", 4, 4, "2014-10-25T22:00"),  # Самара stayed
        ("42", 7, 7, "2014-10-25T19:00"),  # Кузбасс stayed
        ("41", 12, 12, "2014-10-25T14:00"),
        ("49", 12, 10, "2014-10-25T14:00"),
        ("75", 10, 8, "2014-10-25T16:00"),
        # regions that chose another zone since
        ("64", 3, 4, "2016-12-03T23:00"),  # Саратов
        ("30", 3, 4, "2016-03-26T23:00"),  # Астрахань
        ("73", 3, 4, "2016-03-26T23:00"),  # Ульяновск
        ("22", 6, 7, "2016-03-26T20:00"),  # Алтай
        ("70", 6, 7, "2016-05-28T20:00"),  # Томск
        ("54", 6, 7, "2016-07-23T20:00"),  # Новосибирск
        ("49", 10, 11, "2016-04-23T16:00"),  # Магадан
        ("65", 10, 11, "2016-03-26T16:00"),  # Сахалин
        ("34", 3, 4, "2018-10-27T23:00"),  # Волгоград to МСК+1 …
        ("34", 4, 3, "2020-12-26T22:00"),  # … and back
        # summer time, the last two changes of it
        ("77", 4, 3, "2010-10-30T23:00"),
        ("77", 3, 4, "2011-03-26T23:00"),
        ("77", 3, 4, "2010-03-27T23:00"),
    ],
)
def test_clocks_of_the_past(region: str, before: int, after: int, moved: str) -> None:
    moment = datetime.fromisoformat(moved).replace(tzinfo=UTC)
    just_before = datetime.fromtimestamp(moment.timestamp() - 60, UTC)
    assert (offset(region, just_before), offset(region, moment)) == (before, after)


@pytest.mark.parametrize("region", sorted({*zones.ZONES, "77"}))
def test_no_clock_of_today_is_moved(region: str) -> None:
    year = {offset(region, datetime(2026, month, 15, tzinfo=UTC)) for month in range(1, 13)}
    assert len(year) == 1


def test_a_wall_time_is_the_same_wall_time_on_both_sides_of_a_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    days = [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)]
    moments = [zones.moment(day, time(9), berlin) for day in days]
    assert [one.hour for one in moments] == [9] * 4
    assert [one.astimezone(UTC).hour for one in moments] == [8, 7, 7, 8]


@pytest.mark.parametrize(
    ("region", "name"),
    [("77", "МСК"), ("39", "МСК−1"), ("63", "МСК+1"), ("82", "МСК+9"), ("00", "МСК")],
)
def test_a_zone_is_called_as_people_call_it(region: str, name: str) -> None:
    assert zones.name(zones.zone(region), at=TODAY) == name
