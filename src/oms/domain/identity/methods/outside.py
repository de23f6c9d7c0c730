"""An account at a provider that has seen the documents, as ЕСИА has (ACC-14)."""

from datetime import datetime

from oms.domain.accounts.models import User
from oms.domain.identity.method import Availability, Method, Part
from oms.domain.identity.vouching import available as _available


def available(_user: User, _at: datetime) -> Availability:
    """Tell whether such a provider can be asked now."""
    return _available("sign-in")


METHOD = Method(
    code="outside",
    title="Подтверждённая учётная запись",
    summary="Войдите через портал, где ваши документы уже проверили, например Госуслуги.",
    takes="1 минута",
    icon="badge-check",
    order=5,
    gives=frozenset({Part.PERSON}),
    page="identity_outside",
    available=available,
    needs="Вход на тот портал",
)
