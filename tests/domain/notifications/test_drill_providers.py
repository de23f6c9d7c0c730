"""Two SMS providers and a mail server that fail in every way: each gets each message once."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.domain.notifications import failing_world
from tests.domain.notifications.test_drill import House, database_url, house_folder
from tests.simulated import outside_world

pytestmark = pytest.mark.drill
COUNT = 150
__all__ = ["database_url", "house_folder"]


@pytest.fixture(scope="module")
def house(house_folder: Path, database_url: str) -> Iterator[House]:
    folder = house_folder
    with (
        outside_world(folder) as world,
        closing(House(folder, database_url, world, two_providers=True)) as one,
    ):
        yield one


def test_nothing_is_lost_or_doubled_between_two_providers(house: House) -> None:
    counted = failing_world.run(house, "two", count=COUNT, within=120)
    assert set(counted.states) <= {"sent", "failed"}
    assert counted.states.total() == COUNT
    assert counted.states["sent"] > COUNT * 0.95
    assert (counted.lost, counted.doubled) == ([], [])
    assert counted.handed_over > len(counted.arrived), "no answer was lost: the drill saw nothing"


def test_the_drill_sees_doubles_of_a_careless_fail_over(house: House) -> None:
    """Control: workers that ask another provider when nobody knows are found out."""
    lost = (("lost", 0.4, 0.0),)
    counted = failing_world.run(
        house, "careless", count=80, within=90, kind="careless", shares=lost
    )
    assert counted.doubled
