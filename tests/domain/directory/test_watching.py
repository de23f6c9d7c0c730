"""Licences and accreditations: how they stand, who is told and how often."""

from datetime import date, datetime, timedelta

import pytest
from tests import factories as make

from oms.domain.directory import changes, opening, watching
from oms.domain.directory.models import MedicalOrganization, OrganizationVersion
from oms.domain.notifications import duty, tasks
from oms.domain.notifications.models import Message

TODAY, AT = make.TODAY, make.NOON


def clinic(number=1, **values):
    return MedicalOrganization.objects.create(
        code=f"77{number:04}", region=make.region(), full_name="Поликлиника",
        short_name=f"Поликлиника {number}", **values,
    )  # fmt: skip


@pytest.mark.django_db
def test_who_is_on_duty_is_told_once_a_step() -> None:
    clinic(accredited_until=TODAY + timedelta(days=70))
    fund = make.operator(make.fund())
    make.operator(make.fund("50"))
    boss = make.user(role="administrator")
    make.user(role="support")
    told = {}
    for day in range(0, 120):
        for _ in range(2 if day % 40 == 0 else 1):
            new = tasks.watch_licences(at=AT + timedelta(days=day))
            if new:
                told[70 - day] = new
    assert told == {60: 2, 30: 2, 7: 2, -1: 2}
    assert set(Message.objects.values_list("user", flat=True)) == {fund.pk, boss.pk}
    first, *_, last = Message.objects.filter(user=boss).order_by("at")
    assert "Осталось: 60\N{NO-BREAK SPACE}дней" in first.body
    assert (first.kind, last.kind, last.link) == (
        "licence-ending", "licence-ended", "/clinics/770001/",
    )  # fmt: skip
    assert "Аккредитация организации Поликлиника 1" in first.body


@pytest.mark.django_db
def test_a_new_term_begins_anew_and_old_harm_is_not_told_at_all() -> None:
    make.user(role="administrator")
    one = clinic(licence_until=TODAY + timedelta(days=5))
    clinic(2, licence_until=TODAY - timedelta(days=31))
    clinic(3, licence_until=TODAY, ends_on=TODAY - timedelta(days=1))
    make.insurer(licence_until=TODAY, excluded_on=TODAY)
    assert duty.watch_licences(at=AT) == 1
    one.licence_until = TODAY + timedelta(days=25)
    one.save()
    assert duty.watch_licences(at=AT) == 1
    names = [row.name for row in watching.watched(on=TODAY)]
    assert names == ["Поликлиника 2", "Поликлиника 1"]


@pytest.mark.django_db
def test_watching_costs_the_same_for_many(django_assert_num_queries) -> None:
    make.user(role="administrator")
    for count in (1, 20):
        for n in range(count):
            clinic(count * 100 + n, licence_until=TODAY + timedelta(days=3))
        duty.watch_licences(at=AT)
        with django_assert_num_queries(4):
            assert duty.watch_licences(at=AT) == 0


@pytest.mark.parametrize(
    ("text", "day", "hours"),
    [
        ("Пн–Пт 8:00–20:00", 0, 24), ("Пн–Пт 8:00–20:00", 5, 0), ("Пн-Сб 9.00-14.30", 5, 11),
        ("Ежедневно 8:00–20:00", 6, 24), ("с 8 до 17", 6, 18), ("Пн, Ср, Пт 9:00–10:00", 4, 2),
        ("Круглосуточно", 3, 48), ("Пн–Пт 20:00–8:00", 0, 0), ("", 0, 0), ("0:00–24:00", 2, 48),
    ],
)  # fmt: skip
def test_hours_are_read_as_people_write_them(text, day, hours) -> None:
    found = opening.week(text)
    assert len(found) in (0, opening.LENGTH)
    assert found[day * 48 : day * 48 + 48].count("1") == hours


def test_a_moment_has_its_place_in_the_week() -> None:
    assert opening.slot(datetime(2026, 10, 5, 0, 0)) == 0
    assert opening.slot(datetime(2026, 10, 11, 23, 59)) == opening.LENGTH - 1


@pytest.mark.django_db
def test_turns_tell_differences_newest_first() -> None:
    said = [{"site": ""}, {"site": "a"}, {"site": "a", "insured_count": 5}, {"site": "b"}]
    days = [date(2020 + n, 1, 1) for n in range(5)]
    for n, fields in enumerate(said):
        OrganizationVersion.objects.create(
            kind="insurer", code="77001", data={"fields": fields}, valid_from=days[n],
            valid_until=days[n + 1] if n < 3 else None,
        )  # fmt: skip
    turns = changes.turns(kind="insurer", code="77001")
    assert [(turn.on.year, [(c.before, c.after) for c in turn.changes]) for turn in turns] == [
        (2023, [("a", "b")]), (2021, [("не указано", "a")]), (2020, []),
    ]  # fmt: skip
    assert turns[-1].first
