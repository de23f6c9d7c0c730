"""A clinic's day in the middle: two doctors, people booked, come, late, not come."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from tests import factories as make
from tests import visits
from tests.faces.desk.conftest import NOW
from tests.signing_in import sign_in

from oms.domain.accounts.models import User
from oms.domain.booking.day_sheet import Sheet, day_sheet
from oms.domain.booking.models import Appointment, Slot
from oms.domain.directory.models import Position
from oms.domain.register.models import InsuredPerson


@dataclass(frozen=True)
class Clinic:
    """A registrar and what they see. It is 14:00 in Moscow; slots go from 13:10 on."""

    zoya: User
    client: Client
    therapist: Position
    surgeon: Position
    slots: list[Slot]
    anna: InsuredPerson

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return text_of(answer)

    def sheet(self, at: datetime = NOW) -> Sheet:
        return day_sheet(clinic=self.therapist.clinic, day=NOW.date(), at=at)

    def booked(self, slot: Slot, person: InsuredPerson | None = None) -> Appointment:
        """Somebody booked long before: what stands at the window of the registrar."""
        return visits.booked(slot, person or visits.patient(), at=NOW - timedelta(days=2))


def text_of(answer) -> str:
    return str(answer.content.decode().replace("\N{NO-BREAK SPACE}", " "))


@pytest.fixture
def clinic(db: None) -> Clinic:
    zoya = visits.registrar(family_name="Миронова", given_name="Зоя", patronymic="Ивановна")
    therapist = visits.position(
        doctor=visits.doctor(family_name="Лебедева", given_name="Нина"), room="12"
    )
    surgeon = visits.position(
        "surgery", doctor=visits.doctor(family_name="Гончаров", given_name="Пётр", sex=1)
    )
    slots = visits.slots(therapist, 8, at=NOW - timedelta(minutes=50))
    visits.slots(surgeon, 4, at=NOW)
    anna = make.insured(
        make.user(family_name="Климова", given_name="Анна", patronymic="Викторовна")
    )
    return Clinic(zoya, sign_in(Client(), zoya), therapist, surgeon, slots, anna)


@pytest.fixture
def time_machine_at() -> Callable[[datetime], AbstractContextManager[object]]:
    """Go on at another moment."""
    return lambda moment: time_machine.travel(moment, tick=False)
