"""A forgotten password: name, mailed code, new password."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from oms.domain.accounts import actions, queries, recovery
from oms.domain.accounts.codes import Outcome
from oms.domain.accounts.models import User
from oms.faces.portal.account import browser, letters
from oms.faces.portal.account.forms import MailCodeForm, NewPasswordForm, RecoveryForm
from oms.faces.portal.account.signup import announce, code_words

_LIFE = timedelta(minutes=15)
_NAME, _CODE, _USER, _SINCE = "recovery_name", "recovery_code", "recovery_user", "recovery_since"


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Whose password; the answer is the same for known and unknown names."""
    form = RecoveryForm(browser.posted(request))
    if request.method == "POST" and form.is_valid():
        request.session[_NAME] = form.cleaned_data["login"]
        return _send(request)
    context = {"title": "Восстановление пароля", "form": form}
    return render(request, "portal/account/recovery.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The mailed code."""
    name = request.session.get(_NAME)
    if not name:
        return redirect("account_recovery")
    form = MailCodeForm(browser.posted(request))
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        checked = recovery.check_code(
            identifier=name,
            code_key=request.session.get(_CODE, ""),
            typed=form.cleaned_data["code"],
            at=at,
        )
        if checked.outcome is Outcome.RIGHT and checked.user is not None:
            request.session[_USER], request.session[_SINCE] = checked.user.pk, at.isoformat()
            return redirect("account_recovery_password")
        form.add_error("code", code_words(checked))
    context = {
        "title": "Введите код из письма",
        "form": form,
        "again_url": reverse("account_recovery_again"),
        "for_recovery": True,
    }
    return render(request, "portal/account/code.html", context)


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Another letter."""
    return _send(request) if request.session.get(_NAME) else redirect("account_recovery")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """The new password; all sessions end, the second factor stays."""
    at = timezone.now()
    user = _proven(request, at)
    if user is None:
        return redirect("account_recovery")
    form = NewPasswordForm(browser.posted(request), user=user)
    if request.method == "POST" and form.is_valid():
        actions.set_password(
            user=user, password=form.cleaned_data["password"], by=user.actor, at=at
        )
        letters.password_changed(user, at=at)
        request.session.flush()
        messages.success(request, "Пароль изменён. Войдите с новым паролем")
        return redirect("account_login")
    context = {
        "title": "Придумайте новый пароль",
        "form": form,
        "username": request.session.get(_NAME, ""),
    }
    return render(request, "portal/account/new_password.html", context)


def _send(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    sending = recovery.send_code(
        identifier=request.session[_NAME], origin=browser.origin(request), at=at
    )
    if announce(request, sending.issued):
        request.session[_CODE] = sending.issued.key
        letters.recovery_code(sending, at=at)
    return redirect("account_recovery_code")


def _proven(request: HttpRequest, at: datetime) -> User | None:
    since = parse_datetime(str(request.session.get(_SINCE, "")))
    if since is None or at - since > _LIFE:
        return None
    return queries.active_user(pk=request.session[_USER])
