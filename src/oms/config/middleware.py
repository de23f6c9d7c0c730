"""What every answer carries, and how an expected no becomes a page."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from oms.domain.accounts import actions, idle
from oms.domain.accounts.models import User
from oms.kit.denied import Denied
from oms.law.typed import NBSP

Handler = Callable[[HttpRequest], HttpResponse]

_PERMISSIONS = (
    "accelerometer=(), autoplay=(), camera=(self), display-capture=(), geolocation=(self), "
    "gyroscope=(), microphone=(self), payment=(), usb=()"
)

_SAFE = ("GET", "HEAD", "OPTIONS")
_LEFT = "account_session"


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


def sessions(get_response: Handler) -> Handler:
    """End a session that was idle too long; tell pages how long it still lives.

    What is asked for next goes on as a visitor's, so that a page that wants a person leads to
    sign-in and back; a sent form goes there itself.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return get_response(request)
        at = timezone.now()
        ping = reverse(_LEFT)
        if not idle.left(session=request.session, user=user, at=at).seconds:
            if request.path == ping:  # only asks; the page it stands on will be told why
                request.user = AnonymousUser()
                return get_response(request)
            _close(request, user)
            return get_response(request) if request.method in _SAFE else _to_sign_in(request)
        if request.path != ping or "stay" in request.GET:
            idle.touch(session=request.session, user=user, at=at)
        left = idle.left(session=request.session, user=user, at=at)
        request.session_left, request.session_final = left.seconds, left.final  # type: ignore[attr-defined]
        request.session_ping_url = ping  # type: ignore[attr-defined]
        return get_response(request)

    return handle


def _close(request: HttpRequest, user: User) -> None:
    minutes = idle.limit_of(user) // timedelta(minutes=1)
    actions.end_visit(session_key=request.session.session_key or "")
    logout(request)
    words = f"Сеанс закончился: {minutes}{NBSP}минут без действий. Войдите снова"
    messages.info(request, words)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to sign-in and then back to the page the form stood on."""
    came = urlsplit(request.headers.get("Referer", ""))
    back = came.path if came.netloc == request.get_host() and came.path else "/"
    return redirect(f"{reverse('account_login')}?{urlencode({'next': back})}")


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
