"""A clinic with doctors and free times, for tests of booking. Monday noon in Moscow is `NOON`."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from oms.domain.accounts.models import Role, User
from oms.domain.booking import actions
from oms.domain.booking.models import Appointment, Quota, Slot
from oms.domain.directory.models import Doctor, MedicalOrganization, Position
from oms.domain.register.models import InsuredPerson
from tests import factories
from tests.factories import NOON

_numbers = count(1)
LENGTH = timedelta(minutes=15)
FAR = NOON + timedelta(days=3)
"""Far enough that a visit may be cancelled by oneself."""


def clinic(code: str = "770001", **values: Any) -> MedicalOrganization:
    name = f"Поликлиника {code}"
    defaults = {"region": factories.region(code[:2]), "full_name": name, "short_name": name}
    found = MedicalOrganization.objects.get_or_create(code=code, defaults=defaults | values)
    return found[0]


def doctor(**values: Any) -> Doctor:
    n = next(_numbers)
    names = {"family_name": "Врачева", "given_name": "Ольга", "patronymic": "Петровна"}
    return Doctor.objects.create(**({"code": f"D{n}", "sex": 2} | names | values))


def position(speciality: str = "therapy", **values: Any) -> Position:
    whose = {"doctor": values.pop("doctor", None) or doctor()}
    where = {"clinic": values.pop("clinic", None) or clinic()}
    return Position.objects.create(speciality=speciality, **whose, **where, **values)


def slot(of: Position | None = None, at: datetime = FAR, **values: Any) -> Slot:
    place = of or position()
    ends_at = values.pop("ends_at", at + LENGTH)
    return Slot.objects.create(
        position=place, doctor=place.doctor, starts_at=at, ends_at=ends_at, **values
    )


def slots(of: Position | None = None, number: int = 4, at: datetime = FAR) -> list[Slot]:
    place = of or position()
    return [slot(place, at + n * LENGTH) for n in range(number)]


def registrar(code: str = "770001", **values: Any) -> User:
    return factories.user(role=Role.REGISTRAR, organization=f"clinic:{code}", **values)


def patient() -> InsuredPerson:
    """An insured person with a cabinet."""
    return factories.insured(factories.user())


def ask(place: Slot | int, person: InsuredPerson, **values: Any) -> dict[str, Any]:
    """What `hold` and `book` are asked with by the person themself, under a fresh key."""
    assert person.user is not None
    asked = {"slot": place, "person": person, "by": person.user.actor, "user": person.user}
    defaults = {"channel": Quota.INTERNET, "key": f"key-{next(_numbers)}", "at": NOON}
    return asked | defaults | values


def booked(place: Slot | None = None, person: InsuredPerson | None = None, **values: Any) -> Any:
    return actions.book(**ask(place or slot(), person or patient(), **values))


def is_free(place: Slot, at: datetime = NOON) -> bool:
    return Slot.objects.free(at=at).filter(pk=place.pk).exists()


def state(row: Appointment) -> str:
    return str(Appointment.objects.values_list("state", flat=True).get(pk=row.pk))
