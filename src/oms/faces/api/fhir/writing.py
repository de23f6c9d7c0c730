"""An Appointment is made, moved, cancelled: what came is held against the rules, then done."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

from django.http import HttpRequest, HttpResponse

from oms.domain.booking import actions, outside
from oms.domain.booking.models import Appointment, Quota, Slot
from oms.domain.register.models import InsuredPerson
from oms.faces.api.fhir import patching
from oms.faces.api.fhir.asked import split_reference
from oms.faces.api.fhir.caller import Caller
from oms.faces.api.fhir.door import JSON, answer, body
from oms.faces.api.fhir.kinds import KINDS
from oms.faces.api.fhir.outcome import Problem
from oms.faces.api.fhir.systems import OMS_POLICY, REFERRAL, Resource
from oms.faces.api.fhir.visits import appointment

_FORMATS = (JSON, "application/json")
_PATCHES = ("application/json-patch+json", "application/merge-patch+json", *_FORMATS)
_TIMES = ("start", "end")
MOST_ACTORS = 20
_ONLY = "Здесь меняют только время (slot) и status."
_FREE = frozenset(
    {"meta", "text", "slot", "status", "cancelationReason", "start", "end", "minutesDuration",
     "participant", "specialty", "serviceType"}
)  # fmt: skip
"""What may differ in an update: read on its own, or following from the slot."""
_ACTS: Mapping[str, Callable[..., Appointment]] = MappingProxyType(
    {"arrived": actions.arrive, "fulfilled": actions.fulfil, "noshow": actions.miss}
)


def create(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Book. The key of the request makes a second one the same."""
    told = _resource(body(request, *_FORMATS))
    if told.get("status") != "booked":
        text = "Новая запись действует сразу: status должен быть booked."
        raise Problem(422, text, code="value", where="Appointment.status")
    slot, person = _slot(told, caller), _patient(told, caller)
    _refuse_other_place(told, slot, caller)
    visit = actions.book(
        slot=slot,
        person=person,
        by=caller.known.actor,
        user=None,
        channel=Quota.REGISTRAR,
        key=_key(request, caller),
        at=caller.at,
        complaint=_text(told, "comment", 300),
        referral=_referral(told),
    )
    status = 201 if visit.made_at == caller.at else 200
    return _answer(request, caller, visit.pk, status=status)


def change(request: HttpRequest, caller: Caller, visit: Appointment) -> HttpResponse:
    """Cancel, move, or mark what happened: by PUT of the whole or by PATCH of a part."""
    now = appointment(visit, caller)
    if request.method == "PATCH":
        told = _resource(patching.patched(now, body(request, *_PATCHES)))
    else:
        told = _resource(body(request, *_FORMATS))
    if told.get("id") != now["id"]:
        raise Problem(400, "id в ресурсе и в адресе разные.", where="Appointment.id")
    _refuse_other_changes(told, now, caller)
    act = _act(told, visit, request, caller)
    seen = _version(request.headers.get("If-Match", ""))
    if seen not in {"", "*"}:
        outside.as_seen(visit=visit, version_seen=seen, act=act)
    else:
        act()
    return _answer(request, caller, visit.pk)


def tag(told: Resource) -> dict[str, str]:
    """Return the headers that tell which version of a resource this is."""
    version = told.get("meta", {}).get("versionId")
    return {"ETag": f'W/"{version}"'} if version else {}


def not_modified(request: HttpRequest, told: Resource) -> HttpResponse | None:
    """Return 304 when the program has this very version."""
    seen = _version(request.headers.get("If-None-Match", ""))
    if not seen or seen != told.get("meta", {}).get("versionId"):
        return None
    return HttpResponse(status=304, headers=tag(told))


def _answer(request: HttpRequest, caller: Caller, pk: int, *, status: int = 200) -> HttpResponse:
    """Read the visit as it now is and tell it."""
    visit = KINDS["Appointment"].rows(caller).get(pk=pk)
    told = appointment(visit, caller)
    headers = tag(told)
    if status == 201:
        headers["Location"] = f"{caller.base}/Appointment/{pk}"
    prefers = request.headers.get("Prefer", "").replace(" ", "")
    if "return=minimal" in prefers:
        return HttpResponse(status=status, headers=headers)
    return answer(told, status=status, headers=headers)


