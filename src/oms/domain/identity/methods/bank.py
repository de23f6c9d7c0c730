"""Bank ID (IDN-5): the bank knows its client; name and birth date must be the profile's."""

from datetime import datetime

from oms.domain.accounts.models import User
from oms.domain.identity.method import Availability, Method, Part
from oms.domain.identity.vouching import available as _available


def available(_user: User, _at: datetime) -> Availability:
    """Tell whether a bank can be asked now."""
    return _available("bank")


METHOD = Method(
    code="bank",
    title="Через банк",
    summary="Войдите в приложение или на сайт своего банка. Банк передаст имя и дату рождения.",
    takes="2 минуты",
    icon="landmark",
    order=35,
    gives=frozenset({Part.PERSON}),
    page="identity_bank",
    available=available,
    needs="Вход в онлайн-банк",
)
