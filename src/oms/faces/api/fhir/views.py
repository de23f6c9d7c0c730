"""Addresses of the FHIR face: what is answered under each."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from oms.domain.booking import outside
from oms.faces.api.fhir import capability, searching, writing
from oms.faces.api.fhir.caller import Caller
from oms.faces.api.fhir.door import allow, answer, door, need
from oms.faces.api.fhir.kinds import KINDS, Kind
from oms.faces.api.fhir.outcome import Problem

_FORM = "application/x-www-form-urlencoded"


@door
def metadata(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What this server can do."""
    allow(request, "GET")
    return answer(capability.statement(caller))


@door
def kind(request: HttpRequest, caller: Caller, name: str) -> HttpResponse:
    """Search a kind of resources, or make one."""
    known = _kind(name)
    methods = ("GET", "POST") if "create" in known.acts else ("GET",)
    if allow(request, *methods) == "POST":
        need(caller, "write", name)
        return writing.create(request, caller)
    return _search(name, known, [request.GET], caller)


@door
def search(request: HttpRequest, caller: Caller, name: str) -> HttpResponse:
    """Search with parameters in the body: nothing personal in addresses."""
    known = _kind(name)
    allow(request, "POST")
    if request.content_type != _FORM:
        raise Problem(415, f"Параметры поиска пришлите как {_FORM}.")
    return _search(name, known, [request.GET, request.POST], caller)


@door
def instance(request: HttpRequest, caller: Caller, name: str, key: str) -> HttpResponse:
    """Read one resource, or change it."""
    known = _kind(name)
    methods = ("GET", "PUT", "PATCH") if "update" in known.acts else ("GET",)
    method = allow(request, *methods)
    need_for(known, name, caller, "read" if method == "GET" else "write")
    row = None if "\x00" in key else known.rows(caller).filter(known.by_id(key)).first()
    if row is None:
        raise Problem(404, f"{name}/{key[:64]} не найден. Проверьте id.")
    if method != "GET":
        return writing.change(request, caller, row)
    _note([row], known, caller)
    told = known.tell(row, caller)
    return writing.not_modified(request, told) or answer(told, headers=writing.tag(told))


@door
def nowhere(request: HttpRequest, caller: Caller, rest: str = "") -> HttpResponse:
    """Everything else."""
    raise Problem(404, "Такого адреса нет. Список ресурсов: /fhir/r4/metadata")


def need_for(known: Kind, name: str, caller: Caller, act: str) -> None:
    """Ask for a right where the resources are not everybody's."""
    if not known.is_public:
        need(caller, act, name)


def _search(name: str, known: Kind, told: list[QueryDict], caller: Caller) -> HttpResponse:
    need_for(known, name, caller, "read")
    found, rows = searching.bundle(searching.understand(name, told, caller))
    _note(rows, known, caller)
    return answer(found)


def _note(rows: list[Any], known: Kind, caller: Caller) -> None:
    """Write down whose data are shown, before they are."""
    if person := known.person_of:
        outside.look(keys={person(row) for row in rows}, client=caller.known, at=caller.at)


def _kind(name: str) -> Kind:
    if name not in KINDS:
        have = ", ".join(KINDS)
        raise Problem(404, f"Ресурса «{name[:40]}» здесь нет. Есть: {have}.", code="not-supported")
    return KINDS[name]
