"""Signing in and out: name and password, the second step, asking once more."""

from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.models import Login
from allauth.mfa.stages import AuthenticateStage
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from oms.domain.accounts import access, actions, factors, sign_in
from oms.domain.accounts.access import View, sign_in_required
from oms.domain.accounts.models import User
from oms.faces.portal.account import browser, letters
from oms.faces.portal.account.forms import ConfirmForm, SecondStepForm, SignInForm, wait_words
from oms.law.typed import NBSP

P = ParamSpec("P")
_RECENT = timedelta(minutes=15)
_LONG = timedelta(days=1)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Name and password."""
    if request.user.is_authenticated:
        return redirect(browser.next_page(request) or "/")
    form = SignInForm(browser.posted(request))
    if request.method == "POST" and form.is_valid():
        user = checked_user(request, form, identifier=form.cleaned_data["login"], field="password")
        if user is not None:
            return enter(request, user)
    context = {"title": "Вход", "form": form, "next": browser.next_page(request)}
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
        at=at,
    )
    if answer.warn is not None:
        letters.sign_in_stopped(answer.warn, at=at)
    if answer.wait_until is not None:
        form.add_error(field, _stopped_words(answer.wait_until, at))
    elif answer.user is None:
        form.add_error(
            field, "Имя для входа и пароль не подходят друг другу. Проверьте раскладку и Caps Lock"
        )
    return answer.user


def enter(request: HttpRequest, user: User, *, signup: bool = False) -> HttpResponse:
    """Sign the user in, or lead to the second step first."""
    record_authentication(request, user, "password")
    login = Login(user=user, redirect_url=browser.next_page(request) or None, signup=signup)
    response: HttpResponse = perform_login(request, login)
    return response


def entered(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Note a completed sign-in: the session, the browser, a word to the owner if it is new.

    The end of the session is fixed here: pages that write into it would else put it off for ever.
    """
    at = timezone.now()
    request.session.set_expiry(at + timedelta(seconds=settings.SESSION_COOKIE_AGE))
    words = browser.agent(request)
    key = request.session.session_key or ""
    actions.begin_visit(user=user, session_key=key, agent=words, at=at)
    first = not sign_in.is_known(user=user, cookie=browser.device(request))
    if first and user.created_at < at - timedelta(hours=1):
        letters.new_device(user, words, at=at)
    browser.remember(request, response, user)


@login_stage_required(  # type: ignore[untyped-decorator]  # allauth has no types
    stage=AuthenticateStage.key, redirect_urlname="account_login"
)
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """The code of the app or a recovery code."""
    stage = request._login_stage  # type: ignore[attr-defined]  # set by allauth's decorator
    form = SecondStepForm(browser.posted(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and _factor_fits(request, form, user=stage.login.user)
    ):
        response: HttpResponse = stage.exit()
        return response
    context = {"title": "Подтвердите вход", "form": form}
    return render(request, "portal/account/second_step.html", context)


@never_cache
@sensitive_post_parameters("password")
@sign_in_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask once more before factors or passwords change."""
    user = request.user
    assert isinstance(user, User)
    with_code = factors.has_factor(user=user) and not access.factor_proven(request)
    form = ConfirmForm(browser.posted(request), with_code=with_code)
    if request.method == "POST" and form.is_valid() and _confirmed(request, form, user, with_code):
        record_authentication(request, user, "password", reauthenticated=True)
        return redirect(browser.next_page(request) or "account_security")
    context = {
        "title": "Подтвердите, что это вы",
        "form": form,
        "next": browser.next_page(request),
        "username": user.phone or user.email,
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
        query = urlencode({"next": request.path})
        return redirect(f"{reverse('account_reauthenticate')}?{query}")

    return sign_in_required(cast(View[P], guarded))


@require_http_methods(["GET", "POST"])
def log_out(request: HttpRequest) -> HttpResponse:
    """Sign out by POST; a visitor who comes by address is asked."""
    if request.method == "POST" or not request.user.is_authenticated:
        actions.end_visit(session_key=request.session.session_key or "")
        get_adapter(request).logout(request)
        return redirect("account_login")
    return render(request, "portal/account/logout.html", {"title": "Выход"})


def blocked(request: HttpRequest, user: User) -> HttpResponse:
    """The page of an account that was closed, shown only after its right password."""
    context = {"title": "Кабинет закрыт", "reason": user.blocked_reason}
    return render(request, "portal/account/blocked.html", context, status=403)


def inactive(request: HttpRequest) -> HttpResponse:
    """Allauth's name for the page of a closed account; without a password it says nothing."""
    return redirect("account_login")


def _confirmed(request: HttpRequest, form: ConfirmForm, user: User, with_code: bool) -> bool:
    name = user.phone or user.email or ""
    if checked_user(request, form, identifier=name, field="password") != user:
        return False
    return not with_code or _factor_fits(request, form, user=user)


def _factor_fits(request: HttpRequest, form: forms.Form, *, user: User) -> bool:
    at = timezone.now()
    try:
        factor = factors.check(user=user, code=form.cleaned_data["code"], at=at)
    except factors.TooManyTries as no:
        wait = wait_words(no.until - at)
        form.add_error("code", f"Слишком много неверных кодов. Попробуйте через {wait}")
        return False
    if factor is None:
        form.add_error("code", "Неверный код. Введите тот, что приложение показывает сейчас")
        return False
    record_authentication(request, user, "mfa", id=factor.pk, type=factor.type)
    return True


def _stopped_words(until: datetime, at: datetime) -> str:
    if until - at > _LONG:
        return "Вход по паролю закрыт. Восстановите доступ по почте"
    clock = f"в{NBSP}{timezone.localtime(until):%H:%M}"
    return (
        f"Слишком много неверных попыток. Попробуйте через {wait_words(until - at)}, {clock}, "
        "или восстановите пароль"
    )
