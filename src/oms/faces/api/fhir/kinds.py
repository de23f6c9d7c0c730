"""All kinds of resources: whose rows, how told, by what searched, what may come along."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from django.db.models import Q, QuerySet

from oms.domain.booking import outside
from oms.faces.api.fhir import asked, doctors, patients, places, systems, times, visits
from oms.faces.api.fhir.asked import NOTHING, Parameter, equal, number
from oms.faces.api.fhir.caller import Caller
from oms.faces.api.fhir.systems import Resource

Along = Callable[[Any], Iterable[tuple[str, Any]]]
"""From a row to rows read with it: kind and row."""


@dataclass(frozen=True)
class Kind:
    """One kind of resources."""

    title: str
    rows: Callable[[Caller], QuerySet[Any]]
    tell: Callable[[Any, Caller], Resource]
    by_id: Callable[[str], Q]
    parameters: Mapping[str, Parameter]
    order: tuple[str, ...] = ("pk",)
    sorts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sorts_need: tuple[str, ...] = ()
    """What must be told beside `_sort`: a whole country's slots are not sorted for anybody."""
    along: Mapping[str, Along] = field(default_factory=dict)
    whole: Callable[[Caller], QuerySet[Any]] | None = None
    """The rows with all that may come along, where `rows` have less."""
    is_public: bool = True
    needs: tuple[str, ...] = ()
    """A search must tell one of these: nobody leafs through people."""
    person_of: Callable[[Any], str] | None = None
    """The person a row tells of, as the journal calls them."""
    acts: tuple[str, ...] = ()
    """What may be done beside reading and searching, as FHIR calls it."""


def _service(key: str) -> Q:
    clinic, _, speciality = key.partition("-")
    return Q(clinic_id=clinic, speciality=speciality)


def _service_of(prefix: str) -> Callable[[str], Q]:
    def meaning(key: str) -> Q:
        clinic, _, speciality = key.partition("-")
        return Q(**{f"{prefix}clinic_id": clinic, f"{prefix}speciality": speciality})

    return meaning


def _policy(column: str) -> Parameter:
    return asked.token({systems.OMS_POLICY: equal(column)})


def _specialty(column: str) -> Parameter:
    return asked.token({systems.SPECIALITY: equal(column)})


def _active(column: str) -> Parameter:
    def meaning(value: str, caller: Caller) -> Q:
        works = Q(**{column: None}) | Q(**{f"{column}__gte": caller.at.date()})
        return {"true": works, "false": ~works}.get(value, NOTHING)

    return asked.code(meaning)


def _slot_status(value: str, caller: Caller) -> Q:
    known = times.STATUSES.get(value)
    return known(caller.at) if known else NOTHING


def _person(key: str) -> Q:
    row = patients.row_of(key)
    return NOTHING if row is None else Q(person_id=row)


def _actors(prefix: str) -> Mapping[str, Callable[[str], Q]]:
    """What a position's schedule or visit takes part of."""
    position = f"{prefix}pk" if not prefix else f"{prefix.removesuffix('__')}_id"
    return {
        "PractitionerRole": number(position),
        "Practitioner": number(f"{prefix}doctor_id"),
        "Location": equal(f"{prefix}clinic_id"),
        "HealthcareService": _service_of(prefix),
    }


def _of_position(name: str) -> Along:
    """Return the way from anything with a position to a resource told of it."""

    def along(row: Any) -> Iterable[tuple[str, Any]]:
        position = getattr(row, "position", row)
        yield (
            name,
            {
                "Practitioner": position.doctor,
                "Organization": position.clinic,
                "Location": position.clinic,
            }.get(name, position),
        )

    return along


def _several(*names: str) -> Along:
    def along(row: Any) -> Iterable[tuple[str, Any]]:
        for name in names:
            yield from _of_position(name)(row)

    return along


def _patient(row: Any) -> Iterable[tuple[str, Any]]:
    row.person.is_patient = True  # they have a visit here: this one
    yield "Patient", row.person


def _slot(row: Any) -> Iterable[tuple[str, Any]]:
    row.slot.position = row.position
    yield "Slot", row.slot


def _itself(name: str) -> Along:
    return lambda row: [(name, row)]


def _clinic(name: str) -> Along:
    return lambda row: [(name, row.clinic)]


