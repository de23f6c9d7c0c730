"""Errors outside of any view: a page for people, an OperationOutcome for programs."""

from django.http import HttpRequest, HttpResponse

from oms.faces.api.fhir.door import refusal
from oms.faces.api.fhir.outcome import Problem
from oms.faces.design import views

_PROGRAMS = "/fhir/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a host that is not ours, a header that is none."""
    if request.path.startswith(_PROGRAMS):
        return refusal(Problem(400, "Запрос не разобрать. Проверьте адрес и заголовки."))
    return views.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    if request.path.startswith(_PROGRAMS):
        return refusal(Problem(404, "Такого адреса нет. Начните с /fhir/r4/metadata"))
    return views.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500."""
    if request.path.startswith(_PROGRAMS):
        return refusal(Problem(500, "На нашей стороне сбой. Повторите позже.", code="exception"))
    return views.server_error(request)
