"""A clinic with doctors and times, and its program; answers are held against R4B as they come."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from fhir.resources.R4B import get_fhir_model_class
from tests import factories as make
from tests import visits

from oms.domain.accounts import clients
from oms.domain.accounts.models import ApiClient
from oms.domain.journal.actions import SYSTEM

NOW = make.NOON
SCOPES = ("system/Appointment.*", "system/Patient.read")
SYSTEM_OF_POLICY = "http://fhir.ru/ig/core/systems/oms"


class Api:
    """A program: every answer with a body must be a valid resource, or the test fails."""

    def __init__(self, client: ApiClient | None, token: str = "") -> None:
        self.client, self.token = client, token
        self.django = Client()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {"HTTP_" + name.upper(): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("HTTP_AUTHORIZATION", f"Bearer {self.token}")
        kind = sent.pop("HTTP_CONTENT_TYPE", "application/fhir+json")
        data = body if isinstance(body, str | bytes) else "" if body is None else json.dumps(body)
        answer = self.django.generic(method, f"/fhir/r4/{path}", data, content_type=kind, **sent)
        assert not answer.cookies
        if answer.content:
            assert answer.headers["Content-Type"] == "application/fhir+json; charset=utf-8"
            answer.resource = json.loads(answer.content)
            valid(answer.resource)
        if answer.status_code >= 400:
            assert answer.resource["resourceType"] == "OperationOutcome"
        return answer

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def found(self, path: str, mode: str = "match") -> list[dict[str, Any]]:
        answer = self.get(path)
        assert answer.status_code == 200, answer.content.decode()
        entries = answer.resource.get("entry", [])
        return [one["resource"] for one in entries if one["search"]["mode"] == mode]

    def ids(self, path: str) -> list[str]:
        return [one["id"] for one in self.found(path)]


def valid(resource: dict[str, Any]) -> None:
    model = get_fhir_model_class(resource["resourceType"])
    made = json.loads(model.model_validate(resource).model_dump_json())
    assert set(made) == set(resource)


@pytest.fixture(autouse=True)
def _now(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    if "live_server" in request.fixturenames:  # others' programs go by the real clock
        settings.BASE_URL = request.getfixturevalue("live_server").url
        yield
        return
    settings.BASE_URL = "http://testserver"
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def program() -> Callable[..., Api]:
    def made(code: str = "770001", scopes: tuple[str, ...] = SCOPES) -> Api:
        visits.clinic(code)
        client, token = clients.make(
            name="МИС", organization=f"clinic:{code}", scopes=scopes, by=SYSTEM, at=NOW
        )
        ApiClient.objects.filter(pk=client.pk).update(last_used_at=NOW)
        return Api(client, token)

    return made


@pytest.fixture
def api(program: Callable[..., Api]) -> Api:
    return program()


@pytest.fixture
def anybody() -> Api:
    return Api(None)


def broken(_get_response: Any) -> Any:
    """A middleware that crashes."""

    def handle(_request: Any) -> Any:
        raise RuntimeError

    return handle


def wanted(slot: Any, person: Any, **more: Any) -> dict[str, Any]:
    """An Appointment as a program asks for it."""
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "slot": [{"reference": f"Slot/{slot.pk}"}],
        "participant": [
            {
                "actor": {"identifier": {"system": SYSTEM_OF_POLICY, "value": person.enp}},
                "status": "accepted",
            },
            {
                "actor": {"reference": f"Practitioner/{slot.doctor_id}"},
                "status": "accepted",
            },
        ],
        **more,
    }


MINUTE = timedelta(minutes=1)
