"""Applications in the portal: a citizen signed in as a browser keeps her."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests import factories as make
from tests.signing_in import sign_in

from oms.cases import actions
from oms.cases.models import Case
from oms.catalog.catalogue import SERVICES
from oms.domain.accounts.models import User
from oms.domain.notifications.models import Delivery

NEW_ADDRESS = "г. Москва, ул. Новая, д. 5, кв. 6"
TYPED: dict[str, Callable[[], dict[str, dict[str, Any]]]] = {
    "issue-policy": make.typed_policy,
    "change-insurer": lambda: {
        **make.typed_change(),
        "reason": {
            "ground": "3",
            "moved_on": "01.09.2026",
            "region": "",
            "residence": NEW_ADDRESS,
        },
    },
    "policy-extract": lambda: {"request": {"truth": "on"}},
    "appeal": lambda: {
        "reasons": {"words": "Дата верна", "wish": ""},
        "confirm": {"truth": "on"},
    },
    "deadline-complaint": lambda: {
        "term": {"words": ""},
        "compensation": {"wanted": "yes", "wish": "Вернуть плату"},
        "confirm": {"truth": "on"},
    },
}
FOR_THE_INSURED = {"change-insurer", "policy-extract"}


@pytest.fixture
def anna(client: Client) -> User:
    user = make.user(email="anna@example.org", email_confirmed_at=make.NOON)
    sign_in(client, user)
    return user


def world(service: str, user: User) -> None:
    """What must be there before the service is open to the user."""
    make.insurer("77001")
    make.insurer("77002")
    if service in FOR_THE_INSURED and not hasattr(user, "insured_person"):
        make.insured(user)


def about(service: str, user: User) -> str:
    """The number of the application it concerns: refused and late; empty for other services."""
    if service not in {"appeal", "deadline-complaint"}:
        return ""
    make.fund()
    found = Case.objects.filter(applicant=user, service="issue-policy").first()
    if found is None:
        by, found = make.operator(make.insurer()), make.submitted(user)
        actions.perform("take", found, by=by, at=make.NOON)
        reasons = [{"code": "suspected-fraud"}]
        late = make.NOON + timedelta(days=20)
        actions.perform("reject", found, by=by, at=late, reasons=reasons)
    return found.number


def empty(service: str, user: User) -> Case:
    """A draft in which nothing is typed yet."""
    world(service, user)
    return make.draft(service, user, about=about(service, user))


def typed(service: str) -> dict[str, dict[str, Any]]:
    """Right answers by step; a service without a row here gets empty pages."""
    given = TYPED[service]() if service in TYPED else {}
    return {step.code: given.get(step.code, {}) for step in SERVICES[service].steps}


def draft(service: str, user: User) -> Case:
    """A draft with every page typed right, the signing page left."""
    world(service, user)
    signing = {step.code for step in SERVICES[service].steps if step.signs}
    pages = {code: values for code, values in typed(service).items() if code not in signing}
    return make.draft(service, user, pages, about=about(service, user))


def submitted(service: str, user: User) -> Case:
    """An application awaiting its decision."""
    world(service, user)
    case = make.draft(service, user, typed(service), about=about(service, user))
    return actions.perform("submit", case, by=user, at=make.NOON)


def code() -> str:
    """The code of the last SMS."""
    found = re.search(r"\d{6}", Delivery.objects.filter(channel="sms").latest("pk").text)
    assert found
    return found[0]
