"""What every answer carries, and how an expected no becomes a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from oms.kit.denied import Denied

Handler = Callable[[HttpRequest], HttpResponse]

_PERMISSIONS = (
    "accelerometer=(), autoplay=(), camera=(self), display-capture=(), geolocation=(self), "
    "gyroscope=(), microphone=(self), payment=(), usb=()"
)


def headers(get_response: Handler) -> Handler:
    """Security headers on every answer; nothing of a signed-in person is cached anywhere."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store"
        return response

    return handle


def denied(get_response: Handler) -> Handler:
    """Turn `Denied` into a page in the house's own look: 403 with the reason and a way out."""

    def handle(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Denied):
            return None
        context = {"denied": exception, "title": "Это действие сейчас невозможно"}
        return render(request, "design/denied.html", context, status=exception.status)

    handle.process_exception = process_exception  # type: ignore[attr-defined]
    return handle
