"""What is over is forgotten by itself; what still protects somebody is not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils.module_loading import autodiscover_modules
from tests import factories as make

from oms.domain.accounts import limits, sign_in
from oms.domain.accounts.models import Counter, OneTimeCode, Registration, Visit
from oms.domain.accounts.tasks import forget_stale
from oms.kit.tasks import PERIODIC

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def leave_traces(at: datetime, mark: str) -> None:
    Registration.objects.create(
        key=mark, family_name="К", given_name="А", birth_date=at.date(), phone="+79000000000",
        email="a@people.example", password="!", consents={}, created_at=at,
    )  # fmt: skip
    OneTimeCode.objects.create(key=mark, purpose="phone", address="a", created_at=at, expires_at=at)
    Session.objects.create(session_key=mark, session_data="", expire_date=at + DAY / 2)
    Visit.objects.create(user=make.user(), session_key=mark, started_at=at)


def test_traces_are_forgotten_when_they_are_over() -> None:
    leave_traces(NOW - 2 * DAY, "old")
    leave_traces(NOW - DAY / 4, "new")
    forget_stale(at=NOW)
    assert Registration.objects.get().key == "new"
    assert OneTimeCode.objects.get().key == "new"
    assert Session.objects.get().session_key == "new"
    assert Visit.objects.get().session_key == "new"


def test_a_closed_password_stays_closed() -> None:
    for scope, wait in ((sign_in.ACCOUNT.scope, NOW + limits.NEVER), (sign_in.NAME.scope, None)):
        Counter.objects.create(scope=scope, key="k", count=9, last_at=NOW - 99 * DAY,
                               wait_until=wait)  # fmt: skip
    forget_stale(at=NOW)
    assert Counter.objects.get().scope == sign_in.ACCOUNT.scope


def test_workers_know_of_it() -> None:
    autodiscover_modules("tasks")
    assert "oms.domain.accounts.tasks.forget_stale" in PERIODIC
