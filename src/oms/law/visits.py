"""Rules of booking a doctor (запись к врачу).

Source: requirements BKG-2, BKG-4, BKG-6; programme of state guarantees (ПГГ): a therapist or
paediatrician within 24 hours, other doctors within 14 working days. Holding, lateness, how near
a visit may be cancelled by oneself and how many visits one may have ahead are the house's
configuration (`Rules`), the same for every clinic unless it sets its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType


@dataclass(frozen=True)
class Rules:
    """What is agreed of times and counts."""

    hold: timedelta = timedelta(minutes=10)
    late: timedelta = timedelta(minutes=15)
    near: timedelta = timedelta(hours=24)
    """From here on a visit is cancelled or moved by request only."""
    offer: timedelta = timedelta(minutes=30)
    """How long a freed slot is kept for the first of the waiting list."""
    rebooking: timedelta = timedelta(hours=24)
    """How long another time is kept for who lost a visit with a closed day."""
    ahead_days: int = 14
    visits_ahead: int = 5
    """Booked visits a person may have ahead; one for each speciality."""
    holds: int = 1
    """Slots a person may hold at once."""


RULES = Rules()


@dataclass(frozen=True)
class Service:
    """What a slot is for: its title and the usual length in minutes."""

    code: str
    title: str
    minutes: int


SERVICES: Mapping[str, Service] = MappingProxyType(
    {
        one.code: one
        for one in (
            Service("visit", "Приём врача", 15),
            Service("first", "Первичный приём", 20),
            Service("paper", "Справка или рецепт", 10),
            Service("checkup", "Осмотр и диспансеризация", 30),
        )
    }
)
"""By code; a shift may set another length."""


def fits_age(age: int, *, from_age: int, below_age: int) -> bool:
    """Tell whether somebody of these full years is seen by a doctor of these limits.

    >>> fits_age(17, from_age=0, below_age=18), fits_age(18, from_age=0, below_age=18)
    (True, False)
    """
    return from_age <= age < below_age
