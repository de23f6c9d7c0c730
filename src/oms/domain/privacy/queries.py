"""What may be asked about a person's data."""

from collections.abc import Sequence
from dataclasses import dataclass

from oms.domain.accounts.models import User
from oms.domain.accounts.personal_data import keepers


@dataclass(frozen=True)
class Stored:
    """One line of the page: what, how much of it, by what right, what becomes of it."""

    title: str
    count: int
    basis: str
    kept_because: str


def stored(*, user: User) -> Sequence[Stored]:
    """Return all that is stored about a person, room by room. One query a room."""
    return tuple(
        Stored(one.title, one.count(user), one.basis, one.kept_because) for one in keepers()
    )
