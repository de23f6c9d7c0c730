"""What the confirmations of identity keep about a person."""

from datetime import datetime

from oms.domain.accounts.models import User
from oms.domain.accounts.personal_data import Keeper, Portion, rows
from oms.domain.identity.models import Confirmation


def _collect(user: User) -> Portion:
    tries = Confirmation.objects.filter(user=user).order_by("began_at")
    names = ("method", "state", "began_at", "state_at", "fields", "reason")
    return Portion(rows(tries, *names))


def _erase(user: User, _at: datetime) -> None:
    Confirmation.objects.filter(user=user).delete()


KEEPERS = (
    Keeper(
        code="identity",
        title="Подтверждения личности",
        basis="По вашему согласию",
        order=50,
        count=lambda user: Confirmation.objects.filter(user=user).count(),
        collect=_collect,
        erase=_erase,
    ),
)
