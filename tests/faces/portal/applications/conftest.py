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
from oms.domain.directory.models import DeliveryPoint
from oms.domain.notifications.models import Delivery
from oms.domain.papers.models import Paper
from oms.law import case_number

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
    "change-extract": lambda: {"request": {"truth": "on"}},
    "insurance-certificate": lambda: {
        "period": {"span": "year", "year": "2025", "month": "", "begins_on": "", "ends_on": ""}
    },
    "policy-replacement": lambda: {"reason": {"reason": "lost"}},
    "paper-delivery": lambda: {
        "paper": {"paper": PRINTED, "way": "mfc"},
        "place": {"point": "77-mfc-01", "delivery_address": NEW_ADDRESS},
    },
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
FOR_THE_INSURED = {
    "change-insurer", "policy-extract", "change-extract", "insurance-certificate",
    "policy-replacement", "paper-delivery",
}  # fmt: skip
PRINTED = case_number.paper_number(series="В", year=2026, sequence=1)


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
    if service == "paper-delivery" and not Paper.objects.exists():
        _something_to_print(user)


def _something_to_print(user: User) -> None:
    """A paper's row, no bytes behind it, and a place to fetch it."""
    Paper.objects.create(
        number=PRINTED, check_code="7KQM3XPA9RTW2HJZ", kind="policy-extract", key="printed",
        person=user.insured_person, data={}, template_version="2", issued_at=make.NOON,
        state_at=make.NOON, sha256="0" * 64, size=1, signer="Кабинет",
    )  # fmt: skip
    for code, kind in (("77-mfc-01", "mfc"), ("77-mfc-02", "mfc"), ("77-agent-01", "agent")):
        DeliveryPoint.objects.create(
            code=code, kind=kind, region=make.region(), name=f"Пункт {code}", hours="9:00–18:00",
            address="г. Москва, ул. Учебная, д. 1", latitude=55.7, longitude=37.6,
        )  # fmt: skip


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
