"""Signing in and out: name and password, asking once more, the end."""

from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.models import Login
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from oms.domain.accounts import access, actions, factors, idle, passkeys, sign_in
from oms.domain.accounts.access import View, sign_in_required
from oms.domain.accounts.factors import Kind
from oms.domain.accounts.models import User
from oms.faces.portal import puzzle
from oms.faces.portal.account import browser, letters
from oms.faces.portal.account.forms import ConfirmForm, SignInForm, wait_words
from oms.faces.portal.account.outside_offers import offers
from oms.faces.portal.account.outside_session import CONFIRM, SIGN_IN
from oms.faces.portal.account.steps import factor_fits, send_first_sms
from oms.faces.portal.account.tasks import warn_owner
from oms.law.typed import NBSP

P = ParamSpec("P")
_RECENT = timedelta(minutes=15)
_LONG = timedelta(days=1)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Name and password; a puzzle too where it was tried too often."""
    if request.user.is_authenticated:
        return redirect(browser.next_page(request) or "/")
    form = SignInForm(browser.posted(request))
    at = timezone.now()
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["login"]
        if puzzle.passed(request, form, wanted=_wants_puzzle(request, name, at), at=at):
            user = checked_user(request, form, identifier=name, field="password")
            if user is not None:
                return enter(request, user)
    name = getattr(form, "cleaned_data", {}).get("login", "")
    puzzle.show(request, form, wanted=_wants_puzzle(request, name, at), at=at)
    context = {
        "title": "Вход",
        "form": form,
        "next": browser.next_page(request),
        "passkeys": passkeys.available(),
        "outside": offers(request, purpose=SIGN_IN, wanted=browser.next_page(request)),
    }
    return render(request, "portal/account/login.html", context)


def checked_user(
    request: HttpRequest, form: forms.Form, *, identifier: str, field: str
) -> User | None:
    """Return whose password was typed in `field`, or put the refusal there."""
    at = timezone.now()
    answer = sign_in.check_password(
        identifier=identifier,
        password=form.cleaned_data[field],
        origin=browser.origin(request),
        device=browser.device(request),
        agent=browser.agent(request),
        at=at,
    )
    if answer.stopped:
        warn_owner.enqueue(answer.owner.pk if answer.owner else 0)
    if answer.wait_until is not None:
        form.add_error(field, _stopped_words(answer.wait_until, at))
    elif answer.user is None:
        form.add_error(
            field, "Имя для входа и пароль не подходят друг другу. Проверьте раскладку и Caps Lock"
        )
    return answer.user


def enter(
    request: HttpRequest,
    user: User,
    *,
    signup: bool = False,
    by: str = "password",
    wanted: str | None = None,
    **proof: Any,
) -> HttpResponse:
    """Sign the user in after a password, or lead to the second step first.

    `by` is what proved the person instead (a provider's code), `proof` what is kept of it in the
    session; `wanted` is the page to go on to, where the request does not name it.
    """
    record_authentication(request, user, by, **proof)
    wanted = browser.next_page(request) if wanted is None else wanted
    login = Login(user=user, redirect_url=wanted or None, signup=signup)
    response: HttpResponse = perform_login(request, login)
    if not request.user.is_authenticated:
        send_first_sms(request, user)
    elif factors.take_offer(user=user, at=timezone.now()):
        offer = redirect(f"{reverse('account_offer')}?{urlencode({'next': wanted or '/'})}")
        offer.cookies = response.cookies
        return offer
    return response


def entered(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Note a completed sign-in: the session, the browser, a word to the owner if it is new.

    The end of the session is fixed here: pages that write into it would else put it off for ever.
    """
    at = timezone.now()
    request.session.set_expiry(at + timedelta(seconds=settings.SESSION_COOKIE_AGE))
    idle.begin(session=request.session, at=at)
    words = browser.agent(request)
    actions.begin_visit(
        user=user,
        session_key=request.session.session_key or "",
        agent=words,
        at=at,
        method=_how(request, user),
        origin=browser.origin(request),
    )
    first = not sign_in.is_known(user=user, cookie=browser.device(request))
    if first and user.created_at < at - timedelta(hours=1):
        letters.new_device(user, words, at=at)
    browser.remember(request, response, user)


@never_cache
@sensitive_post_parameters("password")
@sign_in_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask once more before factors or passwords change: the password, or a passkey."""
    user = request.user
    assert isinstance(user, User)
    wanted = browser.next_page(request)
    ways = factors.ways(user=user)
    with_code = bool(ways) and not access.second_step_taken(request)
    if with_code and Kind.APP not in ways and Kind.CODES not in ways:
        return _from_the_start(request, wanted)
    form = ConfirmForm(browser.posted(request), with_code=with_code)
    if request.method == "POST" and form.is_valid() and _confirmed(request, form, user, with_code):
        browser.proven_again(request, user, "password")
        return redirect(wanted or "account_security")
    context = {
        "title": "Подтвердите, что это вы",
        "form": form,
        "next": wanted,
        "username": user.phone or user.email,
        "passkeys": Kind.PASSKEY in ways and passkeys.available(),
        "outside": offers(request, purpose=CONFIRM, wanted=wanted, of=user),
    }
    return render(request, "portal/account/confirm.html", context)


def confirm_required(view: View[P]) -> View[P]:
    """Let in who has signed in or confirmed within the last 15 minutes; ask others."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        since = (timezone.now() - _RECENT).timestamp()
        records = get_authentication_records(request, request.user)
        if any(entry["at"] > since for entry in records):
            return view(request, *args, **kwargs)
        back = request.path if request.method == "GET" else reverse("account_security")
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")

    return sign_in_required(cast(View[P], guarded))


@require_http_methods(["GET", "POST"])
def log_out(request: HttpRequest) -> HttpResponse:
    """Sign out by POST; a visitor who comes by address is asked."""
    if request.method == "POST" or not request.user.is_authenticated:
        _end(request)
        return redirect("account_login")
    return render(request, "portal/account/logout.html", {"title": "Выход"})


def inactive(request: HttpRequest) -> HttpResponse:
    """Allauth's name for the page of a closed account; without a password it says nothing."""
    return redirect("account_login")


def _wants_puzzle(request: HttpRequest, name: str, at: datetime) -> bool:
    return sign_in.wants_puzzle(
        identifier=name,
        origin=browser.origin(request),
        device=browser.device(request),
        at=at,
    )


def _confirmed(request: HttpRequest, form: ConfirmForm, user: User, with_code: bool) -> bool:
    name = user.phone or user.email or ""
    if checked_user(request, form, identifier=name, field="password") != user:
        return False
    return not with_code or factor_fits(request, form, user=user)


def _from_the_start(request: HttpRequest, wanted: str) -> HttpResponse:
    """Sign in anew where the session has not seen a factor that only a sign-in can ask for."""
    _end(request)
    return redirect(f"{reverse('account_login')}?{urlencode({'next': wanted or '/'})}")


def _end(request: HttpRequest) -> None:
    actions.end_visit(session_key=request.session.session_key or "")
    get_adapter(request).logout(request)


def _how(request: HttpRequest, user: User) -> str:
    """How the person signed in, for the history: `password+totp`."""
    steps = [
        entry.get("type", "mfa") if entry["method"] == "mfa" else entry["method"]
        for entry in get_authentication_records(request, user)
    ]
    return "+".join(dict.fromkeys(steps))


def _stopped_words(until: datetime, at: datetime) -> str:
    if until - at > _LONG:
        return "Вход по паролю закрыт. Восстановите доступ по почте"
    clock = f"в{NBSP}{timezone.localtime(until):%H:%M}"
    return (
        f"Слишком много неверных попыток. Попробуйте через {wait_words(until - at)}, {clock}, "
        "или восстановите пароль"
    )
