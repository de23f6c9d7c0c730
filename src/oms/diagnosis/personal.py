"""What the diagnosis keeps about a person."""

from datetime import datetime

from oms.diagnosis.models import Run
from oms.domain.accounts.models import User
from oms.domain.accounts.personal_data import Keeper, Portion, rows


def _collect(user: User) -> Portion:
    found = Run.objects.filter(user=user).order_by("begun_at")
    return Portion(rows(found, "begun_at", "finished_at", "findings"))


def _erase(user: User, _at: datetime) -> None:
    Run.objects.filter(user=user).delete()


KEEPERS = (
    Keeper(
        code="diagnosis",
        title="Проверки «Полиса нет в кабинете»",
        basis="Чтобы помочь вам",
        order=55,
        count=lambda user: Run.objects.filter(user=user).count(),
        collect=_collect,
        erase=_erase,
    ),
)
