from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from oms.domain.accounts.models import User
from oms.gateways import mail, push, sms

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_memory(settings) -> Iterator[None]:
    settings.SMTP_URL = settings.SMS_URL = ""
    settings.BASE_URL = "https://oms.example"
    yield
    mail.MEMORY.clear()
    sms.MEMORY.clear()
    push.MEMORY.clear()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def anna(db) -> User:
    return User.objects.create(
        phone="+79001234567",
        phone_confirmed_at=NOON,
        email="anna@example.ru",
        email_confirmed_at=NOON,
        family_name="Синтетическая",
        given_name="Анна",
        created_at=NOON,
    )
