"""Filters of the queue that an operator has given a name: one's own, nobody else sees them."""

from datetime import datetime

from django.db import IntegrityError, transaction

from oms.cases.deciding import text_of
from oms.cases.models import SavedFilter
from oms.cases.refused import Unfounded
from oms.cases.worklist import FILTERS
from oms.catalog.catalogue import SERVICES
from oms.domain.accounts.models import User

MOST, LONGEST = 20, 40


def of(user: User) -> list[SavedFilter]:
    """One's own, in the order of their names. One query."""
    return list(SavedFilter.objects.visible_to(user).order_by("title"))


def keep(*, title: str, filter: str, service: str, by: User, at: datetime) -> SavedFilter:
    """Keep a filter under a name; the same name again is written over. Raises `Unfounded`."""
    name = " ".join(text_of(title, "Назовите отбор.").split())
    if len(name) > LONGEST:
        raise Unfounded(f"Название отбора: не больше {LONGEST} знаков, сейчас {len(name)}.")
    if filter not in FILTERS or (service and service not in SERVICES):
        raise Unfounded("Такого отбора нет. Выберите его заново.")
    own = SavedFilter.objects.visible_to(by)
    if not own.filter(title=name).exists() and own.count() >= MOST:
        raise Unfounded(f"Отборов уже {MOST}. Удалите лишние.")
    values = {"filter": filter, "service": service, "at": at}
    try:
        with transaction.atomic():
            kept, _ = SavedFilter.objects.update_or_create(user=by, title=name, defaults=values)
    except IntegrityError:  # the same name in another tab
        kept = own.get(title=name)
    return kept


def forget(*, pk: int, by: User) -> None:
    """Forget one's own; one that is gone already stays gone."""
    SavedFilter.objects.visible_to(by).filter(pk=pk).delete()
