"""What this room keeps about a person: faults of their record, nothing of the account."""

from oms.domain.accounts.models import User
from oms.domain.accounts.personal_data import Keeper, Portion, rows
from oms.domain.quality.models import Finding


def _collect(user: User) -> Portion:
    found = Finding.objects.filter(person__user=user).order_by("found_at")
    return Portion(rows(found, "text", "found_at", "gone_at"))


KEEPERS = (
    Keeper(
        code="quality",
        title="Проверки качества вашей записи в реестре",
        basis="326-ФЗ, ст. 44",
        order=12,
        count=lambda user: Finding.objects.filter(person__user=user).count(),
        collect=_collect,
        kept_because="Так фонд и страховая находят и исправляют ошибки в записи о страховании",
    ),
)
