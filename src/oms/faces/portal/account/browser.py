"""What a request says about the browser it came from."""

import re

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

from oms.domain.accounts import actions, sign_in
from oms.domain.accounts.models import User

COOKIE = "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"

_BROWSERS = (
    ("YaBrowser", "Яндекс Браузер"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone|iPad", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def origin(request: HttpRequest) -> str:
    """Return the network address the request came from, as far as proxies are trusted."""
    return str(get_adapter().get_client_ip(request))


def agent(request: HttpRequest) -> str:
    """Return browser and system in words: «Firefox, Windows»."""
    typed = request.headers.get("User-Agent", "")[:400]
    return ", ".join(
        (_first(_BROWSERS, typed, "Браузер"), _first(_SYSTEMS, typed, "система не указана"))
    )


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with: an empty form too is an answer, and gets its messages."""
    return request.POST if request.method == "POST" else None


def device(request: HttpRequest) -> str | None:
    """Return the cookie by which accounts know this browser."""
    return request.COOKIES.get(COOKIE)


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Make the browser known to the account."""
    response.set_cookie(
        COOKIE,
        sign_in.remember_device(user=user, cookie=device(request)),
        max_age=sign_in.DEVICE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def proven_again(request: HttpRequest, user: User, method: str, **details: object) -> None:
    """Note that the person has just proven once more who they are; the session gets a new key."""
    record_authentication(request, user, method, reauthenticated=True, **details)
    renew_session(request)


def renew_session(request: HttpRequest) -> None:
    """Give the session another key: a stolen one ends where more is allowed (ASVS 5, 7.2.4)."""
    old = request.session.session_key or ""
    request.session.cycle_key()
    actions.move_visit(old=old, new=request.session.session_key or "")


def next_page(request: HttpRequest) -> str:
    """Return the page of ours to go on to, or an empty text."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else ""


def _first(marks: tuple[tuple[str, str], ...], text: str, otherwise: str) -> str:
    return next((name for mark, name in marks if re.search(mark, text)), otherwise)
