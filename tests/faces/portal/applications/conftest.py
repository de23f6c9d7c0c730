"""Applications in the portal: a citizen signed in as a browser keeps her."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests import factories as make
from tests.signing_in import sign_in

from oms.cases import actions
from oms.cases.models import Case
from oms.cases.review import application
from oms.catalog.catalogue import SERVICES
from oms.domain.accounts.models import Level, User
from oms.domain.directory.models import DeliveryPoint, MedicalOrganization
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
    "data-update": lambda: {
        "reason": {"reason": "name", "changed_on": "01.09.2026", "words": ""},
        "personal": {
            "family_name": "Соколова",
            "given_name": "Анна",
            "patronymic": "Викторовна",
            "birth_date": "14.03.1985",
            "birth_place": "г. Тверь",
            "sex": "2",
            "snils": "112-233-445 95",
        },
        "document": make.typed_policy()["document"] | {"issued_on": "10.09.2026"},
        "address": make.typed_policy()["address"],
        "contacts": make.typed_policy()["contacts"],
        "employment": {"employment": "1"},
    },
    "error-report": lambda: {
        "value": {"right_value": "Проверина", "explanation": "Так в паспорте"},
        "document": make.typed_policy()["document"],
    },
    "attach-policy": lambda: {"policy": {"way": "photo", "number": ""}},
    "confirm-policy": lambda: {"whom": {"body": "insurer", "words": ""}},
    "clinic-attachment": lambda: {
        "where": {"clinic_why": "wish", "clinic_moved_on": "", "region": "77", "search": ""},
        "clinic": {"clinic": "770001", "starts_on": f"{timezone.localdate():%d.%m.%Y}"},
    },
    "policy-suspension": lambda: {
        "what": {"service_act": "suspend"},
        "service": {
            "service_begins_on": f"{timezone.localdate():%d.%m.%Y}",
            "service_last_day": "",
            "service_months": "12",
        },
        "end": {"service_ended_on": "01.10.2026"},
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
    "policy-replacement", "paper-delivery", "data-update", "error-report", "confirm-policy",
    "clinic-attachment", "policy-suspension",
}  # fmt: skip
ONLY_IF: dict[tuple[str, str], dict[str, dict[str, Any]]] = {
    ("issue-policy", "work"): {
        "person": make.typed_policy()["person"] | {"citizenship": "KGZ"},
        "document": make.typed_policy()["document"]
        | {"document_kind": "9", "document_series": "", "expires_on": "01.01.2030"},
    },
    ("policy-suspension", "end"): {"what": {"service_act": "resume"}},
    **{
        ("data-update", code): {"reason": {"reason": code, "changed_on": "", "words": ""}}
        for code in ("address", "contacts", "employment")
    },
}
"""A page that is asked after other answers than those of `TYPED`: these."""
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
    if service == "attach-policy":
        User.objects.filter(pk=user.pk).update(level=Level.STANDARD)
        user.refresh_from_db()
    if service in {"attach-policy", "confirm-policy", "clinic-attachment"}:
        make.fund()
        MedicalOrganization.objects.get_or_create(
            code="770001", region=make.region(), full_name="ГП № 1", short_name="ГП № 1"
        )
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


def about(service: str, user: User, step: str = "") -> str:
    """What it concerns: a value, or the application refused and late; empty for other services."""
    if service == "error-report":
        return "document" if step == "document" else "family_name"
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


def empty(service: str, user: User, step: str = "") -> Case:
    """A draft in which nothing is typed yet, but what leads to the step."""
    world(service, user)
    case = make.draft(service, user, about=about(service, user, step))
    own = SERVICES[service].steps
    before = [one.code for one in own[: [one.code for one in own].index(step)]] if step else []
    if step and not SERVICES[service].step(step).asked(application(case, on=make.TODAY)):
        for code in before:
            case = actions.save_draft(
                case=case, step=code, typed=typed(service, step)[code], by=user, at=make.NOON
            )
    return case


def typed(service: str, step: str = "") -> dict[str, dict[str, Any]]:
    """Right answers by step, such that `step` is asked; without a row here, empty pages."""
    given = (TYPED[service]() if service in TYPED else {}) | ONLY_IF.get((service, step), {})
    return {step.code: given.get(step.code, {}) for step in SERVICES[service].steps}


def draft(service: str, user: User, step: str = "") -> Case:
    """A draft with every page typed right, so that `step` is asked; the signing page left."""
    world(service, user)
    signing = {one.code for one in SERVICES[service].steps if one.signs}
    given = typed(service, step)
    pages = {code: values for code, values in given.items() if code not in signing}
    return make.draft(service, user, pages, about=about(service, user, step))


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
