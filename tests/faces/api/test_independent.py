"""Programs we did not write use the API over the wire, with no code of their own for us.

fhirpy and fhirclient know FHIR, not us: what they cannot do here, no hospital system can.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from fhirclient.client import FHIRClient
from fhirclient.models.appointment import Appointment, AppointmentParticipant
from fhirclient.models.fhirreference import FHIRReference
from fhirclient.models.patient import Patient
from fhirclient.models.practitioner import Practitioner
from fhirclient.models.schedule import Schedule
from fhirclient.models.slot import Slot
from fhirpy import AsyncFHIRClient, SyncFHIRClient
from fhirpy.base.exceptions import AuthorizationError, OperationOutcome, ResourceNotFound
from requests import HTTPError
from tests import visits
from tests.faces.api.conftest import SYSTEM_OF_POLICY, Api, wanted

pytestmark = pytest.mark.django_db(transaction=True)


def soon() -> datetime:
    return timezone.now().replace(microsecond=0) + timedelta(days=3)


def visit(client: Any, slot: Any, person: Any) -> Any:
    body = wanted(slot, person)
    return client.resource(body.pop("resourceType"), **body)


@pytest.fixture
def fhirpy(live_server: Any, program: Callable[..., Api]) -> SyncFHIRClient:
    token = program().token
    return SyncFHIRClient(f"{live_server.url}/fhir/r4", authorization=f"Bearer {token}")


@pytest.fixture
def smart(live_server: Any, program: Callable[..., Api]) -> FHIRClient:
    """fhirclient keeps its way in as a state: here it was given a token before."""
    auth = {"auth_type": "oauth2", "auth": {"access_token": program().token}}
    base = {"base_uri": f"{live_server.url}/fhir/r4/"}
    return FHIRClient(state={"app_id": "mis", "server": base | auth})


def test_fhirpy_finds_reads_books_moves_and_cancels(fhirpy: SyncFHIRClient) -> None:
    place, person = visits.position(), visits.patient()
    made = visits.slots(place, 5, at=soon())

    (schedule,) = fhirpy.resources("Schedule").search(actor=f"PractitionerRole/{place.pk}").fetch()
    free = fhirpy.resources("Slot").search(
        schedule=schedule, status="free", start__ge=soon() - timedelta(days=1)
    )
    assert free.count() == 5
    assert [slot["id"] for slot in free.limit(2).fetch()] == [str(row.pk) for row in made[:2]]
    assert len(free.limit(2).fetch_all()) == 5
    bundle = free.include("Slot", "schedule").fetch_raw()
    assert bundle.entry[-1].resource.resourceType == "Schedule"
    patient = fhirpy.resources("Patient").search(
        identifier=f"{SYSTEM_OF_POLICY}|{person.enp}"
    ).get()  # fmt: skip

    first, second = free.limit(2).fetch()
    visit = fhirpy.resource(
        "Appointment",
        status="booked",
        slot=[first.to_reference()],
        start=first["start"],
        end=first["end"],
        participant=[{"actor": patient.to_reference(), "status": "accepted"}],
    )
    visit.save()
    assert visit["identifier"][0]["value"].startswith("З-")
    assert fhirpy.get("Slot", first["id"])["status"] == "busy"

    visit["slot"] = [second.to_reference()]
    visit.save()
    assert (visit["start"], visit["meta"]["versionId"]) == (second["start"], "1-booked")
    assert fhirpy.reference("Slot", first["id"]).to_resource()["status"] == "free"

    visit.patch(status="cancelled")
    assert visit.refresh()["status"] == "cancelled"
    assert free.count() == 5
    own = fhirpy.resources("Appointment").search(patient=patient)
    assert [one["status"] for one in own.fetch()] == ["cancelled"]


def test_fhirpy_is_told_of_a_conflict_as_an_outcome(fhirpy: SyncFHIRClient) -> None:
    (slot,) = visits.slots(number=1, at=soon())
    visit(fhirpy, slot, visits.patient()).save()
    with pytest.raises(OperationOutcome) as refused:
        visit(fhirpy, slot, visits.patient()).save()
    (issue,) = refused.value.resource["issue"]
    assert (issue["code"], "уже занято" in issue["details"]["text"]) == ("conflict", True)
    with pytest.raises(ResourceNotFound):
        fhirpy.get("Slot", "987654321")
    stranger = SyncFHIRClient(fhirpy.url)
    with pytest.raises(AuthorizationError):
        stranger.resources("Appointment").fetch()
    assert stranger.resources("Slot").search(status="busy").count() == 1


def test_fhirpy_makes_one_visit_of_one_identifier(fhirpy: SyncFHIRClient) -> None:
    (slot,), person = visits.slots(number=1, at=soon()), visits.patient()
    once = {"If-None-Exist": "identifier=urn:mis|77"}
    client = SyncFHIRClient(fhirpy.url, fhirpy.authorization, extra_headers=once)
    ids = [visit(client, slot, person).save()["id"] for _ in range(3)]
    assert len(set(ids)) == 1


def test_many_fhirpys_at_once_get_one_slot_once(fhirpy: SyncFHIRClient) -> None:
    (slot,) = visits.slots(number=1, at=soon())
    people = [visits.patient() for _ in range(6)]
    client = AsyncFHIRClient(fhirpy.url, authorization=fhirpy.authorization)

    # SQLite's database of tests lies in memory, where writers do not wait but fail
    at_once = asyncio.Semaphore(6 if connection.vendor == "postgresql" else 1)

    async def ask(person: Any) -> Any:
        async with at_once:
            return await visit(client, slot, person).save()

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*map(ask, people), return_exceptions=True)

    answers = asyncio.run(all_at_once())
    refused = [one for one in answers if isinstance(one, OperationOutcome)]
    assert len(refused) == 5
    assert {one.resource["issue"][0]["code"] for one in refused} == {"conflict"}


def test_fhirclient_finds_reads_books_and_cancels(smart: FHIRClient) -> None:
    place, person = visits.position(), visits.patient()
    visits.slots(place, 5, at=soon())
    server = smart.server
    assert smart.ready

    doctor = Practitioner.read(str(place.doctor_id), server)
    assert smart.human_name(doctor.name[0]) == "Ольга Петровна Врачева"
    (schedule,) = Schedule.where({"actor": f"Practitioner/{doctor.id}"}).perform_resources_iter(
        server
    )
    sought = {"schedule": f"Schedule/{schedule.id}", "status": "free", "_count": "2"}
    found = list(Slot.where(sought).perform_resources_iter(server))  # three pages
    assert len(found) == 5
    along = Slot.where(sought).include("schedule").perform_resources_iter(server)
    assert {one.resource_type for one in along} == {"Slot", "Schedule"}
    (patient,) = Patient.where(
        {"identifier": f"{SYSTEM_OF_POLICY}|{person.enp}"}
    ).perform_resources_iter(server)

    wish = Appointment()
    wish.status = "booked"
    wish.slot = [FHIRReference({"reference": f"Slot/{found[0].id}"})]
    who = AppointmentParticipant()
    who.status, who.actor = "accepted", FHIRReference({"reference": f"Patient/{patient.id}"})
    wish.participant = [who]
    made = Appointment(wish.create(server))
    assert made.status == "booked"
    with pytest.raises(HTTPError, match="409"):
        wish.create(server)

    visit = Appointment.read(made.id, server)
    assert visit.start.isostring == found[0].start.isostring
    visit.status = "cancelled"
    assert Appointment(visit.update(server)).status == "cancelled"
    assert Slot.read(found[0].id, server).status == "free"


def test_fhirclient_reads_what_the_server_can(smart: FHIRClient) -> None:
    smart.server.get_capability(force=True)
    said = smart.server.capabilityStatement
    can = {one.type: {act.code for act in one.interaction} for one in said.rest[0].resource}
    assert can["Appointment"] == {"read", "search-type", "create", "update", "patch"}
