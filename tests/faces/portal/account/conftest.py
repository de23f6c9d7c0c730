"""What the tests of account pages share: people, and the messages that were sent."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from oms.domain.accounts.models import Role, User
from oms.domain.accounts.synthetic import make_user
from oms.domain.notifications.models import Delivery

PASSWORD = "теплый чайник 42"
NEW_PASSWORD = "семь рыжих лис 9"
TYPED = {
    "family_name": "Климова",
    "given_name": "Анна",
    "patronymic": "",
    "birth_date": "5.11.1990",
    "phone": "8 (900) 123-45-67",
    "email": "Anna@Example.org",
    "password": PASSWORD,
    "terms": "on",
    "personal_data": "on",
}


@pytest.fixture
def boris(db: None) -> User:
    return make_user(
        role=Role.INSURED, phone="+79009876543", email="boris@example.org", password=PASSWORD,
        at=timezone.now() - timedelta(days=30), family_name="Ветров", given_name="Борис",
        snils="11223344595",
    )  # fmt: skip


@pytest.fixture
def operator(db: None) -> User:
    return make_user(
        role=Role.INSURER, organization="insurer:77001", phone="+79005550001",
        email="op@example.org", password=PASSWORD, at=timezone.now() - timedelta(days=30),
        family_name="Орлова", given_name="Вера",
    )  # fmt: skip


def sent(channel: str) -> Delivery:
    """The latest message by a channel."""
    return Delivery.objects.filter(channel=channel).latest("pk")


def code_in(delivery: Delivery) -> str:
    """The six digits of a message."""
    found = re.search(r"\b\d{6}\b", delivery.text)
    assert found, delivery.text
    return found[0]
