"""Nothing typed is lost when the session ends, or begins anew in another tab (APP-1).

What was sent without a living session waits in the browser's session, kept on the server,
until the person has signed in and comes back to the page; it waits an hour at most.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from oms.cases.answers import keepable
from oms.domain.accounts.access import SIGN_IN
from oms.domain.accounts.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
KEPT = "typed_before_sign_in"
WAITS = timedelta(hours=1)
MOST_FIELDS = 60
MOST_SIGNS = 20_000


def keeps_typed(view: View[P]) -> View[P]:
    """Let signed-in people in; keep what others typed, and lead them to sign-in and back.

    A form that stood open while its owner signed in again elsewhere bears an old token: its
    text is kept too and shown again, not acted upon. A form of another site is refused.
    """

    @csrf_exempt  # a token that went stale is no reason to lose a page of typing: see below
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        genuine = request.method != "POST" or has_good_token(request)
        if not genuine and request.headers.get("Sec-Fetch-Site") != "same-origin":
            raise PermissionDenied
        signed_in = isinstance(request.user, User)
        if request.method == "POST" and not (signed_in and genuine):
            keep(request)
        if not signed_in:
            return redirect_to_login(request.get_full_path(), SIGN_IN)
        if not genuine:
            return redirect(request.get_full_path())
        return view(request, *args, **kwargs)

    return cast(View[P], guarded)  # wraps() forgets the shape


def has_good_token(request: HttpRequest) -> bool:
    """Tell whether a sent form bears the token of this browser."""
    return CsrfViewMiddleware(_nothing).process_view(request, _nothing, (), {}) is None


def keep(request: HttpRequest) -> None:
    """Put a sent form by."""
    typed: dict[str, str] = {}
    room = MOST_SIGNS
    for name in list(request.POST)[:MOST_FIELDS]:
        value = str(keepable(request.POST[name]))[:room]
        room -= len(value)
        if name != "csrfmiddlewaretoken" and len(name) <= 64:
            typed[str(keepable(name))] = value
    at = timezone.now().isoformat()
    request.session[KEPT] = {"path": request.path, "typed": typed, "at": at}


def take(request: HttpRequest) -> dict[str, str]:
    """Return what was put by for this very page, once; empty when there is nothing."""
    kept = request.session.get(KEPT)
    if not kept or kept["path"] != request.path:
        return {}
    del request.session[KEPT]
    fresh = timezone.now() - datetime.fromisoformat(kept["at"]) < WAITS
    return dict(kept["typed"]) if fresh else {}


def _nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()