def _act(
    told: Resource, visit: Appointment, request: HttpRequest, caller: Caller
) -> Callable[[], Appointment]:
    """Return what is to be done for the visit to become as told."""
    who: dict[str, Any] = {"appointment": visit, "by": caller.known.actor, "at": caller.at}
    now = appointment(visit, caller)
    status = told.get("status")
    slot = _slot(told, caller) if told.get("slot") else visit.slot
    if slot.pk != visit.slot_id:
        if status != "booked":
            raise Problem(422, "Перенести можно только запись со status booked.")
        _refuse_other_place(_but(told, now), slot, caller)
        key = _key(request, caller)
        return lambda: actions.move(slot=slot, key=key, near_too=True, **who)
    _refuse_other_time(told, visit.starts_at, visit.ends_at)
    if status == "cancelled":
        because = _reason(told)
        return lambda: actions.cancel(because=because, near_too=True, **who)
    if act := _ACTS.get(str(status)):
        return lambda: act(**who)
    if status != now["status"]:
        can = "cancelled, arrived, fulfilled, noshow"
        text = f"status «{str(status)[:20]}» поставить нельзя. Можно: {can}."
        raise Problem(422, text, code="value", where="Appointment.status")
    return lambda: visit


def _resource(told: Any) -> Resource:
    if not isinstance(told, dict) or told.get("resourceType") != "Appointment":
        raise Problem(
            400, "Пришлите ресурс Appointment.", code="structure", where="Appointment.resourceType"
        )
    return told


def _slot(told: Resource, caller: Caller) -> Slot:
    slots = told.get("slot")
    if not isinstance(slots, list) or len(slots) != 1:
        text = 'Укажите в slot одно время: {"reference": "Slot/…"}.'
        raise Problem(422, text, code="required", where="Appointment.slot")
    kind, key = _reference(slots[0], caller)
    known = KINDS["Slot"]
    rows = known.rows(caller).filter(known.by_id(key))
    found: Slot | None = rows.first() if kind == "Slot" else None
    if found is None or found.position.clinic_id != caller.known.clinic:
        text = "Такого времени в вашей поликлинике нет. Найдите свободное: Slot?status=free"
        raise Problem(422, text, code="not-found", where="Appointment.slot")
    return found


def _patient(told: Resource, caller: Caller) -> InsuredPerson:
    """Return whom the visit is for: by our id, or by the number of the policy."""
    known = KINDS["Patient"]
    found: InsuredPerson | None = None
    for actor in _actors(told):
        kind, key = _reference(actor, caller)
        mark = actor.get("identifier")
        if kind == "Patient":
            found = known.rows(caller).filter(known.by_id(key)).first()
        elif isinstance(mark, dict) and mark.get("system") == OMS_POLICY:
            found = known.rows(caller).filter(enp=str(mark.get("value"))[:16]).first()
    if found is None:
        text = "Пациент не найден. Укажите его в participant: ссылкой Patient/… или номером полиса."
        raise Problem(422, text, code="not-found", where="Appointment.participant")
    return found


def _but(told: Resource, now: Resource) -> Resource:
    """Return what is told beside what stands already: a move may leave the old time in place."""
    times = {name: told[name] for name in _TIMES if name in told and told[name] != now[name]}
    actors = [one.get("reference") for one in _actors(now)]
    others = [one for one in _actors(told) if one.get("reference") not in actors]
    return times | {"participant": [{"actor": one} for one in others]}


def _refuse_other_place(told: Resource, slot: Slot, caller: Caller) -> None:
    """Refuse a doctor, place or time that are not the slot's: one of both was not meant."""
    _refuse_other_time(told, slot.starts_at, slot.ends_at)
    own = {
        "Practitioner": str(slot.doctor_id),
        "PractitionerRole": str(slot.position_id),
        "Location": slot.position.clinic_id,
    }
    for actor in _actors(told):
        kind, key = _reference(actor, caller)
        if own.get(kind, key) != key:
            text = f"{kind}/{key[:40]} и время из slot не подходят друг другу. Исправьте одно."
            raise Problem(422, text, code="value", where="Appointment.participant")


