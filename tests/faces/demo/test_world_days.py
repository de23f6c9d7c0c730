"""The demo world can be made on any day of the year, at any hour."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone
from tests.faces.demo.times import check_times

from oms.cases.models import Case
from oms.cases.states import State
from oms.faces.demo import world


@pytest.mark.parametrize(
    "now",
    [
        datetime(2027, 1, 1, 0, 5, tzinfo=UTC),
        datetime(2028, 2, 29, 22, 59, tzinfo=UTC),
    ],
    ids=["new year's night", "leap day"],
)
@pytest.mark.django_db
def test_it_can_be_made_on_any_day(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)
    world.create(persons=60, progress=False)
    check_times(now=now)
    assert set(Case.objects.values_list("state", flat=True)) == set(State)
