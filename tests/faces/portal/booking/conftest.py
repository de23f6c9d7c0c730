"""A clinic with a doctor and free times, as the portal's pages show it. Monday noon in Moscow."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests import factories, visits

from oms.domain.accounts.models import User
from oms.domain.booking.models import Appointment, Slot
from oms.domain.directory.models import Position
from oms.domain.register.models import InsuredPerson


@pytest.fixture(autouse=True)
def _the_day_is_fixed() -> Iterator[None]:
    with time_machine.travel(factories.NOON, tick=False):
        yield


@pytest.fixture
def position(db: None) -> Position:
    clinic = visits.clinic(
        "770001", latitude="55.751244", longitude="37.618423", actual_address="Учебная ул., д. 1"
    )
    return visits.position(clinic=clinic, room="12", from_age=0)


@pytest.fixture
def free(position: Position) -> list[Slot]:
    """Four free times of the day after tomorrow but one, from noon by Moscow's clock."""
    return visits.slots(position)


@pytest.fixture
def booked(free: list[Slot], insured_anna: InsuredPerson) -> Appointment:
    return visits.booked(free[0], insured_anna)


@pytest.fixture
def near(position: Position, insured_anna: InsuredPerson) -> Appointment:
    """A visit of the next day: the clinic decides about it."""
    return visits.booked(visits.slot(position, factories.NOON + timedelta(hours=5)), insured_anna)


@pytest.fixture
def her(anna: User, insured_anna: InsuredPerson, entered: Callable[[User], Client]) -> Client:
    return entered(anna)


def day_path(slot: Slot) -> str:
    """The page with the free times of a slot's day."""
    position = slot.position
    return f"/doctors/{position.doctor_id}/{slot.starts_at.date()}/?place={position.pk}"


def take(client: Client, slot: Slot, **more: Any) -> Any:
    """Press the button of a time, in a form with a key of its own."""
    return client.post(day_path(slot), {"slot": slot.pk, "key": "k" * 20, **more})
