"""Booking, moving and cancelling by a program: the promises of the domain in FHIR's words."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import visits
from tests.faces.api.conftest import NOW, Api, wanted

from oms.domain.booking.models import Appointment, Quota
from oms.domain.journal.models import Entry
from oms.faces.api.fhir.patients import patient_id

pytestmark = pytest.mark.django_db


def book(api: Api, slot: Any, person: Any, **headers: str) -> Any:
    return api.ask("POST", "Appointment", wanted(slot, person), **headers)


def denied(answer: Any) -> tuple[int, str]:
    issue = answer.resource["issue"][0]
    coding = issue["details"].get("coding", [{}])
    return answer.status_code, coding[0].get("code") or issue["code"]


def test_a_visit_is_booked_told_and_journaled(api: Api) -> None:
    slot, person = visits.slot(quota=Quota.PHONE), visits.patient()
    body = wanted(slot, person, comment="Кашель", start="2026-10-08T12:00:00+03:00",
                  end="2026-10-08T09:15:00Z", minutesDuration=15)  # fmt: skip
    answer = api.ask("POST", "Appointment", body)
    assert answer.status_code == 201
    row = Appointment.objects.get()
    assert (row.state, row.complaint, row.channel) == ("booked", "Кашель", Quota.REGISTRAR)
    assert answer.headers["Location"].endswith(f"/fhir/r4/Appointment/{row.pk}")
    assert answer.headers["ETag"] == 'W/"0-booked"'
    told = answer.resource
    assert (told["status"], told["comment"]) == ("booked", "Кашель")
    assert told["identifier"][0]["value"] == row.number
    patient = next(one["actor"] for one in told["participant"] if "Patient" in one["actor"]["type"])
    assert patient["reference"] == f"Patient/{patient_id(person.pk)}"
    entry = Entry.objects.get(act="appointment.book")
    assert (entry.actor, entry.organization) == (api.client.key, "clinic:770001")
    assert api.get(f"Slot/{slot.pk}").resource["status"] == "busy"


@pytest.mark.parametrize(
    "key",
    [
        {"idempotency_key": "a-1"},
        {"if_none_exist": "identifier=urn:mis|a-1"},
        {"if_none_exist": "?identifier=urn%3Amis%7Ca-1"},
    ],
)
def test_the_same_request_twice_books_once(api: Api, key: dict[str, str]) -> None:
    (one, two), person = visits.slots(number=2), visits.patient()
    answers = []
    for seconds in range(3):
        with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
            answers.append(book(api, one, person, **key))
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert {answer.resource["id"] for answer in answers} == {str(Appointment.objects.get().pk)}
    assert denied(book(api, two, person, **key)) == (422, "KeyUsed")


def test_keys_of_one_program_are_not_those_of_another(api: Api, program: Any) -> None:
    other, key = program("770002"), {"idempotency_key": "1"}
    there = visits.slot(visits.position("surgery", clinic=visits.clinic("770002")))
    assert book(api, visits.slot(), visits.patient(), **key).status_code == 201
    assert book(other, there, visits.patient(), **key).status_code == 201


def test_what_the_domain_refuses_comes_with_its_name(api: Api) -> None:
    (one, two), person = visits.slots(number=2), visits.patient()
    book(api, one, person)
    assert denied(book(api, one, visits.patient())) == (409, "Taken")
    assert denied(book(api, two, person)) == (409, "OneASpeciality")
    at_once = visits.slot(visits.position("surgery"), one.starts_at)
    overlap = book(api, at_once, person)
    assert denied(overlap) == (409, "Overlap")
    assert overlap.resource["issue"][0]["code"] == "business-rule"  # a lost race is a conflict
    for_children = visits.slot(visits.position("cardiology", below_age=18))
    assert denied(book(api, for_children, visits.patient())) == (422, "WrongAge")
    assert Appointment.objects.count() == 1


def test_a_doctor_by_referral_wants_its_number(api: Api) -> None:
    slot = visits.slot(visits.position("cardiology", needs_referral=True))
    person = visits.patient()
    assert denied(book(api, slot, person)) == (422, "NeedsReferral")
    referral = {"type": "ServiceRequest",
                "identifier": {"system": "urn:oms:referral", "value": "Н-17"}}  # fmt: skip
    answer = api.ask("POST", "Appointment", wanted(slot, person, basedOn=[referral]))
    assert answer.status_code == 201
    assert answer.resource["basedOn"] == [referral]


WRONG = [
    ({"resourceType": "Slot"}, 400, "Appointment.resourceType"),
    ({"status": "proposed"}, 422, "Appointment.status"),
    ({"slot": []}, 422, "Appointment.slot"),
    ({"slot": [{"reference": "Slot/987654321"}]}, 422, "Appointment.slot"),
    ({"slot": "Slot/1"}, 422, "Appointment.slot"),
    ({"participant": []}, 422, "Appointment.participant"),
    ({"participant": {}}, 400, "Appointment.participant"),
    ({"participant": [{}] * 21}, 422, "Appointment.participant"),
    ({"participant": [{"actor": {"reference": "Patient/1"}}]}, 422, "Appointment.participant"),
    ({"basedOn": 7}, 400, "Appointment.basedOn"),
    ({"start": "2026-10-08T10:00:00+03:00"}, 422, "Appointment.start"),
    ({"end": "завтра"}, 422, "Appointment.end"),
    ({"comment": "о" * 301}, 422, None),
    ({"comment": {"a": 1}}, 422, None),
]


@pytest.mark.parametrize(("change", "status", "where"), WRONG)
def test_a_wrong_appointment_is_refused_by_its_element(
    api: Api, change: dict[str, Any], status: int, where: str | None
) -> None:
    body = wanted(visits.slot(), visits.patient()) | change
    answer = api.ask("POST", "Appointment", body)
    assert answer.status_code == status
    assert answer.resource["issue"][0].get("expression", [None]) == [where]
    assert not Appointment.objects.exists()


def test_slot_and_doctor_must_agree(api: Api) -> None:
    slot, person = visits.slot(), visits.patient()
    body = wanted(slot, person)
    body["participant"][1]["actor"]["reference"] = f"Practitioner/{visits.doctor().pk}"
    assert api.ask("POST", "Appointment", body).status_code == 422


def test_a_program_books_at_its_own_clinic_only(api: Api, program: Any) -> None:
    slot = visits.slot(visits.position(clinic=visits.clinic("770002")))
    assert book(api, slot, visits.patient()).status_code == 422
    mine = visits.booked()
    other = program("770002")
    body = api.get(f"Appointment/{mine.pk}").resource | {"status": "cancelled"}
    assert other.ask("PUT", f"Appointment/{mine.pk}", body).status_code == 404


PATCHES = [
    ("PUT", "application/fhir+json", lambda now: now | {"status": "cancelled"}),
    ("PATCH", "application/json-patch+json",
     lambda now: [{"op": "test", "path": "/status", "value": "booked"},
                  {"op": "replace", "path": "/status", "value": "cancelled"},
                  {"op": "add", "path": "/cancelationReason", "value": {"text": "Заболел врач"}}]),
    ("PATCH", "application/merge-patch+json",
     lambda now: {"status": "cancelled", "cancelationReason": {"text": "Заболел врач"}}),
    ("PATCH", "application/json", lambda now: {"status": "cancelled"}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "kind", "change"), PATCHES)
def test_a_visit_is_cancelled_even_an_hour_before(
    api: Api, method: str, kind: str, change: Any
) -> None:
    slot = visits.slot(at=NOW + timedelta(hours=1))
    visit = visits.booked(slot)
    now = api.get(f"Appointment/{visit.pk}")
    path, tag = f"Appointment/{visit.pk}", now.headers["ETag"]
    answer = api.ask(method, path, change(now.resource), content_type=kind, if_match=tag)
    assert answer.status_code == 200, answer.resource
    assert answer.resource["status"] == "cancelled"
    assert answer.headers["ETag"] == 'W/"1-cancelled"'
    assert visits.is_free(slot)
    again = api.ask(method, path, change(now.resource), content_type=kind, if_match=tag)
    assert again.status_code == 412
    assert Entry.objects.filter(act="appointment.cancel").count() == 1


def test_a_visit_is_moved_by_another_slot(api: Api) -> None:
    old, new = visits.slots(number=2)
    visit = visits.booked(old)
    body = api.get(f"Appointment/{visit.pk}").resource
    body["slot"] = [{"reference": f"Slot/{new.pk}"}]  # start and end as they were: of the old one
    answer = api.ask("PUT", f"Appointment/{visit.pk}", body, if_match='W/"0-booked"')
    assert answer.status_code == 200
    told = answer.resource
    assert (told["slot"], told["meta"]["versionId"]) == (
        [{"reference": f"Slot/{new.pk}", "type": "Slot"}], "1-booked",
    )  # fmt: skip
    assert told["identifier"] == body["identifier"]
    assert visits.is_free(old)
    taken = visits.slot()
    visits.booked(taken, visits.patient())
    body["slot"] = [{"reference": f"Slot/{taken.pk}"}]
    assert denied(api.ask("PUT", f"Appointment/{visit.pk}", body)) == (409, "Taken")
    assert Appointment.objects.get(pk=visit.pk).slot_id == new.pk


def test_what_happened_at_the_clinic_is_told(api: Api) -> None:
    visit = visits.booked(visits.slot(at=NOW + timedelta(hours=1)))
    for status in ("arrived", "fulfilled"):
        body = api.get(f"Appointment/{visit.pk}").resource | {"status": status}
        assert api.ask("PUT", f"Appointment/{visit.pk}", body).resource["status"] == status
    assert api.ask("PUT", f"Appointment/{visit.pk}", body | {"status": "booked"}).status_code == 422
    missed = visits.booked(visits.slot(at=NOW + timedelta(hours=2)))
    patch = {"status": "noshow"}
    assert denied(api.ask("PATCH", f"Appointment/{missed.pk}", patch)) == (409, "NotToday")
    with time_machine.travel(NOW + timedelta(hours=2, minutes=15), tick=False):
        answer = api.ask("PATCH", f"Appointment/{missed.pk}", patch)
    assert answer.resource["cancelationReason"] == {"text": "Не пришли"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"id": "1000"}, 400),
        ({"comment": "Другое"}, 422),
        ({"status": "waitlist"}, 422),
        ({"start": "2026-10-08T10:00:00+03:00"}, 422),
        ({"participant": [{"actor": {"reference": "Patient/1"}, "status": "accepted"}]}, 422),
        ({"priority": 1}, 422),
    ],
)
def test_nothing_else_is_changed(api: Api, change: dict[str, Any], status: int) -> None:
    visit = visits.booked()
    body = api.get(f"Appointment/{visit.pk}").resource | change
    assert api.ask("PUT", f"Appointment/{visit.pk}", body).status_code == status
    same = api.get(f"Appointment/{visit.pk}").resource
    assert api.ask("PUT", f"Appointment/{visit.pk}", same).resource == same


@pytest.mark.parametrize(
    ("patch", "status"),
    [
        ([], 400),
        ("x", 400),
        ([{"op": "replace"}], 400),
        ([{"op": "copy", "path": "/status", "from": "/id"}], 400),
        ([{"op": "replace", "path": "status", "value": "cancelled"}], 400),
        ([{"op": "replace", "path": "/status"}], 400),
        ([{"op": "replace", "path": "/nothing/here", "value": 1}], 422),
        ([{"op": "remove", "path": "/slot/7"}], 422),
        ([{"op": "remove", "path": "/status/x"}], 422),
        ([{"op": "test", "path": "/status", "value": "cancelled"}], 412),
        ([{"op": "remove", "path": "/resourceType"}], 400),
        ([{"op": "add", "path": "/slot/-", "value": {"reference": "Slot/1"}}], 422),
        ([{"op": "replace", "path": "/slot/0/reference", "value": "Slot/0"}], 422),
    ],
)
def test_a_wrong_patch_changes_nothing(api: Api, patch: Any, status: int) -> None:
    visit = visits.booked()
    kind = "application/json-patch+json"
    answer = api.ask("PATCH", f"Appointment/{visit.pk}", patch, content_type=kind)
    assert answer.status_code == status
    assert visits.state(visit) == "booked"


def test_a_version_seen_before_is_not_sent_again(api: Api) -> None:
    visit = visits.booked()
    for tag in ('W/"0-booked"', "0-booked"):
        assert api.get(f"Appointment/{visit.pk}", if_none_match=tag).status_code == 304
    assert api.get(f"Appointment/{visit.pk}", if_none_match='W/"1-booked"').status_code == 200


def test_who_wants_no_body_gets_none(api: Api) -> None:
    answer = book(api, visits.slot(), visits.patient(), prefer="return=minimal")
    assert (answer.status_code, answer.content) == (201, b"")


def test_booking_costs_a_fixed_number_of_queries(api: Api) -> None:
    def cost() -> int:
        place = visits.position()
        slot, person = visits.slot(place), visits.patient()
        with CaptureQueriesContext(connection) as made:
            assert book(api, slot, person).status_code == 201
        return len(made)

    first = cost()
    for _ in range(5):
        visits.booked(visits.slot(visits.position("surgery")))
    assert cost() == first
