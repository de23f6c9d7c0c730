"""Who may open a page: decorators for views of every face.

Anonymous visitors go to sign-in and come back; staff need a second factor proven in this very
session; another role gets the 403 page.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from oms.domain.accounts import factors
from oms.domain.accounts.models import STAFF_ROLES, Role, User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

SIGN_IN = "account_login"
FACTOR_SET_UP = "account_factor"
FACTOR_CONFIRM = "account_reauthenticate"


def sign_in_required(view: View[P]) -> View[P]:
    """Let signed-in people in, whatever their role."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), SIGN_IN)
        return view(request, *args, **kwargs)

    return cast(View[P], guarded)  # wraps() forgets the shape


def staff_required(*roles: Role) -> Callable[[View[P]], View[P]]:
    """Let staff of these roles in (any staff when none is named), second factor proven."""
    allowed = frozenset(roles) or STAFF_ROLES

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            user = request.user
            if not isinstance(user, User):
                return redirect_to_login(request.get_full_path(), SIGN_IN)
            if user.role not in allowed:
                raise PermissionDenied
            if not factor_proven(request):
                known = factors.has_factor(user=user)
                return redirect(FACTOR_CONFIRM if known else FACTOR_SET_UP)
            return view(request, *args, **kwargs)

        return cast(View[P], guarded)

    return decorate


def factor_proven(request: HttpRequest) -> bool:
    """Tell whether a second factor was used in this session; asks the session, not the database."""
    records = get_authentication_records(request, request.user)
    return any(entry.get("method") == "mfa" for entry in records)
