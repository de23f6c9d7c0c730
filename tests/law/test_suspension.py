from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.law import dates, reporting, suspension
from oms.law.facts import PersonFacts, PersonState, PolicyState

TODAY = date(2026, 11, 22)


def person(**facts) -> PersonFacts:
    known = {"insurer": "77001", "policy_state": PolicyState.ACTIVE}
    return PersonFacts(**{"birth_date": date(2005, 5, 1), **known, **facts})


@pytest.mark.parametrize(
    ("facts", "begins", "until", "codes"),
    [
        ({}, date(2026, 11, 1), None, []),
        ({}, date(2026, 11, 1), date(2027, 11, 1), []),
        ({}, date(2026, 12, 30), date(2026, 12, 30), ["service-over"]),
        ({}, date(2025, 1, 1), TODAY, ["service-over"]),
        ({}, date(2027, 2, 20), None, []),
        ({}, date(2027, 2, 21), None, ["service-too-far"]),
        ({"policy_state": PolicyState.SUSPENDED}, TODAY, None, ["policy-suspended"]),
        ({"state": PersonState.SUSPENDED}, TODAY, None, ["policy-suspended"]),
        ({"insurer": ""}, TODAY, None, ["not-insured"]),
    ],
)
def test_when_insurance_is_suspended(facts, begins, until, codes) -> None:
    found = suspension.may_suspend(person(**facts), begins_on=begins, until=until, on=TODAY)
    assert [refusal.code for refusal in found] == codes


@pytest.mark.parametrize(
    ("facts", "ended", "codes"),
    [
        ({}, TODAY, ["not-suspended"]),
        ({"policy_state": PolicyState.SUSPENDED}, TODAY, []),
        ({"state": PersonState.SUSPENDED}, None, []),
        ({"state": PersonState.SUSPENDED}, TODAY + timedelta(days=1), ["service-not-over"]),
    ],
)
def test_when_it_goes_on(facts, ended, codes) -> None:
    found = suspension.may_resume(person(**facts), ended_on=ended, on=TODAY)
    assert [refusal.code for refusal in found] == codes


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(1, 120))
def test_months_end_on_the_same_day_or_the_last_of_a_shorter_month(day, months) -> None:
    later = dates.months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (
        later.day < day.day and (later + timedelta(days=1)).month != later.month
    )


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(0, 90))
def test_a_report_within_a_month_is_in_time(changed, later) -> None:
    on = changed + timedelta(days=later)
    assert ("вовремя" in reporting.told(changed, on=on)) is (on <= reporting.report_by(changed))
    assert "штраф" not in reporting.told(changed, on=on)
