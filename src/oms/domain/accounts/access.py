"""Who may open a page: decorators for views of every face.

Anonymous visitors go to sign-in and come back; staff need a second factor proven in this very
session; another role gets the 403 page.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from oms.domain.accounts import factors, wards
from oms.domain.accounts.models import STAFF_ROLES, Representation, Role, User
from oms.kit.denied import Denied

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

SIGN_IN = "account_login"
FACTOR_SET_UP = "account_factor"
FACTOR_CONFIRM = "account_reauthenticate"
CABINET = "cabinet"
"""In the session: key of the right by which a ward's cabinet is open."""


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
                known = factors.has_strong_factor(user=user)
                return redirect(FACTOR_CONFIRM if known else FACTOR_SET_UP)
            return view(request, *args, **kwargs)

        return cast(View[P], guarded)

    return decorate


class RightEnded(Denied):
    """What was sent was meant for another's cabinet, and the right to it is over."""

    status = 403
    text = (
        "Право действовать за этого человека закончилось. Вы снова в своём кабинете, "
        "отправленное не сохранено."
    )


class NotYourWard(Denied):
    """There is no such right, or not any more."""

    status = 404
    text = "Этот кабинет вам не открыт. Посмотрите раздел «Дети и подопечные»."


def subject(request: HttpRequest) -> User:
    """Return whose cabinet is open: a ward's that was chosen, else of the person signed in.

    The right is looked up anew in every request, with one query, and only when a ward's cabinet
    is open. When it has ended the person is back in their own cabinet and told so; a form that
    was sent is refused (`RightEnded`), lest it act for another person than was meant.
    """
    right = representation(request)
    if right:
        return right.ward
    is_sent = request.method not in {"GET", "HEAD", "OPTIONS"}
    if is_sent and getattr(request, "right_ended", False):
        raise RightEnded
    assert isinstance(request.user, User)
    return request.user


def representation(request: HttpRequest) -> Representation | None:
    """Return the right by which another's cabinet is open; None in one's own."""
    chosen = request.session.get(CABINET)
    if chosen is None or not isinstance(request.user, User):
        return None
    found = next((right for right in cabinets(request) if right.pk == chosen), None)
    if found is None:
        del request.session[CABINET]
        request.right_ended = True  # type: ignore[attr-defined]  # told to `subject`
        messages.warning(
            request, "Право действовать за этого человека закончилось. Вы снова в своём кабинете."
        )
    return found


def cabinets(request: HttpRequest) -> list[Representation]:
    """Return the rights by which the person may open others' cabinets today.

    One query a request, none for who represents nobody.
    """
    user = request.user
    known: list[Representation] | None = getattr(request, "cabinets", None)
    if known is not None:
        return known
    found: list[Representation] = []
    is_citizen = isinstance(user, User) and not user.is_staff_member
    if isinstance(user, User) and is_citizen and getattr(user, "has_wards", False):
        found = wards.cabinets(user=user, on=timezone.localdate())
    request.cabinets = found  # type: ignore[attr-defined]  # kept for this request only
    return found


def open_cabinet(request: HttpRequest, *, right: int) -> Representation:
    """Open a ward's cabinet for the rest of the session; raise `NotYourWard`."""
    found = next((one for one in cabinets(request) if one.pk == right), None)
    if found is None:
        raise NotYourWard
    request.session[CABINET] = found.pk
    return found


def close_cabinet(request: HttpRequest) -> None:
    """Come back to one's own cabinet."""
    request.session.pop(CABINET, None)


def factor_proven(request: HttpRequest) -> bool:
    """Tell whether a factor strong enough for staff was used in this session.

    Asks the session, not the database. An SMS is not enough (`factors.STRONG`).
    """
    return any(way != factors.Kind.SMS for way in _second_steps(request))


def second_step_taken(request: HttpRequest) -> bool:
    """Tell whether any second factor was used in this session."""
    return bool(_second_steps(request))


def _second_steps(request: HttpRequest) -> list[str]:
    records = get_authentication_records(request, request.user)
    return [entry.get("type", "") for entry in records if entry.get("method") == "mfa"]
