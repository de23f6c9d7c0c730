"""Looks into the directory of the demo world, and days moved by decrees."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oms.domain.directory import actions, queries, synthetic
from oms.domain.directory.models import DayOverride, Insurer, Region
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.law.facts import InsurerFacts

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
TODAY = AT.date()


@pytest.fixture
def _demo(db: None) -> None:
    synthetic.seed(at=AT)


@pytest.mark.usefixtures("_demo")
def test_only_insurers_in_force_are_offered_in_one_query() -> None:
    with CaptureQueriesContext(connection) as made:
        offered = queries.insurers(region="77", on=TODAY)
    assert len(made) == 1
    assert {found.code for found in offered} == {"77901", "77902", "77903"}
    names = [found.short_name for found in offered]
    assert names == sorted(names)
    before_both_ended = queries.insurers(region="77", on=date(2025, 12, 31))
    assert {found.code for found in before_both_ended} - {f.code for f in offered} == {
        "77904",
        "77905",
    }
    assert queries.insurers(region="77", on=date(2015, 1, 1)) == []


@pytest.mark.parametrize(
    ("change", "first", "last"),
    [
        ({"included_on": date(2026, 3, 1)}, date(2026, 3, 1), None),
        ({"excluded_on": date(2026, 3, 2)}, None, date(2026, 3, 1)),
        ({"licence_from": date(2026, 3, 1)}, date(2026, 3, 1), None),
        ({"licence_until": date(2026, 3, 1)}, None, date(2026, 3, 1)),
        ({}, None, None),
    ],
)
@pytest.mark.django_db
def test_the_list_and_the_facts_agree_on_the_first_and_the_last_day(
    change: dict[str, date], first: date | None, last: date | None
) -> None:
    Region.objects.create(code="77", okato="45000", name="г. Москва")
    insurer = Insurer.objects.create(code="77999", region_id="77", short_name="Проба", **change)
    facts = queries.insurer_facts(insurer=insurer)
    for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)):
        expected = (first is None or first <= day) and (last is None or day <= last)
        assert bool(queries.insurers(region="77", on=day)) is expected
        assert _works(facts, day) is expected


def _works(facts: InsurerFacts, day: date) -> bool:
    return facts.included_from <= day and (facts.excluded_on is None or day < facts.excluded_on)


@pytest.mark.usefixtures("_demo")
@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("поликлиника № 901", {"779901"}),
        ("ДЕТСКАЯ поликлиника", {"779904", "779905", "779906"}),
        ("наглядная", {"779905"}),
        ("779907", {"779907"}),
        ("родильный «дом»", {"779908"}),
        ("школьных  тетрадёй", {"779904"}),
        ("эндокринология центр", {"779909"}),
        ("нет такой", set()),
        ("%", {f"7799{n:02}" for n in range(1, 10)}),
    ],
)
def test_clinics_are_found_by_name_code_place_and_speciality(text: str, codes: set[str]) -> None:
    assert {found.code for found in queries.clinics(region="77", text=text)} == codes


@pytest.mark.usefixtures("_demo")
def test_a_speciality_is_matched_whole_and_pages_do_not_overlap() -> None:
    dental = queries.clinics(region="66", speciality="Стоматология детская")
    assert [found.code for found in dental] == ["669906"]
    assert queries.clinics(region="66", speciality="детская") == []
    assert "Стоматология детская" in queries.specialities(region="66")
    pages = [
        {found.code for found in queries.clinics(region="66", limit=4, offset=offset)}
        for offset in (0, 4, 8)
    ]
    assert [len(page) for page in pages] == [4, 4, 1]
    assert len(set.union(*pages)) == 9
    assert queries.clinics(region="66", on=date(2018, 3, 31)) == []
    assert len(queries.clinics(region="66", on=date(2018, 4, 1))) == 9


@pytest.mark.usefixtures("_demo")
def test_regional_days_win_over_the_country_and_stay_in_their_region() -> None:
    day = date(2026, 12, 30)
    assert queries.calendar(region="66").is_working(day) is False
    assert queries.calendar(region="77").is_working(day) is True
    actions.set_day_override(
        day=day, region=None, is_working=False, basis="Постановление", by=SYSTEM, at=AT
    )
    actions.set_day_override(day=day, region="66", is_working=True, basis="Указ", by=SYSTEM, at=AT)
    assert queries.calendar(region="66").is_working(day) is True
    assert queries.calendar(region="77").is_working(day) is False
    assert queries.calendar(region=None).is_working(day) is False
    actions.clear_day_override(day=day, region=None, by=SYSTEM, at=AT)
    assert queries.calendar(region="77").is_working(day) is True


@pytest.mark.django_db
def test_a_day_needs_a_basis_and_a_region_and_is_journaled_once() -> None:
    def move(region: str | None, basis: str) -> DayOverride:
        return actions.set_day_override(
            day=TODAY, region=region, is_working=True, basis=basis, by=SYSTEM, at=AT
        )

    with pytest.raises(actions.NoBasis):
        move(None, "  ")
    with pytest.raises(actions.UnknownRegion):
        move("98", "Указ")
    assert move(None, "Указ").pk == move(None, " Указ ").pk
    assert [entry.act for entry in Entry.objects.all()] == ["day.override"]


@pytest.fixture
def _forgotten() -> Iterator[None]:
    queries.forget_calendars()
    yield
    queries.forget_calendars()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_forgotten")
def test_the_calendar_is_kept_until_a_day_is_moved() -> None:
    day = date(2026, 11, 24)
    assert queries.calendar(region=None).is_working(day)
    with CaptureQueriesContext(connection) as made:
        assert queries.calendar(region=None).is_working(day)
    assert len(made) == 0
    actions.set_day_override(
        day=day, region=None, is_working=False, basis="Постановление", by=SYSTEM, at=AT
    )
    assert not queries.calendar(region=None).is_working(day)
