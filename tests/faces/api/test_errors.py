"""Every no, from the address to the crash, is an OperationOutcome in plain Russian."""

from typing import Any

import pytest
from django.test import Client
from tests import factories as make
from tests import visits
from tests.faces.api.conftest import MINUTE, NOW, Api
from tests.signing_in import sign_in

from oms.domain.accounts import clients
from oms.domain.accounts.models import Counter
from oms.domain.journal.actions import SYSTEM
from oms.faces.api.fhir import door, searching, views

pytestmark = pytest.mark.django_db
ASKED = [
    ("GET", "", 404, {}),
    ("POST", "", 404, {}),
    ("GET", "Slot/1/_history/1", 404, {}),
    ("GET", "Coverage", 404, {}),
    ("GET", "Slot/987654321", 404, {}),
    ("GET", "Slot/abc", 404, {}),
    ("GET", "Slot/99999999999999999999999", 404, {}),
    ("GET", "Organization/%00", 404, {}),
    ("DELETE", "Slot/1", 405, {}),
    ("POST", "Slot", 405, {}),
    ("OPTIONS", "Slot", 405, {}),
    ("GET", "Slot/_search", 405, {}),
    ("POST", "metadata", 405, {}),
    ("GET", "metadata", 406, {"accept": "application/fhir+xml"}),
    ("GET", "metadata?_format=xml", 406, {}),
    ("GET", "metadata", 406, {"accept": "application/json;q=0"}),
    ("POST", "Slot/_search", 415, {}),
    ("GET", "Slot?start=yesterday", 400, {}),
    ("GET", "Slot?start=ge2026-13-01", 400, {}),
    ("GET", "Slot?start=9999-12-31", 400, {}),
    ("GET", "Slot?start:missing=true", 400, {}),
    ("GET", "Slot?_sort=start", 400, {}),
    ("GET", "Slot?_count=many", 400, {}),
    ("GET", "Slot?_count=-1", 400, {}),
    ("GET", "Slot?colour=red", 400, {"prefer": "handling=strict"}),
    ("GET", "Slot?_sort=colour", 400, {"prefer": "respond-async, handling=strict"}),
    ("GET", "Organization?name=%00", 400, {}),
    ("GET", "Appointment", 401, {}),
    ("GET", "Patient?identifier=1", 401, {}),
    ("POST", "Appointment", 401, {}),
    ("GET", "Slot", 401, {"authorization": "Bearer wrong"}),
    ("GET", "Slot", 401, {"authorization": "Bearer"}),
    ("GET", "Slot", 401, {"authorization": "Basic dXNlcjpwYXNz"}),
]  # fmt: skip
CHANGES = ("PUT", "PATCH")
BODIES = [
    ("{", 400, "application/fhir+json"),
    ("[" * 100_000, 400, "application/fhir+json"),
    ('{"resourceType": NaN}', 400, "application/fhir+json"),
    (b"\xff", 400, "application/fhir+json"),
    ('{"resourceType": "Appointment", "comment": "\\ud800"}', 400, "application/fhir+json"),
    ('{"resourceType": "Appointment", "comment": "\\u0000"}', 400, "application/fhir+json"),
    ("[]", 400, "application/fhir+json"),
    ("<Appointment/>", 415, "application/fhir+xml"),
    ("a=b", 415, "application/x-www-form-urlencoded"),
    ("x" * 7_000_000, 413, "application/fhir+json"),
]


@pytest.mark.parametrize(("method", "path", "status", "headers"), ASKED)
def test_what_cannot_be_answered_is_an_outcome(
    anybody: Api, method: str, path: str, status: int, headers: dict[str, str]
) -> None:
    """`Api` asks of each refusal that it is a valid OperationOutcome."""
    answer = anybody.ask(method, path, **headers)
    assert answer.status_code == status
    (issue,) = answer.resource["issue"]
    assert issue["severity"] == "error"
    assert any("а" <= letter <= "я" for letter in issue["details"]["text"])
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert ("Allow" in answer.headers) == (status == 405)
    assert not any("access-control" in name.lower() for name in answer.headers)


@pytest.mark.parametrize(("body", "status", "kind"), BODIES)
def test_a_body_that_is_none_is_an_outcome(api: Api, body: Any, status: int, kind: str) -> None:
    assert api.ask("POST", "Appointment", body, content_type=kind).status_code == status


