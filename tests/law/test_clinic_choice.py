from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.law.clinic_choice import AttachmentFacts, ClinicFacts, may_attach, next_choice

TODAY = date(2026, 11, 22)
OLD, NEW = ClinicFacts("770001", "77"), ClinicFacts("770002", "77")
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def since(day: date, clinic: ClinicFacts = OLD) -> list[AttachmentFacts]:
    return [AttachmentFacts(clinic, day)]


@pytest.mark.parametrize(
    ("past", "asked", "codes"),
    [
        ([], {}, []),
        (since(date(2025, 11, 22)), {}, []),
        (since(date(2025, 11, 23)), {}, ["clinic-yearly-limit"]),
        (since(date(2026, 3, 1)), {"moved_on": date(2026, 10, 1)}, []),
        (since(date(2026, 3, 1)), {"moved_on": date(2026, 3, 1)}, ["clinic-move-used"]),
        (since(date(2026, 3, 1)), {"moved_on": date(2026, 11, 23)}, ["move-in-future"]),
        (since(date(2026, 3, 1), ClinicFacts("770001", "77", ends_on=date(2026, 11, 1))), {}, []),
        (since(date(2020, 3, 1), NEW), {}, ["same-clinic"]),
        ([], {"clinic": ClinicFacts("500001", "50")}, ["clinic-other-region"]),
        ([], {"clinic": ClinicFacts("770002", "77", ends_on=date(2026, 11, 1))}, ["clinic-closed"]),
        ([], {"starts_on": TODAY - timedelta(days=1)}, ["clinic-start-date"]),
        ([], {"starts_on": TODAY + timedelta(days=30)}, []),
        ([], {"starts_on": TODAY + timedelta(days=31)}, ["clinic-start-date"]),
    ],
)
def test_who_may_choose_a_clinic(past, asked, codes) -> None:
    told = {"clinic": NEW, "region": "77", "starts_on": TODAY, **asked}
    assert [r.code for r in may_attach(past, on=TODAY, **told)] == codes


@given(DAYS, DAYS)
def test_a_choice_at_wish_is_open_exactly_when_no_day_to_wait_for_is_told(last, on) -> None:
    again = next_choice(since(last), on=on)
    found = {r.code for r in may_attach(since(last), clinic=NEW, region="77", starts_on=on, on=on)}
    assert ("clinic-yearly-limit" in found) is (again is not None)
    if again:
        assert next_choice(since(last), on=again) is None
        assert next_choice(since(last), on=again - timedelta(days=1)) == again
