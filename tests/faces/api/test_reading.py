"""Every kind of resources: valid, found by each parameter, by pages, in few queries."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import visits
from tests.faces.api.conftest import NOW, SYSTEM_OF_POLICY, Api

from oms.domain.booking.models import Quota
from oms.domain.booking.schedule_models import FOR_GOOD
from oms.domain.journal.models import Entry
from oms.faces.api.fhir.kinds import KINDS
from oms.faces.api.fhir.patients import patient_id

pytestmark = pytest.mark.django_db
PUBLIC = [name for name, kind in KINDS.items() if kind.is_public]


@pytest.fixture
def world() -> dict[str, Any]:
    clinic = visits.clinic(
        inn="7707083893", ogrn="1027700132195", phone="+7 495 000-00-00", latitude="55.750000",
        longitude="37.620000", actual_address="Москва, Тестовая, 1", full_name="Полное имя",
    )  # fmt: skip
    other = visits.clinic("660002", ends_on=NOW.date() - timedelta(days=1))
    doctor = visits.doctor(category="first", code="D-77")
    place = visits.position("cardiology", doctor=doctor, clinic=clinic, below_age=18, sex=2)
    far = visits.position("therapy", clinic=other, ends_on=NOW.date() - timedelta(days=1))
    slots = visits.slots(place, 3)
    visit = visits.booked(visits.slot(visits.position("surgery", clinic=clinic)))
    return {
        "clinic": clinic, "other": other, "doctor": doctor, "place": place, "far": far,
        "slots": slots, "visit": visit, "there": visits.slot(far),
    }  # fmt: skip


def test_what_is_told_of_each_kind(anybody: Api, world: dict[str, Any]) -> None:
    """Validity is asked of every answer by `Api`; here, what must be in it."""
    place, doctor, slot = world["place"], world["doctor"], world["there"]
    read = {
        "Organization": "770001", "Location": "770001", "HealthcareService": "770001-cardiology",
        "Practitioner": doctor.pk, "PractitionerRole": place.pk, "Schedule": place.pk,
        "Slot": slot.pk,
    }  # fmt: skip
    assert set(read) == set(PUBLIC)
    told = {name: anybody.get(f"{name}/{key}").resource for name, key in read.items()}
    assert {one["id"] for one in told.values()} == {str(key) for key in read.values()}
    assert told["Location"]["position"] == {"longitude": 37.62, "latitude": 55.75}
    assert told["Practitioner"]["name"][0]["given"] == ["Ольга", "Петровна"]
    assert told["PractitionerRole"]["availabilityExceptions"] == "до 18 лет, только женщины"
    assert told["Slot"]["start"] == "2026-10-08T14:00:00+05:00"  # the clock of Екатеринбург
    assert (told["Slot"]["status"], told["Slot"]["meta"]["tag"][0]["code"]) == ("free", "internet")
    schedule = {one["reference"] for one in told["Schedule"]["actor"]}
    assert f"PractitionerRole/{place.pk}" in schedule


CASES = [
    ("Organization?identifier=urn:oms:mcod|770001", ["770001"]),
    ("Organization?identifier=1027700132195", ["770001"]),
    ("Organization?identifier=urn:other|770001", []),
    ("Organization?name:contains=660", ["660002"]),
    ("Organization?name=полное", ["770001"]),
    ("Organization?active=false", ["660002"]),
    ("Organization?_id=770001,660002", ["660002", "770001"]),
    ("Location?status=inactive", ["660002"]),
    ("Location?organization=Organization/770001&status=active", ["770001"]),
    ("HealthcareService?organization=660002", ["660002-therapy"]),
    ("HealthcareService?specialty=cardiology,therapy", ["660002-therapy", "770001-cardiology"]),
    ("Practitioner?identifier=D-77", ["{doctor}"]),
    ("Practitioner?identifier:not=D-77&_id={doctor}", []),
    ("Practitioner?name:exact=Ольга&_id={doctor}", ["{doctor}"]),
    ("PractitionerRole?practitioner=Practitioner/{doctor}", ["{place}"]),
    ("PractitionerRole?practitioner={base}/Practitioner/{doctor}", ["{place}"]),
    ("PractitionerRole?service=770001-cardiology", ["{place}"]),
    ("PractitionerRole?active=false", ["{far}"]),
    ("PractitionerRole?specialty=urn:oms:speciality|cardiology", ["{place}"]),
    ("Schedule?actor=PractitionerRole/{place}", ["{place}"]),
    ("Schedule?actor=Practitioner/{doctor}", ["{place}"]),
    ("Schedule?actor:Practitioner={doctor}", ["{place}"]),
    ("Schedule?actor=HealthcareService/660002-therapy", ["{far}"]),
    ("Slot?schedule=Schedule/{far}&status=free", ["{there}"]),
    ("Slot?schedule.actor=Location/660002", ["{there}"]),
    ("Slot?schedule:Schedule.actor=Location/660002", ["{there}"]),
    ("Slot?_id={there}&start=ge2026-10-08T09:00:00Z&start=lt2026-10-08T09:00:01Z", ["{there}"]),
    ("Slot?_id={there}&start=2026-10-08", ["{there}"]),
    ("Slot?_id={there}&start=gt2026-10-08", []),
    ("Slot?_id={there}&start=2026-10", ["{there}"]),
    ("Slot?_id={there}&start=lt2026", []),
    ("Slot?_id={there}&start=ne2026-10-08T14:00+05:00", []),
    ("Slot?_id={there}&start=le2026-10-08T14:00%2B05:00", ["{there}"]),
    ("Slot?_id={there}&_tag=urn:oms:quota|phone", []),
    ("Slot?_id={there}&specialty=therapy&service-type=visit", ["{there}"]),
    ("Slot?_id=abc", []),
]


@pytest.mark.parametrize(("asked", "found"), CASES)
def test_each_parameter_finds_its_rows(
    anybody: Api, world: dict[str, Any], asked: str, found: list[str]
) -> None:
    names = {name: str(getattr(row, "pk", "")) for name, row in world.items()}
    names["base"] = "http://testserver/fhir/r4"
    ids = anybody.ids(asked.format(**names))
    assert sorted(ids) == sorted(one.format(**names) for one in found)


def test_parameters_without_a_case_here_are_understood_too(anybody: Api) -> None:
    """The same makers of parameters stand behind them."""
    strict = {"prefer": "handling=strict"}
    for name in PUBLIC:
        for parameter in KINDS[name].parameters:
            told = "2026" if KINDS[name].parameters[parameter].kind == "date" else "x"
            assert anybody.get(f"{name}?{parameter}={told}", **strict).status_code == 200
        assert anybody.get(f"{name}?shoe-size=1", **strict).status_code == 400
        assert anybody.get(f"{name}?shoe-size=1").status_code == 200


def test_how_a_slot_stands_is_told_and_searched_alike(anybody: Api) -> None:
    place = visits.position()
    states = {
        "free": {}, "busy": {"taken_until": FOR_GOOD},
        "busy-tentative": {"taken_until": NOW + timedelta(minutes=5)},
        "busy-unavailable": {"is_open": False},
    }  # fmt: skip
    made = {
        status: visits.slot(place, visits.FAR + n * visits.LENGTH, **values)
        for n, (status, values) in enumerate(states.items())
    }
    past = visits.slot(place, NOW - timedelta(hours=1))
    for status, row in made.items():
        ids = anybody.ids(f"Slot?schedule={place.pk}&status={status}")
        wanted = [str(row.pk)] + ([str(past.pk)] if status == "busy-unavailable" else [])
        assert sorted(ids) == sorted(wanted)
        assert anybody.get(f"Slot/{row.pk}").resource["status"] == status
    assert anybody.get(f"Slot/{past.pk}").resource["status"] == "busy-unavailable"
    assert len(anybody.ids(f"Slot?schedule={place.pk}&status:not=free")) == 4


@pytest.mark.parametrize("sort", ["", "&_sort=start", "&_sort=-start"])
def test_pages_show_everything_once(anybody: Api, sort: str) -> None:
    one, two = visits.position(), visits.position()
    made = [*visits.slots(one, 5), *visits.slots(two, 4)]
    both = f"&schedule={one.pk},{two.pk}" if sort else ""
    answer, seen = anybody.get(f"Slot?_count=2{sort}{both}"), []
    while True:
        seen += [entry["resource"]["id"] for entry in answer.resource["entry"]]
        links = {one["relation"]: one["url"] for one in answer.resource["link"]}
        if "next" not in links:
            break
        answer = anybody.get(links["next"].removeprefix("http://testserver/fhir/r4/"))
    assert sorted(seen) == sorted(str(row.pk) for row in made)
    starts = {str(row.pk): row.starts_at for row in made}
    if sort:
        assert [starts[key] for key in seen] == sorted(starts.values(), reverse="-" in sort)


@pytest.mark.parametrize("cursor", ["abc", "W1tdLFtdXQ", "WyJhIl0:abc"])
def test_a_spoilt_page_link_is_said_to_be(anybody: Api, cursor: str) -> None:
    assert anybody.get(f"Slot?_cursor={cursor}").status_code == 400


def test_the_number_is_counted_when_asked_for(anybody: Api) -> None:
    visits.slots(number=3)
    for asked in ("_summary=count", "_count=0", "_count=0&_totalMethod=count"):
        told = anybody.get(f"Slot?{asked}").resource
        assert (told["total"], "entry" in told) == (3, False)
    assert anybody.get("Slot?_total=accurate&_count=1").resource["total"] == 3
    assert "total" not in anybody.get("Slot").resource


def test_what_is_asked_for_comes_along_once(anybody: Api) -> None:
    place = visits.position()
    visits.slots(place, 3)
    asked = f"Slot?schedule={place.pk}&_include=Slot:schedule"
    assert [one["resourceType"] for one in anybody.found(asked, "include")] == ["Schedule"]
    deep = anybody.found(f"{asked}&_include:iterate=Schedule:actor", "include")
    assert {one["resourceType"] for one in deep} == {
        "Schedule", "PractitionerRole", "Practitioner", "Location", "HealthcareService"
    }  # fmt: skip
    assert len(deep) == 5


SEARCHES = [
    *((name, f"{name}?_count=100", 2) for name in PUBLIC),
    ("Slot", "Slot?_include=Slot:schedule&_include:iterate=Schedule:actor", 2),
    ("Slot", "Slot?status=free&start=ge2026-10-05&_total=accurate", 3),
]


@pytest.mark.parametrize(("name", "asked", "queries"), SEARCHES)
def test_a_search_costs_the_same_with_ten_times_the_rows(
    anybody: Api, world: dict[str, Any], name: str, asked: str, queries: int
) -> None:
    """One for the pace, one for the rows, one for the total where it is asked for."""

    def cost() -> int:
        with CaptureQueriesContext(connection) as made:
            anybody.found(asked)
        return len(made)

    before = cost()
    for number in range(10):
        clinic = visits.clinic(f"7705{number:02}")
        visits.slots(visits.position(clinic=clinic), 3)
    assert (before, cost()) == (queries, queries)


# Appointments and patients: the clinic's own ----------------------------------------------


def test_a_clinic_sees_its_visits_and_nobody_elses(api: Api, program: Any) -> None:
    mine = visits.booked()
    theirs = visits.booked(visits.slot(visits.position(clinic=visits.clinic("770002"))))
    assert api.ids("Appointment") == [str(mine.pk)]
    assert api.get(f"Appointment/{theirs.pk}").status_code == 404
    assert api.get(f"Patient/{patient_id(theirs.person_id)}").resource.get("name") is None
    stranger = program("770002")
    assert stranger.ids("Appointment") == [str(theirs.pk)]
    assert stranger.ids(f"Appointment?patient=Patient/{patient_id(mine.person_id)}") == []


def test_visits_are_found_by_each_parameter(api: Api) -> None:
    visit, other = visits.booked(), visits.booked()
    person = f"Patient/{patient_id(visit.person_id)}"
    by = {
        "patient": person, "patient:Patient": person, "actor": person,
        "patient:identifier": f"{SYSTEM_OF_POLICY}|{visit.person.enp}",
        "patient.identifier": visit.person.enp,
        "practitioner": f"Practitioner/{visit.doctor_id}",
        "slot": f"Slot/{visit.slot_id}",
        "identifier": f"urn:oms:appointment|{visit.number}",
        "_id": str(visit.pk),
    }  # fmt: skip
    for name, value in by.items():
        assert api.ids(f"Appointment?{name}={quote(value)}") == [str(visit.pk)], name
    both = {str(visit.pk), str(other.pk)}
    for query in ("date=2026-10-08", "status=booked", "specialty=therapy", "location=770001",
                  "_sort=-date"):  # fmt: skip
        assert set(api.ids(f"Appointment?{query}")) == both, query
    for query in ("date=gt2026-10-08", "status=cancelled", "patient=Patient/1",
                  f"patient=Patient/{visit.person_id}-0000000000000000"):  # fmt: skip
        assert api.ids(f"Appointment?{query}") == [], query
    includes = "&".join(
        f"_include=Appointment:{one}" for one in ("patient", "slot", "practitioner")
    )
    along = api.found(f"Appointment?_id={visit.pk}&{includes}", "include")
    assert {one["resourceType"] for one in along} == {"Patient", "Slot", "Practitioner"}
    assert next(one for one in along if "name" in one)["name"][0]["family"] == "Проверкина"


def test_a_person_is_found_by_the_policy_alone_and_told_as_little(api: Api) -> None:
    person = visits.patient()
    asked = f"Patient?identifier={SYSTEM_OF_POLICY}|{person.enp}"
    (told,) = api.found(asked)
    assert set(told) == {"resourceType", "id", "identifier", "active"}
    assert api.get(f"Patient/{told['id']}").resource == told
    visits.booked(person=person)
    assert api.found(asked)[0]["name"][0]["family"] == "Проверкина"
    for query in ("", "?active=true", "?identifier=", "?name=Проверкина"):
        assert api.get(f"Patient{query}").status_code == 400
    for query in (f"identifier:not={person.enp}", f"identifier={person.enp},1"):
        assert api.get(f"Patient?{query}").status_code == 400
    for key in (str(person.pk), f"{person.pk}-{'0' * 16}", "abc"):
        assert api.get(f"Patient/{key}").status_code == 404


def test_numbers_of_policies_are_in_no_link(api: Api) -> None:
    person = visits.patient()
    for hours, speciality in enumerate(("therapy", "surgery")):
        at = visits.FAR + timedelta(hours=hours)
        visits.booked(visits.slot(visits.position(speciality), at), person)
    form = {"content_type": "application/x-www-form-urlencoded"}
    sent = f"patient.identifier={person.enp}&_count=1"
    answer = api.ask("POST", "Appointment/_search", sent, **form).resource
    links = {one["relation"]: one["url"] for one in answer["link"]}
    assert person.enp not in str(links)
    (rest,) = api.found(links["next"].removeprefix("http://testserver/fhir/r4/"))
    assert rest["id"] != answer["entry"][0]["resource"]["id"]
    assert person.enp not in str(api.get(f"Patient?identifier={person.enp}").resource["link"])


def test_each_look_at_a_person_is_in_the_journal_once_an_hour(api: Api) -> None:
    one, two = visits.booked(), visits.booked()
    for _ in range(2):
        api.found("Appointment?_include=Appointment:patient")
        api.get(f"Appointment/{one.pk}")
    looks = Entry.objects.filter(act="person.read", actor=api.client.key)
    assert sorted(looks.values_list("person", flat=True)) == sorted(
        [f"person:{one.person_id}", f"person:{two.person_id}"]
    )
    assert {(look.role, look.organization) for look in looks} == {("registrar", "clinic:770001")}


def test_a_clinics_day_costs_the_same_with_ten_times_the_visits(api: Api) -> None:
    def cost() -> int:
        api.found("Appointment")  # whom it shows is in the journal by now
        with CaptureQueriesContext(connection) as made:
            api.found("Appointment?date=ge2026-10-05&_include=Appointment:actor")
        return len(made)

    visits.booked()
    before = cost()
    for _ in range(10):
        visits.booked()
    assert (before, cost()) == (4, 4)  # the token, the pace, the rows, who was looked at before


def test_what_the_server_says_of_itself_is_what_it_does(anybody: Api) -> None:
    said = anybody.get("metadata").resource
    told = {one["type"]: one for one in said["rest"][0]["resource"]}
    assert set(told) == set(KINDS)
    for name in PUBLIC:
        for include in told[name].get("searchInclude", []):
            anybody.found(f"{name}?_include={include}")
        for parameter in told[name]["searchParam"]:
            anybody.found(f"{name}?{parameter['name']}=2026")
    assert said["fhirVersion"] == "4.0.1"


def test_quotas_are_told(anybody: Api) -> None:
    row = visits.slot(quota=Quota.REFERRAL)
    assert anybody.ids("Slot?_tag=urn:oms:quota|referral") == [str(row.pk)]