def test_a_search_too_wide_is_refused_and_the_widest_answered(anybody: Api) -> None:
    form = {"content_type": "application/x-www-form-urlencoded"}
    for count, status in ((searching.MOST_VALUES, 200), (searching.MOST_VALUES + 1, 400)):
        names = ",".join(f"аНна-мария {n}" for n in range(count))
        for name in ("Practitioner?name", "PractitionerRole?practitioner.name", "Slot?_id"):
            kind, _, parameter = name.partition("?")
            sent = f"{parameter}={names}"
            assert anybody.ask("POST", f"{kind}/_search", sent, **form).status_code == status
    sent = "&".join(f"a{n}=1" for n in range(501))
    assert anybody.ask("POST", "Slot/_search", sent, **form).status_code == 400


def test_formats_that_mean_json_are_taken(anybody: Api) -> None:
    for accept in ("application/fhir+json; fhirVersion=4.0", "application/json", "*/*",
                   "text/html,application/xhtml+xml,*/*;q=0.8"):  # fmt: skip
        assert anybody.get("metadata", accept=accept).status_code == 200
    for told in ("json", "application/fhir%2Bjson", "application/fhir+json", "application/json"):
        assert anybody.get(f"metadata?_format={told}", accept="text/html").status_code == 200
    assert anybody.ask("HEAD", "metadata").status_code == 200


def test_a_right_that_was_not_given_is_missing(program: Any) -> None:
    reader = program(scopes=("system/Appointment.read",))
    visit = visits.booked()
    assert reader.get(f"Appointment/{visit.pk}").status_code == 200
    writes = [("POST", "Appointment"), *((how, f"Appointment/{visit.pk}") for how in CHANGES)]
    for method, path in (*writes, ("GET", "Patient?identifier=1")):
        assert reader.ask(method, path, {}).status_code == 403
    along = reader.found("Appointment?_include=Appointment:patient", "include")
    assert along == []  # no way round the right to read people


def test_a_withdrawn_token_opens_nothing_at_once(api: Api) -> None:
    assert api.get("Appointment").status_code == 200
    clients.revoke(pk=api.client.pk, by=SYSTEM, at=NOW)
    assert api.get("Appointment").status_code == 401


def test_a_session_of_the_portal_opens_nothing() -> None:
    """Neither a citizen's nor a registrar's: only tokens count, so no other site can use them."""
    for user in (make.user(), visits.registrar()):
        api = Api(None)
        sign_in(api.django, user)
        answer = api.django.get("/fhir/r4/Appointment")
        assert answer.status_code == 401


def test_too_many_requests_wait_for_the_next_minute(
    api: Api, anybody: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "ANYBODY", door.limits.Pace("fhir-address", a_minute=2))
    assert [anybody.get("metadata").status_code for _ in range(3)] == [200, 200, 429]
    refused = anybody.get("metadata")
    assert refused.headers["Retry-After"] == str(60 - NOW.second)
    assert api.get("metadata").status_code == 200  # a program has a pace of its own
    monkeypatch.setattr(door.timezone, "now", lambda: NOW + MINUTE)
    assert anybody.get("metadata").status_code == 200
    assert Counter.objects.get(scope="fhir-address").count == 1


def test_wrong_tokens_are_counted_too(anybody: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "ANYBODY", door.limits.Pace("fhir-address", a_minute=1))
    wrong = {"authorization": "Bearer wrong"}
    assert [anybody.get("Slot", **wrong).status_code for _ in range(2)] == [401, 429]


def test_a_crash_tells_nothing_of_itself(
    anybody: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(_caller: Any) -> Any:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(views.capability, "statement", crash)
    answer = anybody.get("metadata")
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()
    assert "fhir request failed" in caplog.text


def test_errors_before_any_view_are_outcomes_too(anybody: Api, settings: Any) -> None:
    assert anybody.ask("GET", "metadata", host="other.example").status_code == 400
    assert anybody.ask("GET", "../r5/metadata").status_code == 404
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.faces.api.conftest.broken"]
    crashing = Api(None)
    crashing.django.raise_request_exception = False
    assert crashing.get("metadata").status_code == 500


def test_no_cookie_is_needed_or_checked() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/fhir/r4/Appointment", "{}", content_type="application/fhir+json")
    assert answer.status_code == 401