_NAMED = asked.string("short_name", "full_name")
_MCOD = asked.token(
    {systems.CLINIC: equal("code"), systems.OGRN: equal("ogrn"), systems.INN: equal("inn")}
)
_STATUS_OF_PLACE = {"active": "true", "inactive": "false"}
_CLINIC_ACTIVE = _active("ends_on")

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "Organization": Kind(
            "Медицинские организации",
            lambda _: outside.clinics(),
            places.organization,
            equal("code"),
            {"identifier": _MCOD, "name": _NAMED, "active": _CLINIC_ACTIVE},
        ),
        "Location": Kind(
            "Где они находятся",
            lambda _: outside.clinics(),
            places.location,
            equal("code"),
            {
                "identifier": _MCOD,
                "name": _NAMED,
                "organization": asked.reference({"Organization": equal("code")}),
                "status": asked.code(
                    lambda value, caller: _CLINIC_ACTIVE.meaning(
                        _STATUS_OF_PLACE.get(value, ""), "", caller
                    )
                ),
            },
            along={"organization": _itself("Organization")},
        ),
        "HealthcareService": Kind(
            "Кого и по какой специальности принимают",
            lambda _: outside.services(),
            places.healthcare_service,
            _service,
            {
                "organization": asked.reference({"Organization": equal("clinic_id")}),
                "location": asked.reference({"Location": equal("clinic_id")}),
                "specialty": _specialty("speciality"),
            },
            order=("clinic_id", "speciality"),
            along={"organization": _clinic("Organization"), "location": _clinic("Location")},
        ),
        "Practitioner": Kind(
            "Врачи",
            lambda _: outside.doctors(),
            doctors.practitioner,
            number("pk"),
            {
                "identifier": asked.token({systems.DOCTOR: equal("code")}),
                "name": asked.string("family_name", "given_name", "patronymic"),
                "family": asked.string("family_name"),
                "given": asked.string("given_name", "patronymic"),
            },
        ),
        "PractitionerRole": Kind(
            "Должности: врач, специальность, клиника",
            lambda _: outside.positions(),
            doctors.practitioner_role,
            number("pk"),
            {
                "practitioner": asked.reference({"Practitioner": number("doctor_id")}),
                "organization": asked.reference({"Organization": equal("clinic_id")}),
                "location": asked.reference({"Location": equal("clinic_id")}),
                "service": asked.reference({"HealthcareService": _service_of("")}),
                "specialty": _specialty("speciality"),
                "active": _active("ends_on"),
                "practitioner.name": asked.string(
                    "doctor__family_name", "doctor__given_name", "doctor__patronymic"
                ),
            },
            along={
                "practitioner": _of_position("Practitioner"),
                "organization": _of_position("Organization"),
                "location": _of_position("Location"),
                "service": _of_position("HealthcareService"),
            },
        ),
        "Schedule": Kind(
            "Расписания",
            lambda _: outside.positions(),
            times.schedule,
            number("pk"),
            {
                "actor": asked.reference(_actors("")),
                "specialty": _specialty("speciality"),
                "active": _active("ends_on"),
            },
            along={
                "actor": _several(
                    "PractitionerRole", "Practitioner", "Location", "HealthcareService"
                )
            },
        ),
        "Slot": Kind(
            "Время приёма",
            lambda _: outside.slots(),
            times.slot,
            number("pk"),
            {
                "schedule": asked.reference({"Schedule": number("position_id")}),
                "schedule.actor": asked.reference(_actors("position__")),
                "start": asked.date("starts_at"),
                "status": asked.code(_slot_status),
                "specialty": _specialty("position__speciality"),
                "service-type": asked.token({systems.SERVICE: equal("service")}),
                "_tag": asked.token({systems.QUOTA: equal("quota")}),
            },
            order=("position_id", "starts_at"),  # by its index, however many there are
            sorts={"start": ("starts_at", "pk"), "-start": ("-starts_at", "-pk")},
            sorts_need=("schedule", "schedule.actor", "_id"),
            along={"schedule": _of_position("Schedule")},
            whole=lambda _: outside.slots_whole(),
        ),
        "Patient": Kind(
            "Застрахованные: только по номеру полиса",
            lambda caller: outside.people(client=caller.known),
            patients.patient,
            lambda key: NOTHING if (row := patients.row_of(key)) is None else Q(pk=row),
            {"identifier": replace(_policy("enp"), modifiers=frozenset())},
            is_public=False,
            needs=("identifier", "_id"),
            person_of=lambda person: person.key,
        ),
        "Appointment": Kind(
            "Записи к врачу",
            lambda caller: outside.visits(client=caller.known, at=caller.at),
            visits.appointment,
            number("pk"),
            {
                "patient": asked.reference({"Patient": _person}),
                "patient.identifier": _policy("person__enp"),
                "practitioner": asked.reference({"Practitioner": number("doctor_id")}),
                "actor": asked.reference({"Patient": _person, **_actors("position__")}),
                "location": asked.reference({"Location": equal("position__clinic_id")}),
                "slot": asked.reference({"Slot": number("slot_id")}),
                "date": asked.date("starts_at"),
                "status": asked.code(
                    lambda value, _: Q(state=visits.STATUSES.get(value, "unknown"))
                ),
                "specialty": _specialty("position__speciality"),
                "identifier": asked.token({systems.VISIT: equal("number")}),
            },
            order=("position_id", "starts_at", "pk"),
            sorts={
                "date": ("starts_at", "pk"),
                "-date": ("-starts_at", "-pk"),
            },
            along={
                "patient": _patient,
                "practitioner": _of_position("Practitioner"),
                "location": _of_position("Location"),
                "slot": _slot,
                "actor": lambda row: [
                    *_patient(row),
                    *_several("PractitionerRole", "Practitioner", "Location")(row),
                ],
            },
            is_public=False,
            person_of=lambda visit: f"person:{visit.person_id}",
            acts=("create", "update", "patch"),
        ),
    }
)