def _refuse_other_time(told: Resource, starts_at: datetime, ends_at: datetime) -> None:
    for name, own in (("start", starts_at), ("end", ends_at)):
        if name in told and _moment(told[name]) != own:
            text = f"{name} не совпадает со временем из slot. Уберите его или исправьте."
            raise Problem(422, text, code="value", where=f"Appointment.{name}")


def _refuse_other_changes(told: Resource, now: Resource, caller: Caller) -> None:
    for name, value in told.items():
        if name not in _FREE and value != now.get(name):
            text = f"{name} изменить нельзя. {_ONLY}"
            raise Problem(422, text, code="not-supported", where=f"Appointment.{name}")
    if not _patients(told, caller) <= _patients(now, caller):
        text = "Пациента в записи сменить нельзя. Отмените её и сделайте новую."
        raise Problem(422, text, code="not-supported", where="Appointment.participant")


def _patients(told: Resource, caller: Caller) -> set[str]:
    references = [_reference(one, caller) for one in _actors(told)]
    return {key for kind, key in references if kind == "Patient"}


def _actors(told: Resource) -> list[Resource]:
    participants = told.get("participant", [])
    if not isinstance(participants, list):
        raise Problem(400, "participant должен быть списком.", where="Appointment.participant")
    if len(participants) > MOST_ACTORS:
        text = f"Участников больше {MOST_ACTORS}. Оставьте пациента и врача."
        raise Problem(422, text, code="too-long", where="Appointment.participant")
    found = [one.get("actor") for one in participants if isinstance(one, dict)]
    return [one for one in found if isinstance(one, dict)]


def _reference(told: Any, caller: Caller) -> tuple[str, str]:
    address = told.get("reference") if isinstance(told, dict) else None
    return split_reference(address, caller) if isinstance(address, str) else ("", "")


def _moment(told: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _reason(told: Resource) -> str:
    reason = told.get("cancelationReason")
    return _text(reason, "text", 200) if isinstance(reason, dict) else ""


def _referral(told: Resource) -> str:
    """Return the number of the referral told in `basedOn`."""
    based_on = told.get("basedOn", [])
    if not isinstance(based_on, list):
        raise Problem(400, "basedOn должен быть списком.", where="Appointment.basedOn")
    for one in based_on:
        mark = one.get("identifier") if isinstance(one, dict) else None
        if isinstance(mark, dict) and mark.get("system", REFERRAL) == REFERRAL:
            return _text(mark, "value", 64)
    return ""


def _text(told: Resource, name: str, longest: int) -> str:
    value = told.get(name, "")
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        text = f"{name}: пришлите строку не длиннее {longest} знаков."
        raise Problem(422, text, code="value")
    return value.strip()


def _key(request: HttpRequest, caller: Caller) -> str:
    """Return the key of a request: told by the program, its own; else by chance."""
    told = request.headers.get("Idempotency-Key", "") or _if_none_exist(request)
    mark = hashlib.sha256(f"{caller.known.pk}:{told}".encode()).hexdigest()
    return f"fhir:{mark[:48]}" if told else f"fhir:{secrets.token_hex(24)}"


def _if_none_exist(request: HttpRequest) -> str:
    """Return the identifier of a conditional create: the same one again makes nothing new."""
    told = request.headers.get("If-None-Exist", "").lstrip("?")
    if not told:
        return ""
    marks = parse_qs(told)
    if set(marks) != {"identifier"} or len(marks["identifier"]) != 1:
        text = "If-None-Exist: укажите только identifier=система|значение."
        raise Problem(400, text, code="not-supported")
    return marks["identifier"][0]


def _version(told: str) -> str:
    """Return the version of a tag: `W/"2-booked"`, with or without its dress."""
    return told.strip().removeprefix("W/").strip('"')
