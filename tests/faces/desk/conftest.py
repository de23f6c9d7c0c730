"""The desk's people and cases: two operators of one insurer, one of another, a fund's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client, override_settings
from tests import factories as make
from tests import visits
from tests.signing_in import sign_in

from oms.cases import actions
from oms.cases.models import Case
from oms.domain.accounts.models import Role, User

NOW = make.NOON + timedelta(hours=2)


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_not_collected() -> Iterator[None]:
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(autouse=True)
def _the_day_is_fixed() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@dataclass(frozen=True)
class Desk:
    """One insurer's desk with a case in the queue."""

    case: Case
    irina: User
    olga: User
    stranger: User
    fund: User

    def client(self, user: User) -> Client:
        return sign_in(Client(), user)

    def taken(self, by: User | None = None, *, at: datetime = make.NOON) -> Case:
        return actions.perform("take", self.case, by=by or self.irina, at=at)


@pytest.fixture
def desk(db: None) -> Desk:
    case = make.submitted()
    return Desk(
        case,
        irina=make.operator(),
        olga=make.operator(family_name="Сидорова", given_name="Ольга", patronymic="Павловна"),
        stranger=make.operator(make.insurer("77002")),
        fund=make.operator(make.fund()),
    )


@pytest.fixture
def staff(db: None) -> Callable[[Role], User]:
    """A member of staff of any role."""

    def hire(role: Role) -> User:
        if role == Role.FUND:
            return make.operator(make.fund())
        if role == Role.INSURER:
            return make.operator()
        if role == Role.REGISTRAR:
            return visits.registrar(visits.clinic().pk)
        body = "insurer:77001" if role == Role.SUPERVISOR else ""
        return make.user(role=role, organization=body)

    return hire
