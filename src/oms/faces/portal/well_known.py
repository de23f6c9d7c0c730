"""Small files that programs ask every site for."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_safe

CLOSED = (
    "/account/",
    "/cases/",
    "/policy/",
    "/readers/",
    "/documents/",
    "/messages/",
    "/desk/",
    "/verify/",
)
YEAR = timedelta(days=365)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Keep search engines to what everybody may read."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Tell researchers where to write (RFC 9116); the date moves on by itself."""
    host = settings.MAIL_FROM.rpartition("@")[2].rstrip(">")
    expires = (timezone.now() + YEAR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: mailto:security@{host}",
        f"Expires: {expires.strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: ru, en",
        f"Canonical: {settings.BASE_URL}/.well-known/security.txt",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Send who asks for the icon at its old address to the icon itself."""
    return redirect(static("design/img/icon.svg"), permanent=True)
